/**
 * Tables and the whole report as GitHub Markdown.
 *
 * @module
 */
import { formatCount } from "../../../src/json/mod.ts";
import { formatDuration } from "../../../src/report/mod.ts";
import { type Column, experimentName, type Row } from "../experiment.ts";
import { EXPERIMENTS } from "../experiments/mod.ts";
import type { Evidence, Finding } from "../findings/assess.ts";
import type { JobResult, MeasuredExperiment } from "../result.ts";
import { cellNumbers } from "./numbers.ts";
import { headline, subline } from "./overview.ts";
import { pilotTable } from "./pilot.ts";
import { labelAtSize, presetProtocol } from "./size_text.ts";
import {
  countText,
  effectText,
  intervalText,
  outcomeText,
  paperText,
  shownEvidence,
  VERDICT_RULE,
} from "./evidence_text.ts";
import {
  brokenCommand,
  PAPER,
  placeholders,
  presetDescription,
  provenance,
  type ReportInput,
  standInText,
  TITLE,
} from "./report_input.ts";
import { BASELINE_NAMES, type CellView, isEmpty, type TableView, tableView } from "./table_view.ts";

/** Escapes text so that it creates no Markdown markup, table border or HTML. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(
      /[\\`*_[\]<>|#~$&]/g,
      (character) => character === "<" ? "&lt;" : character === "&" ? "&amp;" : `\\${character}`,
    );
}

/** Explains the notation, above the tables. */
const LEGEND =
  `Mean ± sample standard deviation over seeds, with the number n of seeds, and for pairs and masked tokens what a model must exceed to have learned anything (${BASELINE_NAMES}). Below it, in italics, the paper's number. A label such as “24 layers → 5” is the paper's size and the size of this run. † marks numbers measured on a stand-in for the paper's data, ⁺ columns and rows that are not in the paper.`;

/** Formats a table as GitHub Markdown, with its footnotes below. */
export function tableMarkdown(view: TableView): string {
  const header = ["", ...view.columns.map(named)];
  const lines = [line(header), line(header.map((_, i) => i === 0 ? ":--" : "--:"))];
  for (const { label, rows } of view.groups) {
    if (label !== null) {
      lines.push(line([`**${escapeMarkdown(label)}**`, ...view.columns.map(() => "")]));
    }
    for (const { row, label, cells } of rows) {
      const heading = named({ label, added: row.added });
      // A row that the paper quotes has only the paper's numbers.
      if (cells.every(isEmpty)) {
        lines.push(line([heading, ...cells.map(paperCell)]));
        continue;
      }
      lines.push(line([heading, ...cells.map(cellText)]));
      if (cells.some(({ paper }) => paper !== null)) {
        lines.push(line(["*paper*", ...cells.map(paperCell)]));
      }
    }
  }
  const notes = view.footnotes.map(({ mark, text }) => `- ${mark}: ${escapeMarkdown(text)}`);
  if (view.standIns.length > 0) {
    notes.unshift(`- †: measured on stand-ins for ${view.standIns.map(escapeMarkdown).join(", ")}`);
  }
  if (view.hidden.length > 0) {
    notes.push(`- Not run: ${view.hidden.map(({ label }) => escapeMarkdown(label)).join("; ")}`);
  }
  return [...lines, ...(notes.length > 0 ? ["", ...notes] : []), ""].join("\n");
}

/** The heading of a row or column. */
function named({ label, added }: Pick<Column | Row, "label" | "added">): string {
  return escapeMarkdown(label) + (added ? "⁺" : "");
}

function cellText(
  { measured, spread, count, baseline, standIn, failed, marks }: CellView,
): string {
  const parts: string[] = [];
  if (measured !== null) {
    parts.push(
      escapeMarkdown(measured) + (spread === null ? "" : ` ± ${spread}`) +
        inParentheses(count === null ? null : `n=${count}`, baseline) + (standIn ? "†" : ""),
    );
  } else if (failed) parts.push("failed");
  else if (marks.length > 0) parts.push("–");
  if (marks.length > 0) parts.push(`<sup>${marks.join(",")}</sup>`);
  return parts.join(" ");
}

function inParentheses(...texts: readonly (string | null)[]): string {
  const some = texts.filter((text) => text !== null);
  return some.length === 0 ? "" : ` (${some.join(", ")})`;
}

