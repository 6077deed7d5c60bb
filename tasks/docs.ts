/**
 * `deno task docs`: writes `docs/commands.md`, the reference of all commands, from their tables of options.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { type AnyDefinition, definitionOf } from "./cli/command.ts";
import { buildProgram } from "./cli/commands.ts";
import { FINETUNE_OPTIONS } from "./cli/finetune_options.ts";
import {
  GLOBAL_OPTIONS,
  type NamedOption,
  namedOptions,
  type OptionRow,
  type OptionTable,
} from "./cli/options.ts";
import { PRETRAIN_OPTIONS } from "./cli/train_options.ts";

/** A command with the commands below it. */
interface DocumentedCommand {
  /** `albert finetune glue` */
  readonly path: string;
  readonly description: string;
  /** Absent for a group. */
  readonly definition?: AnyDefinition;
  readonly commands: readonly DocumentedCommand[];
}

/** Returns the text of `docs/commands.md`. */
export async function commandPage(): Promise<string> {
  // deno-lint-ignore no-explicit-any
  const program: any = await buildProgram([]);
  const commands = documented(program).commands
    .filter(({ path }) => !/ (help|completions)$/.test(path));
  const flagsWhere = (matches: (row: OptionRow) => boolean) => {
    const rows = [PRETRAIN_OPTIONS, FINETUNE_OPTIONS, GLOBAL_OPTIONS].flatMap(namedOptions);
    return [...new Set(rows.filter(matches).map(({ flag }) => `\`${flag}\``))].join(", ");
  };
  return [
    "# Commands\n",
    "<!-- Written by `deno task docs` from the tables of options. Do not edit. -->\n",
    "`albert COMMAND --help` prints the same in a terminal. `albert completions bash` (or `fish`,\n" +
    "`zsh`) prints a script for shell completion.\n",
    "- Both spellings of a flag work: `--max-seq-length` and `--max_seq_length`.\n" +
    "- `--flag VALUE` and `--flag=VALUE` are the same. Lists are given as `--data A B` or as\n" +
    "  `--data A --data B`.\n" +
    "- Words such as task names have other spellings, such as `SST2` for `sst-2`. Options marked with\n" +
    "  *also* accept the names that Hugging Face's scripts have.\n" +
    "- Commands exit with 0 on success, 1 on failure, and 2 for a wrong command line.\n" +
    "- `--settings FILE` of the training commands reads settings from a JSON or YAML file:\n" +
    '  `{"batchSize": 64, "learning-rate": 1e-3}`. Flags on the command line override it.\n' +
    "- `--resume` reads all settings from `run.json`; the settings file and flags override them.\n" +
    "  The seed cannot change. Neither `run.json` nor a settings file contains\n" +
    `  ${flagsWhere(({ remembered }) => remembered === false)}.\n` +
    `  \`run.json\` does not contain ${flagsWhere(({ once }) => once === true)} either.\n`,
    "## Options of all commands\n",
    optionTables(GLOBAL_OPTIONS),
    ...commands.flatMap((command) => section(command, 2, {})),
  ].join("\n").replace(/\n{3,}/g, "\n\n").trimEnd() + "\n";
}

// deno-lint-ignore no-explicit-any
function documented(command: any): DocumentedCommand {
  return {
    path: command.getPath(),
    description: command.getDescription(),
    definition: definitionOf(command),
    commands: command.getCommands().map(documented),
  };
}

/** The section of a command. Options in `shared` are described above it. */
function section(
  { path, description, definition, commands }: DocumentedCommand,
  level: number,
  shared: OptionTable,
): string[] {
  const common = sharedOptions(commands);
  const own = without(definition?.options ?? {}, shared);
  const examples = Object.entries<string>(definition?.examples ?? {});
  const usage = [path, definition?.arguments].filter(Boolean).join(" ");
  return [
    `${"#".repeat(level)} \`${path}\`\n`,
    `${description}\n`,
    definition === undefined ? "" : `\`\`\`text\n${usage} [options]\n\`\`\`\n`,
    optionTables(own),
    Object.keys(common).length > 0
      ? `Options of all \`${path}\` commands:\n\n${optionTables(common)}`
      : "",
    examples.length > 0
      ? `\`\`\`text\n${examples.map(([name, line]) => `# ${name}\n${line}`).join("\n")}\n\`\`\`\n`
      : "",
    ...commands.flatMap((command) => section(command, level + 1, common)),
  ];
}

/** The rows that all commands of a group have. */
function sharedOptions(commands: readonly DocumentedCommand[]): OptionTable {
  const [first, ...others] = commands.map(({ definition }) => definition?.options ?? {});
  if (others.length === 0) return {};
  const same = (flag: string, row: unknown) =>
    others.every((table) =>
      JSON.stringify((table as Record<string, unknown>)[flag]) === JSON.stringify(row)
    );
  return Object.fromEntries(Object.entries(first).filter(([flag, row]) => same(flag, row)));
}

function without(table: OptionTable, shared: OptionTable): OptionTable {
  return Object.fromEntries(
    Object.entries(table).filter(([flag]) => !Object.hasOwn(shared, flag)),
  );
}

/** One table per heading. */
function optionTables(table: OptionTable): string {
  const groups = Map.groupBy(namedOptions(table), (row) => row.group);
  return [...groups].map(([heading, rows]) =>
    [
      ...(heading === undefined ? [] : [`**${heading}**\n`]),
      "| Option | Meaning | Default |",
      "| --- | --- | --- |",
      ...rows.map(optionRow),
      "",
    ].join("\n")
  ).join("\n");
}

function optionRow(row: NamedOption): string {
  const { flag, value, kind, help, required, depends, aliases = [] } = row;
  const words = typeof kind === "string" ? "" : ` Values: ${kind.map(code).join(", ")}.`;
  const needs = depends === undefined
    ? ""
    : ` Needs ${depends.map((name) => code(`--${name}`)).join(", ")}.`;
  const also = aliases.length === 0
    ? ""
    : ` *Also* ${aliases.map((name) => code(`--${name}`)).join(", ")}.`;
  const shown = row.default ?? row.defaultText;
  const literal = row.default !== undefined || typeof shown !== "string" ||
    typeof kind !== "string" && kind.includes(shown);
  const fallback = required
    ? "required"
    : shown === undefined
    ? ""
    : literal
    ? code(`${shown}`)
    : shown;
  // A vertical line ends a cell, also within code.
  const cells = [code(`${flag} ${value}`.trim()), `${help}${words}${needs}${also}`, fallback];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function code(text: string): string {
  return `\`${text}\``;
}

if (import.meta.main) {
  const path = fileURLToPath(new URL("../docs/commands.md", import.meta.url));
  await Deno.writeTextFile(path, await commandPage());
  console.error(`Wrote ${path}`);
}
