import type { Option } from "./declare.ts";

/** The contents of a help text. */
export interface HelpContents {
  /** Whether to use colors. Like Cliffy, this does not depend on where the text is printed. */
  colors: boolean;
  usage: string;
  version?: string;
  description: string;
  options: Option[];
  values: (option: Option) => unknown[] | undefined;
  commands: { name: string; definition: string; description: string }[];
  examples: { name: string; description: string }[];
}

const STYLES = { bold: 1, blue: 94, magenta: 95, yellow: 33 };
type Style = keyof typeof STYLES;
type Paint = (style: Style, text: string) => string;

/**
 * Formats a help text: bold headings and tables that are wrapped to the width of the terminal. As with Cliffy, rows end
 * with blanks, and values of defaults have colors under `NO_COLOR` too.
 */
export function helpText(contents: HelpContents): string {
  const { colors } = contents;
  const paint: Paint = (style, text) =>
    colors && !Deno.noColor ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text;
  const section = (title: string, rows: string[][]) => {
    const lines = rows.filter((row) => row.some((cell) => cell));
    return lines.length === 0 ? "" : `\n${paint("bold", `${title}:`)}\n\n${table(lines)}\n`;
  };
  const groups = Map.groupBy(contents.options, (option) => option.group ?? "Options");
  const sections = [
    `${paint("bold", "Usage:")}   ${paint("magenta", withoutTypes(contents.usage))}`,
    contents.version ? `${paint("bold", "Version:")} ${paint("yellow", contents.version)}` : "",
    section("Description", contents.description.trim().split("\n").map((line) => [line.trim()])),
    ...[...groups].map(([group, options]) =>
      section(
        group,
        options.map((option) => optionRow(option, contents.values(option), colors, paint)),
      )
    ),
    section(
      "Commands",
      contents.commands.map(({ name, definition, description }) => [
        paint("blue", name),
        withoutTypes(definition),
        `- ${description}`,
      ]),
    ),
    section("Examples", contents.examples.map(({ name, description }) => [name, description])),
  ];
  return `\n${sections.filter((text) => text).join("\n")}`;
}

function optionRow(
  option: Option,
  values: unknown[] | undefined,
  colors: boolean,
  paint: Paint,
): string[] {
  const inspect = (value: unknown) => Deno.inspect(value, { colors });
  const hints: string[] = [];
  if (option.required) hints.push("required");
  const shown = option.defaultText ?? option.default;
  if (shown !== undefined) {
    const value = typeof shown === "function" ? shown() : shown;
    hints.push(`Default: ${inspect(value)}`);
  }
  if (option.depends?.length) hints.push(`Depends: --${option.depends.join(", --")}`);
  if (option.conflicts?.length) hints.push(`Conflicts: --${option.conflicts.join(", --")}`);
  if (values) hints.push(`Values: ${values.map(inspect).join(", ")}`);
  return [
    paint("blue", option.flags.join(", ")),
    withoutTypes(option.slot?.raw ?? ""),
    `- ${option.description.trim().split("\n", 1)[0]}`,
    hints.length > 0 ? `(${hints.join(", ")})` : "",
  ];
}

/** Converts `<file:string>` to `<file>`. */
function withoutTypes(text: string): string {
  return text.replace(/:[^\]>\s]+(?=[\]>])/g, "");
}

/** Formats rows. The first columns are as wide as their widest cell; the others are wrapped in the remaining width. */
function table(rows: string[][]): string {
  const count = Math.max(...rows.map((row) => row.length));
  const fixed = count > 2 ? 2 : count > 1 ? 1 : 0;
  const widths = Array.from(
    { length: fixed },
    (_, column) => Math.max(...rows.map((row) => visible(row[column] ?? ""))),
  );
  const indent = "  " +
    widths.filter((width) => width > 0).map((width) => " ".repeat(width + 2)).join("");
  const room = Math.max(30, columns() - indent.length);
  const lines = rows.flatMap((row) => {
    const head = widths.map((width, column) =>
      width > 0 ? (row[column] ?? "") + " ".repeat(width + 2 - visible(row[column] ?? "")) : ""
    ).join("");
    const text = row.slice(fixed).filter((cell) => cell).join("  ");
    return `  ${head}${wrap(text, room).join(`\n${indent}`)}`.split("\n");
  });
  const width = Math.max(...lines.map(visible));
  return lines.map((line) => line + " ".repeat(width - visible(line))).join("\n");
}

function wrap(text: string, room: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line && visible(line) + 1 + visible(word) > room) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines;
}

function columns(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 150; // not a terminal
  }
}

function visible(text: string): number {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[[0-9;]*m/g, "").length;
}

/** The line that Cliffy prints for `--version`: with colors, also in a pipe. */
export function longVersion(name: string, version: string): string {
  return Deno.noColor ? `${name} ${version}` : `\x1b[1m${name}\x1b[22m \x1b[94m${version}\x1b[39m`;
}