function paperCell({ paper }: CellView): string {
  return paper === null ? "" : `*${escapeMarkdown(paper)}*`;
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Formats the report: the findings, then every experiment with results. */
export function markdownSummary({ measured, findings, command }: ReportInput): string {
  const behind = provenance(measured);
  const ofPaper = findings.filter(({ claim }) => !claim.control);
  const presets = behind.presets.map((name) => `${name}: ${presetDescription(name)}`);
  return [
    `# ${TITLE}`,
    PAPER,
    `**${headline(ofPaper)}** (${
      subline(ofPaper)
    }). [Evidence](#findings), [tables and figures](#tables-and-figures), [results by row and seed](index.md).`,
    `![Every claim with effect, interval, the paper's value and verdict](overview.svg)`,
    ["```sh ignore", brokenCommand(command), "```"].join("\n"),
    `${
      placeholders(command, (word) => `\`${word}\``)
    } [index.md](index.md) lists the result of every row and seed.`,
    [
      `- Presets: ${presets.map(escapeMarkdown).join(" ")}`,
      `- Jobs: ${formatCount(behind.results.length)} finished, ${
        formatCount(behind.failures.length)
      } failed, ${formatDuration(behind.seconds)} in total`,
      `- Seeds: ${behind.seeds.join(", ") || "none"}`,
      `- Device: ${behind.adapters.map(escapeMarkdown).join(", ") || "none"}`,
      `- Data: ${behind.dataFingerprints.join(", ") || "none"}`,
      `- Stand-ins: ${escapeMarkdown(standInText(behind))}`,
    ].join("\n"),
    "## Findings",
    VERDICT_RULE,
    findingsMarkdown(ofPaper),
    "### Controls (not in the paper)",
    findingsMarkdown(findings.filter(({ claim }) => claim.control)),
    "## Tables and figures",
    LEGEND,
    ...measured.filter(hasSomething).map(experimentMarkdown),
    notRun(measured.filter(hasSomething)),
  ].filter((part) => part !== "").join("\n\n") + "\n";
}

/** Lists every number with its row, seed and file, so that a result is found by its row and seed. */
export function indexMarkdown(measured: readonly MeasuredExperiment[]): string {
  const lines = [
    "# Results by row and seed",
    "",
    "The files of finished jobs are in `cells/` of published results, and with longer names in `jobs/` of a run's folder.",
    "",
    "| Experiment | Row | Column | Seed | Value | File |",
    "| :-- | :-- | :-- | --: | --: | :-- |",
  ];
  for (const one of measured) {
    for (const { row, column, seeds, curves } of one.cells) {
      const label = labelAtSize(
        row.group === undefined ? row.label : `${row.group}, ${row.label}`,
        row.variation,
        one.preset,
      );
      const add = (seed: number, value: string, result?: JobResult) => {
        if (result === undefined) return;
        const file = `cells/${result.runFolder.split("/").at(-1)}.json`;
        const cells = [experimentName(one.experiment.id), label, column.label].map(escapeMarkdown);
        lines.push(line([...cells, `${seed}`, value, `\`${file}\``]));
      };
      for (const { seed, values, result } of seeds) {
        add(seed, cellNumbers(column.measure, values), result);
      }
      for (const { seed, result } of curves) add(seed, "curve", result);
    }
  }
  return `${lines.join("\n")}\n`;
}

/** The claims as a table. */
function findingsMarkdown(findings: readonly Finding[]): string {
  const lines = [
    "| Claim | Statistic | Effect | Interval | Paper | Runs | Verdict |",
    "| :-- | :-- | --: | :-- | --: | :-- | :-- |",
  ];
  for (const finding of findings) {
    const { claim } = finding;
    for (const [i, one] of shownEvidence(finding).entries()) {
      const cells = [
        i === 0 ? `**${escapeMarkdown(claim.claim)}** ${claim.source}` : "",
        ...evidenceCells(one.evidence),
        escapeMarkdown(outcomeText(finding, one)),
      ];
      lines.push(line(cells));
    }
  }
  return lines.join("\n");
}

function evidenceCells(evidence: Evidence): string[] {
  const dagger = evidence.standIns.length > 0 && evidence.estimate !== null ? "†" : "";
  return [
    escapeMarkdown(evidence.test.statistic),
    `${effectText(evidence) ?? "–"}${dagger}`,
    intervalText(evidence) ?? "–",
    paperText(evidence) ?? "–",
    countText(evidence),
  ];
}

function experimentMarkdown(measured: MeasuredExperiment): string {
  const { id, kind, title, question, protocol, notes } = measured.experiment;
  const own = presetProtocol(measured);
  const [shape, ...rest] = notes;
  return [
    `### ${experimentName(id)}: ${escapeMarkdown(title)}`,
    [
      `**${escapeMarkdown(question)}**`,
      own === "" ? "" : escapeMarkdown(own) + (id === "pilot" ? "" : " The paper:"),
      escapeMarkdown(protocol),
    ].filter((part) => part !== "").join(" "),
    kind === "table"
      ? tableMarkdown(tableView(measured)).trimEnd()
      : `![${escapeMarkdown(title)}](${id}.svg)`,
    ...(id === "pilot" ? [pilotMarkdown(measured)] : []),
    ...(kind === "figure" && shape !== undefined ? [escapeMarkdown(shape)] : []),
    (kind === "figure" ? rest : notes).map((note) => `> ${escapeMarkdown(note)}`).join("\n>\n"),
  ].filter((part) => part !== "").join("\n\n");
}

function pilotMarkdown(measured: MeasuredExperiment): string {
  const [head, ...rows] = pilotTable(measured);
  const rule = head.map((_, i) => i === 0 ? ":--" : "--:");
  return [head, rule, ...rows.map((row) => row.map(escapeMarkdown))].map(line).join("\n");
}

function hasSomething({ cells }: MeasuredExperiment): boolean {
  return cells.some(({ seeds, curves, failures }) =>
    seeds.length + curves.length + failures.length > 0
  );
}

/** Experiments without results. */
function notRun(shown: readonly MeasuredExperiment[]): string {
  const ids = shown.map(({ experiment }) => experiment.id);
  const rest = EXPERIMENTS.filter(({ id }) => !ids.includes(id));
  return rest.length === 0
    ? ""
    : `Not run: ${rest.map(({ id }) => experimentName(id)).join(", ")}.`;
}
