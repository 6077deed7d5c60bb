// deno-lint-ignore-file no-explicit-any
/**
 * Commands made from tables of options.
 *
 * @module
 */
import { Command, EnumType } from "@cliffy/command";
import {
  type Flags,
  type GivenFlags,
  givenOnly,
  GLOBAL_OPTIONS,
  type NamedOption,
  namedOptions,
  type OptionTable,
  readValue,
  withDefaults,
  withGlobals,
} from "./options.ts";

type WordOf<Slot> = Slot extends `<${string}...>` ? [string, ...string[]]
  : Slot extends `[${string}...]` ? string[]
  : Slot extends `<${string}>` ? [string]
  : Slot extends `[${string}]` ? [string?]
  : [];
type WordsOf<Slots> = Slots extends `${infer First} ${infer Rest}`
  ? [...WordOf<First>, ...WordsOf<Rest>]
  : WordOf<Slots>;

/** What a command accepts and does. */
export interface CommandDefinition<T extends OptionTable, A extends string, F> {
  /** The first line is shown in lists of commands. */
  readonly description: string;
  /** `<question> [text]`, `<run...>` */
  readonly arguments?: A;
  readonly options?: T;
  /** Command lines by description. */
  readonly examples?: Readonly<Record<string, string>>;
  /** Executes the command. Imports large modules only when it is called, so `--help` stays fast. */
  action(flags: F, ...words: WordsOf<A>): unknown;
}

/** A definition with erased types. */
export type AnyDefinition = CommandDefinition<OptionTable, any, any>;

const definitions = new WeakMap<Command<any>, AnyDefinition>();

/** The definition of a command; undefined for groups, `help` and `completions`. */
export function definitionOf(command: Command<any>): AnyDefinition | undefined {
  return definitions.get(command);
}

/** A command whose action gets its flags with defaults filled in. */
export function defineCommand<
  const T extends OptionTable = Record<never, never>,
  const A extends string = "",
>(definition: CommandDefinition<T, A, Flags<T>>): Command<any> {
  return build(definition, (given) => withDefaults(definition.options ?? {}, given));
}

/** A command whose action gets the flags that were given and fills in the rest itself: from `run.json`, from a settings file. */
export function defineRunCommand<
  const T extends OptionTable,
  const A extends string = "",
>(definition: CommandDefinition<T, A, GivenFlags<T>>): Command<any> {
  return build(definition, (given) => given);
}

/** Shows the help of a command that has commands below it if the line names none of them. */
export function showHelpAlone(command: Command<any>): Command<any> {
  return command.action(() => command.showHelp());
}

/** A command that has commands below it. */
export function defineGroup(
  description: string,
  commands: Readonly<Record<string, Command<any>>>,
): Command<any> {
  let group: Command<any> = showHelpAlone(new Command().description(description));
  for (const [name, command] of Object.entries(commands)) group = group.command(name, command);
  return group;
}

/** Declares {@linkcode GLOBAL_OPTIONS} on the program, for every command below it. */
export function addGlobalOptions(program: Command<any>): Command<any> {
  return declare(program, namedOptions(GLOBAL_OPTIONS), true);
}

function build(
  definition: CommandDefinition<any, any, any>,
  fillIn: (given: Record<string, unknown>) => unknown,
): Command<any> {
  const table: OptionTable = definition.options ?? {};
  let command: Command<any> = new Command().description(definition.description);
  if (definition.arguments) command = command.arguments(definition.arguments);
  command = declare(command, namedOptions(table), false);
  for (const [name, line] of Object.entries(definition.examples ?? {})) {
    command = command.example(name, line);
  }
  definitions.set(command, definition);
  const options = namedOptions(withGlobals(table));
  return command.action((parsed: any, ...words: any[]) =>
    definition.action(fillIn(given(options, parsed)), ...words)
  );
}

/** Leaves out what Cliffy adds: `true` for every `--no-NAME` that is absent. */
function given(
  options: readonly NamedOption[],
  parsed: Record<string, unknown>,
): Record<string, unknown> {
  const off = options.filter(({ kind }) => kind === "off").map(({ setting }) => setting);
  const absent = off.filter((setting) => parsed[setting] === true);
  return givenOnly({ ...parsed, ...Object.fromEntries(absent.map((name) => [name, undefined])) });
}

/** Kinds that are strings to Cliffy. */
const OWN_KINDS: readonly NamedOption["kind"][] = ["integer or auto", "duration"];

/** Declares options to Cliffy. Defaults are shown, not set: an action must know what was given. */
function declare(
  command: Command<any>,
  options: readonly NamedOption[],
  global: boolean,
): Command<any> {
  for (const row of options) {
    const { flag, value, kind, help, group, depends, required } = row;
    const type = flag.slice(2);
    if (typeof kind !== "string") {
      const words = new EnumType(kind);
      command = global ? command.globalType(type, words) : command.type(type, words);
    }
    const shown = row.default ?? row.defaultText;
    const settings: any = {
      required,
      depends,
      global,
      ...(shown !== undefined && { defaultText: shown }),
      ...(kind === "strings" && { collect: true }),
      ...(OWN_KINDS.includes(kind) && { value: (text: string) => readValue(row, text) }),
    };
    command = command.group(group ?? null)
      .option(`${flag} ${cliffyValue(value, kind, type)}`.trim(), help, settings);
  }
  return command;
}

/** `<n>` as `<n:integer>`. A list is one value per flag to Cliffy, see `normalizeLine()`. */
function cliffyValue(value: string, kind: NamedOption["kind"], type: string): string {
  if (kind === "switch" || kind === "off") return "";
  const name = value.slice(1, -1).replace("...", "…");
  if (typeof kind !== "string") return `<${name}:${type}>`;
  return `<${name}:${kind === "strings" || OWN_KINDS.includes(kind) ? "string" : kind}>`;
}
