import { styleText } from "node:util";
import type { Option } from "./declare.ts";

/** The contents of a help text. */
export interface HelpContents {
  usage: string;
  version?: string;
  description: string;
  options: Option[];
  values: (option: Option) => unknown[] | undefined;
  commands: { name: string; definition: string; description: string }[];
  examples: { name: string; description: string }[];
}

type Style = Parameters<typeof styleText>[0];

/** Formats a help text: bold headings and tables that are wrapped to the width of the terminal. */
export function helpText(contents: HelpContents): string {
  const groups = Map.groupBy(contents.options, (option) => option.group ?? "Options");
  const sections = [
    `${paint("bold", "Usage:")}   ${paint("magenta", withoutTypes(contents.usage))}`,
    contents.version ? `${paint("bold", "Version:")} ${paint("yellow", contents.version)}` : "",
    section("Description", contents.description.trim().split("\n").map((line) => [line.trim()])),
    ...[...groups].map(([group, options]) =>
      section(group, options.map((option) => optionRow(option, contents.values(option))))
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

function optionRow(option: Option, values?: unknown[]): string[] {
  const hints: string[] = [];
  if (option.required) hints.push("required");
  const shown = option.defaultText ?? option.default;
  if (shown !== undefined) {
    const value = typeof shown === "function" ? shown() : shown;
    hints.push(`Default: ${JSON.stringify(value)}`);
  }
  if (option.depends?.length) hints.push(`Depends: --${option.depends.join(", --")}`);
  if (option.conflicts?.length) hints.push(`Conflicts: --${option.conflicts.join(", --")}`);
  if (values) hints.push(`Values: ${values.map((value) => JSON.stringify(value)).join(", ")}`);
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

function section(title: string, rows: string[][]): string {
  const lines = rows.filter((row) => row.some((cell) => cell));
  if (lines.length === 0) return "";
  return `\n${paint("bold", `${title}:`)}\n\n${table(lines)}\n`;
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
  return rows.map((row) => {
    const head = widths.map((width, column) =>
      width > 0 ? (row[column] ?? "") + " ".repeat(width + 2 - visible(row[column] ?? "")) : ""
    ).join("");
    const text = row.slice(fixed).filter((cell) => cell).join("  ");
    return `  ${head}${wrap(text, room).join(`\n${indent}`)}`.trimEnd();
  }).join("\n");
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
    return 120; // not a terminal
  }
}

function paint(style: Style, text: string): string {
  return styleText(style, text);
}

function visible(text: string): number {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[[0-9;]*m/g, "").length;
}
