/** A stand-in for `@cliffy/command/completions`. @module */
import { Command } from "./command.ts";
import type { Option } from "./declare.ts";

/** The command `completions bash|zsh|fish`, which prints a completion script for the shell. */
export class CompletionsCommand extends Command {
  /** Creates the command. */
  constructor() {
    super();
    const shells = [["bash", bash], ["fish", fish], ["zsh", zsh]] as const;
    this.description(() => {
      const path = this.getPath();
      return `Generate shell completions.\nAdd this line to your ~/.bashrc or similar: source <(${path} bash)`;
    }).noGlobals().action(() => this.showHelp());
    for (const [shell, script] of shells) {
      this.command(
        shell,
        new Command().description(`Generate shell completions for ${shell}.`).noGlobals()
          .option("-n, --name <command-name>", "The name of the main command.")
          .action(({ name }) => console.log(script(this.getMainCommand(), name))),
      );
    }
    this.reset();
  }
}

interface Entry {
  path: string;
  words: string[];
}

/** All commands by their paths, with the words that may follow each. */
// deno-lint-ignore no-explicit-any
function entries(command: Command<any>): Entry[] {
  const words = [
    ...command.getCommands().map((child) => child.getName()),
    ...command.getOptions().map((option: Option) => `--${option.name}`),
  ];
  return [
    { path: command.getPath(), words },
    ...command.getCommands().flatMap((child) => entries(child)),
  ];
}

// deno-lint-ignore no-explicit-any
function bash(program: Command<any>, name = program.getName()): string {
  const all = entries(program);
  // Words that are not commands are values of options, or arguments.
  const known = all.slice(1).map(({ path }) => `"${path}"`).join("|");
  const cases = all.map(({ path, words }) => `    "${path}") words="${words.join(" ")}" ;;`);
  return `_${name}() {
  local word path="${name}" words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
      ${known}) path="$path $word" ;;
    esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -o default -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _${name} ${name}`;
}

// deno-lint-ignore no-explicit-any
function zsh(program: Command<any>, name = program.getName()): string {
  return `autoload -U bashcompinit && bashcompinit\n${bash(program, name)}`;
}

// deno-lint-ignore no-explicit-any
function fish(program: Command<any>, name = program.getName()): string {
  return entries(program).flatMap(({ path, words }) => {
    const above = path.split(" ").slice(1);
    const condition = above.length === 0
      ? "__fish_use_subcommand"
      : above.map((word) => `__fish_seen_subcommand_from ${word}`).join(
        "; and ",
      );
    return words.map((word) =>
      `complete -c ${name} -n '${condition}' ` +
      (word.startsWith("--") ? `-l ${word.slice(2)}` : `-f -a ${word}`)
    );
  }).join("\n");
}
