/**
 * Numbers and tables for a terminal.
 *
 * @module
 */
export { median } from "../tasks/paper/statistics.ts";

/** Formats a number with three significant digits. */
export function figure(value: number): string {
  if (value === 0) return "0";
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Formats a row of a table, padded to `widths`. Numbers are right-aligned. */
export function tableLine(cells: readonly (string | number)[], widths: readonly number[]): string {
  return cells.map((cell, i) =>
    typeof cell === "number" ? figure(cell).padStart(widths[i]) : cell.padEnd(widths[i])
  ).join("  ").trimEnd();
}

/** Formats a Markdown table. */
export function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, i) =>
    Math.max(3, head.length, ...rows.map((row) => row[i]?.length ?? 0))
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, i) => (cells[i] ?? "").padEnd(width)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(heads), rule, ...rows.map(line)].join("\n");
}

/** Prints results as one JSON object, with the version of Deno. */
export function printJson(results: object): void {
  console.log(JSON.stringify({ deno: Deno.version.deno, ...results }, null, 2));
}
