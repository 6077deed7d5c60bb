/**
 * A table as LaTeX, in the style of booktabs.
 *
 * @module
 */
import type { Column, Row } from "../experiment.ts";
import type { CellView, TableView } from "./table_view.ts";

const SPECIAL: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "–": "--",
  "−": "$-$",
  "±": "$\\pm$",
  "†": "\\dag{}",
  "→": "$\\rightarrow$",
  "§": "\\S{}",
};

/** Escapes text for LaTeX. */
export function escapeLatex(text: string): string {
  return text.replace(
    /[\\~^–−±†→§&%$#_{}]/g,
    (character) => SPECIAL[character] ?? `\\${character}`,
  );
}

/** Formats a table environment; its first line lists the required packages. */
export function tableLatex(view: TableView): string {
  const { experiment, preset } = view.measured;
  const columns = view.columns.length + 1;
  const caption =
    `${experiment.title}. ${experiment.question} Preset ${preset}; mean ± sample standard deviation over seeds; the paper's numbers in gray below.`;
  const rows = view.groups.flatMap(({ label, rows }, i) => [
    ...(i > 0 ? ["\\midrule"] : []),
    ...(label === null ? [] : [`\\multicolumn{${columns}}{l}{\\emph{${escapeLatex(label)}}} \\\\`]),
    ...rows.flatMap(({ row, label, cells }) => {
      const line = (texts: readonly string[]) => `${texts.join(" & ")} \\\\`;
      const printed = cells.map(({ paper }) => paper === null ? "" : gray(paper));
      return [
        line([named({ label, added: row.added }), ...cells.map(cellText)]),
        ...(printed.every((text) => text === "") ? [] : [line([gray("paper"), ...printed])]),
      ];
    }),
  ]);
  const head = view.columns.map(named);
  return [
    "% \\usepackage{amsmath,booktabs,graphicx,xcolor}",
    "\\begin{table}",
    "\\centering",
    `\\caption{${escapeLatex(caption)}}`,
    `\\label{tab:${experiment.id}}`,
    "\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%",
    `\\begin{tabular}{l${"r".repeat(columns - 1)}}`,
    "\\toprule",
    ` & ${head.join(" & ")} \\\\`,
    "\\midrule",
    ...rows,
    "\\bottomrule",
    "\\end{tabular}}",
    ...notes(view),
    "\\end{table}",
    "",
  ].join("\n");
}

/** The heading of a row or column. */
function named({ label, added }: Pick<Column | Row, "label" | "added">): string {
  return escapeLatex(label) + (added ? "$^{+}$" : "");
}

function gray(text: string): string {
  return `\\textcolor{gray}{${escapeLatex(text)}}`;
}

function cellText(
  { measured, spread, count, baseline, standIn, failed, marks }: CellView,
): string {
  const parts: string[] = [];
  if (measured !== null) {
    parts.push(
      escapeLatex(measured) + (spread === null ? "" : ` $\\pm$ ${escapeLatex(spread)}`) +
        (count === null ? "" : ` ($n=${count}$)`) + (baseline === null ? "" : ` (${baseline})`),
    );
  } else if (failed) parts.push("failed");
  else if (marks.length > 0) parts.push("--");
  const raised = [...(standIn ? ["\\dag"] : []), ...marks.map((mark) => `\\text{${mark}}`)];
  if (raised.length > 0) parts.push(`$^{${raised.join(",")}}$`);
  return parts.join(" ");
}

function notes({ footnotes, standIns }: TableView): string[] {
  const texts = footnotes.map(({ mark, text }) => `$^{\\text{${mark}}}$ ${escapeLatex(text)}`);
  if (standIns.length > 0) {
    texts.unshift(`$^{\\dag}$ Measured on stand-ins for ${standIns.map(escapeLatex).join(", ")}`);
  }
  return texts.length === 0
    ? []
    : [`\\par\\smallskip\\raggedright\\footnotesize ${texts.join(" ")}`];
}
