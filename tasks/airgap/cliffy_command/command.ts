// deno-lint-ignore-file no-explicit-any
import {
  declareOption,
  declareSlots,
  type Option,
  type OptionSettings,
  type Slot,
} from "./declare.ts";
import { unknownCommand, ValidationError } from "./errors.ts";
import { helpText, longVersion } from "./help_text.ts";
import type { ArgumentsOf, Joined, Names, Of, OptionOf, Settings } from "./infer.ts";
import { findOption, type Parsed, parseWords } from "./parse.ts";
import { type ArgumentValue, BASE_TYPES, type EnumType, type Type } from "./types.ts";

/**
 * A command with its options, arguments and action. Methods can be chained. After `.command()`, they apply to the new
 * subcommand until `.reset()`.
 */
export class Command<
  TParentGlobals extends Names = void,
  TParentTypes extends Names = Of<TParentGlobals, void>,
  TOptions extends Names = Of<TParentGlobals, void>,
  TArguments extends unknown[] = Of<TParentGlobals, []>,
  TGlobals extends Names = Of<TParentGlobals, void>,
  TTypes extends Names = Of<TParentGlobals, void>,
> {
  #at: Command<any> = this;
  #parent?: Command<any>;
  #name = "COMMAND";
  #version?: string;
  #versionOption?: Option;
  #help?: { colors?: boolean };
  #noGlobals = false;
  #registered = false;
  #description: string | (() => string) = "";
  #group?: string;
  #throws = false;
  #exits = true;
  #rawWords: string[] = [];
  #definition = "";
  #slots: Slot[] = [];
  #options: Option[] = [];
  #types = new Map<string, Type<unknown>>();
  #globalTypes = new Map<string, Type<unknown>>();
  #examples: { name: string; description: string }[] = [];
  #commands = new Map<string, Command<any>>();
  #action?: (...args: any[]) => unknown;

  /** Sets the name of the program. */
  name(name: string): this {
    this.#at.#name = name;
    return this;
  }

  /** Adds `--version`. */
  version(version: string): this {
    this.#at.#version = version;
    return this;
  }

  /** Replaces `--version`. */
  versionOption(flags: string, description: string, settings: OptionSettings): this {
    this.#at.#versionOption = declareOption(flags, description, settings);
    return this;
  }

  /** Sets how the help text of this command and its subcommands is formatted. */
  help(settings: { colors?: boolean }): this {
    this.#at.#help = settings;
    return this;
  }

  /** Leaves out the global options of the commands above, except `--help`. */
  noGlobals(): this {
    this.#at.#noGlobals = true;
    return this;
  }

  /** Sets the description. Lists of commands show its first line. */
  description(description: string | (() => string)): this {
    this.#at.#description = description;
    return this;
  }

  /** Sets the heading of the options that follow. */
  group(name: string | null): this {
    this.#at.#group = name ?? undefined;
    return this;
  }

  /** Registers a type of values for this command. */
  type<TName extends string, const T extends string | number | boolean>(
    name: TName,
    handler: EnumType<T>,
  ): Command<
    TParentGlobals,
    TParentTypes,
    TOptions,
    TArguments,
    TGlobals,
    Joined<TTypes, Record<TName, T>>
  > {
    this.#at.#types.set(name, handler);
    return this as any;
  }

  /** Registers a type of values for this command and its subcommands. */
  globalType<TName extends string, const T extends string | number | boolean>(
    name: TName,
    handler: EnumType<T>,
  ): Command<
    TParentGlobals,
    TParentTypes,
    TOptions,
    TArguments,
    TGlobals,
    Joined<TTypes, Record<TName, T>>
  > {
    this.#at.#globalTypes.set(name, handler);
    return this.type(name, handler);
  }

  /** Declares the arguments. */
  arguments<TSpecs extends string>(
    definition: TSpecs,
  ): Command<
    TParentGlobals,
    TParentTypes,
    TOptions,
    ArgumentsOf<TSpecs, Joined<TParentTypes, TTypes>>,
    TGlobals,
    TTypes
  > {
    this.#at.#definition = definition;
    this.#at.#slots = declareSlots(definition);
    return this as any;
  }

  /** Declares an option. */
  option<
    TFlags extends string,
    R extends boolean | undefined = undefined,
    C extends boolean | undefined = undefined,
    const D = undefined,
    V = undefined,
  >(
    flags: TFlags,
    description: string,
    settings: Settings<R, C, D, V> = {},
  ): Command<
    TParentGlobals,
    TParentTypes,
    Joined<TOptions, OptionOf<TFlags, Joined<TParentTypes, TTypes>, R, C, D, V>>,
    TArguments,
    TGlobals,
    TTypes
  > {
    const at = this.#at;
    const option = declareOption(flags, description, settings as OptionSettings, at.#group);
    const taken = option.flags.find((one) => findOption(at.#options, one));
    if (taken) throw new Error(`The option "${taken}" is declared twice on "${at.#name}".`);
    at.#options.push(option);
    return this as any;
  }

  /** Adds an example to the help text. */
  example(name: string, description: string): this {
    this.#at.#examples.push({ name, description });
    return this;
  }

  /** Sets the function that the command runs. */
  action(
    action: (
      this: Command<any>,
      options: Joined<TParentGlobals, Joined<TGlobals, TOptions>>,
      ...args: TArguments
    ) => unknown,
  ): this {
    this.#at.#action = action as (...args: any[]) => unknown;
    return this;
  }

  /** Adds a subcommand, to which the following methods apply. */
  command(nameAndArguments: string, command?: Command<any> | string): Command<any> {
    this.reset();
    const [name, ...definition] = nameAndArguments.split(" ");
    if (this.#commands.has(name)) throw new Error(`Duplicate command name "${name}".`);
    const child = command instanceof Command ? command.reset() : new Command<any>();
    child.#name = name;
    child.#parent = this;
    if (typeof command === "string") child.description(command);
    if (definition.length > 0) child.arguments(definition.join(" "));
    this.#commands.set(name, child);
    this.#at = child;
    return this as Command<any>;
  }

  /** Makes the following methods apply to this command. */
  reset(): this {
    this.#at = this;
    this.#group = undefined;
    return this;
  }

  /** Throws errors of usage instead of printing them. */
  throwErrors(): this {
    this.#at.#throws = true;
    return this;
  }

  /** Returns after help texts and versions are printed, instead of ending the process. Implies `throwErrors()`. */
  noExit(): this {
    this.#at.#exits = false;
    return this.throwErrors();
  }

  /** Ends the process unless `noExit()` was called. */
  exitIfDone(): void {
    if (this.getMainCommand().#exits) Deno.exit(0);
  }

  /** Parses the arguments, finds the command and runs it. */
  async parse(words: string[] = Deno.args): Promise<void> {
    this.reset().#register();
    const { command, before, rest } = this.#find(words);
    try {
      await command.#run(before, rest);
    } catch (error) {
      if (!(error instanceof ValidationError) || this.#throws) throw error;
      command.showHelp();
      console.error(`  error: ${error.message}\n`);
      Deno.exit(error.exitCode);
    }
  }

  /** Finds the command by its names. Global options may precede them. */
  #find(words: string[]): { command: Command<any>; before: string[]; rest: string[] } {
    const before: string[] = [];
    for (let i = 0; i < words.length; i++) {
      const child = this.#commands.get(words[i]);
      if (child) {
        const found = child.#find(words.slice(i + 1));
        return { ...found, before: [...before, ...found.before] };
      }
      const option = words[i].startsWith("-")
        ? findOption(this.#options, words[i].split("=")[0])
        : undefined;
      if (!option?.global) break;
      before.push(words[i]);
      if (option.slot && !words[i].includes("=")) before.push(words[++i] ?? "");
    }
    return { command: this, before: [], rest: words };
  }

  async #run(before: string[], rest: string[]): Promise<void> {
    const words = [...before, ...rest];
    this.#rawWords = words;
    if (words.length === 0 && this.#commands.size > 0 && !this.#action) return this.showHelp();
    const read = (value: ArgumentValue) => this.#typeOf(value.type).parse(value);
    const surplus = (word: string) => this.#surplus(word);
    // With noGlobals(), global options are accepted only before the name of the command.
    if (this.#noGlobals) parseWords(before, this.#optionsAbove(), [], read, surplus);
    const parsed: Parsed = parseWords(
      this.#noGlobals ? rest : words,
      this.getOptions(true),
      this.#slots,
      read,
      surplus,
    );
    if (parsed.standalone?.action) return void await parsed.standalone.action.call(this);
    for (const option of parsed.given) {
      await option.action?.call(this, parsed.options, ...parsed.arguments);
    }
    await this.#action?.call(this, parsed.options, ...parsed.arguments);
  }

  /** The error for a word where no argument is expected. */
  #surplus(word: string): ValidationError {
    if (this.#slots.length > 0) return new ValidationError(`Too many arguments: ${word}`);
    if (this.#commands.size > 0) {
      return unknownCommand(word, this.getCommands().map((command) => command.#name));
    }
    return new ValidationError(`No arguments allowed for command "${this.getPath()}".`);
  }

  #typeOf(name: string): Type<unknown> {
    const own = this.#types.get(name);
    if (own) return own;
    for (let above = this.#parent; above; above = above.#parent) {
      const shared = above.#globalTypes.get(name);
      if (shared) return shared;
    }
    if (!(name in BASE_TYPES)) throw new Error(`Unknown type "${name}".`);
    return BASE_TYPES[name];
  }

  /** Name of the command. */
  getName(): string {
    return this.#name;
  }

  /** The names from the program down to this command. */
  getPath(): string {
    return this.#parent ? `${this.#parent.getPath()} ${this.#name}` : this.#name;
  }

  /** The program. */
  getMainCommand(): Command<any> {
    return this.#parent?.getMainCommand() ?? this;
  }

  /** The subcommand with this name. */
  getCommand(name: string): Command<any> | undefined {
    return this.#commands.get(name);
  }

  /** The subcommands. */
  getCommands(): Command<any>[] {
    return [...this.#commands.values()];
  }

  /** Its own options and the global ones of its parents, optionally with hidden ones. */
  getOptions(hidden = false): Option[] {
    const above = this.#noGlobals ? [] : this.#optionsAbove();
    return [...this.#builtInOptions(), ...above, ...this.#options].filter((option) =>
      hidden || !option.hidden
    );
  }

  /** The global options of the commands above. */
  #optionsAbove(): Option[] {
    const above: Option[] = [];
    for (let parent = this.#parent; parent; parent = parent.#parent) {
      above.push(...parent.#options.filter((option) => option.global));
    }
    return above;
  }

  /** Adds `--help` and the format of help texts to the program, as Cliffy does on the first use. */
  #register(): void {
    if (this.#parent) return;
    this.#registered = true;
    this.#help ??= {};
  }

  #builtInOptions(): Option[] {
    if (!this.getMainCommand().#registered) return [];
    const standalone = (flags: string, description: string, print: () => void) =>
      declareOption(flags, description, {
        standalone: true,
        action: () => (print(), this.exitIfDone()),
      });
    const help = standalone("-h, --help", "Show this help.", () => this.showHelp());
    if (!this.#version || this.#parent) return [help];
    const [name, version] = [this.#name, this.#version];
    const print = () =>
      console.log(this.#rawWords.includes("--version") ? longVersion(name, version) : version);
    return [
      help,
      this.#versionOption ??
        standalone("-V, --version", "Show the version number for this program.", print),
    ];
  }

  /** The text of {@linkcode Command.description}. */
  getDescription(): string {
    return typeof this.#description === "function" ? this.#description() : this.#description;
  }

  /** The help text. */
  getHelp(): string {
    this.#register();
    // Cliffy cannot format the help of a subcommand before the program is parsed, unless help() was called.
    const { colors = true } = (this.#help ?? this.getMainCommand().#help)!;
    const required = this.getOptions().filter((option) => option.required).map((option) =>
      `${option.flags.find((one) => one.startsWith("--"))} ${option.slot?.raw ?? ""}`.trim()
    );
    return helpText({
      colors,
      usage: `${this.getPath()} ${[this.#definition, ...required].join(" ").trim()}`,
      version: this.getMainCommand().#version,
      description: this.getDescription(),
      options: this.getOptions(),
      values: (option) => option.slot && this.#typeOf(option.slot.type).values?.(),
      commands: this.getCommands().map((command) => ({
        name: command.#name,
        definition: command.#definition,
        description: command.getDescription().trim().split("\n", 1)[0],
      })),
      examples: this.#examples,
    });
  }

  /** Prints the help text. */
  showHelp(): void {
    console.log(this.getHelp());
  }
}
