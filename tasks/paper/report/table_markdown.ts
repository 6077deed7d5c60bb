/**
 * A table as GitHub's Markdown.
 *
 * @module
 */
import type { Column, Row } from "../experiment.ts";
import type { CellView, TableView } from "./table_view.ts";

/** Text as Markdown shows it: nothing in it makes markup, a table's border or HTML. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(
      /[\\`*_[\]<>|#~$&]/g,
      (character) => character === "<" ? "&lt;" : character === "&" ? "&amp;" : `\\${character}`,
    );
}

/** What the columns, marks and grays mean; said once above the tables. */
export const MARKDOWN_LEGEND =
  "Mean ± sample standard deviation over seeds; the paper's number in italics. † a stand-in for the paper's data is behind the number; ⁺ a column or row that the paper does not have.";

/** Writes a table, its marks explained below it. */
export function tableMarkdown(view: TableView): string {
  const header = [
    "",
    ...view.columns.map(named),
  ];
  const lines = [line(header), line(header.map((_, i) => i === 0 ? ":--" : "--:"))];
  for (const { label, rows } of view.groups) {
    if (label !== null) {
      lines.push(line([`**${escapeMarkdown(label)}**`, ...view.columns.map(() => "")]));
    }
    for (const { row, cells } of rows) {
      lines.push(line([named(row), ...cells.map(cellText)]));
    }
  }
  const notes = view.footnotes.map(({ mark, text }) => `- ${mark}: ${escapeMarkdown(text)}`);
  if (view.standIns.length > 0) {
    notes.unshift(`- †: stand-ins for ${view.standIns.map(escapeMarkdown).join(", ")}`);
  }
  return [...lines, ...(notes.length > 0 ? ["", ...notes] : []), ""].join("\n");
}

/** A row's or column's heading. */
function named({ label, added }: Pick<Column | Row, "label" | "added">): string {
  return escapeMarkdown(label) + (added ? "⁺" : "");
}

function cellText({ measured, spread, paper, standIn, failed, marks }: CellView): string {
  const parts: string[] = [];
  if (measured !== null) {
    parts.push(
      escapeMarkdown(measured) + (spread === null ? "" : ` ± ${spread}`) + (standIn ? "†" : ""),
    );
  } else if (failed) parts.push("failed");
  else if (marks.length > 0) parts.push("–");
  if (marks.length > 0) parts.push(`<sup>${marks.join(",")}</sup>`);
  if (paper !== null) parts.push(`*${escapeMarkdown(paper)}*`);
  return parts.join(" ");
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
