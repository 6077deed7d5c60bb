/**
 * The whole report as one Markdown page, to be committed beside its drawings.
 *
 * @module
 */
import { formatCount, formatDuration } from "../../../src/report/mod.ts";
import type { Evidence, Finding } from "../findings/mod.ts";
import { EXPERIMENTS } from "../experiments/mod.ts";
import type { MeasuredExperiment } from "../result.ts";
import {
  countText,
  effectText,
  intervalText,
  paperText,
  shownEvidence,
  VERDICT_TEXT,
  verdictCounts,
} from "./evidence_text.ts";
import { presetDescription, provenance } from "./provenance.ts";
import { nameOf, PAPER, type ReportInput } from "./report_input.ts";
import { escapeMarkdown, MARKDOWN_LEGEND, tableMarkdown } from "./table_markdown.ts";
import { tableView } from "./table_view.ts";

/** Writes the page: findings, then every experiment that something was measured of. */
export function markdownSummary({ measured, findings, command }: ReportInput): string {
  const behind = provenance(measured);
  const presets = behind.presets.map((name) => `${name}: ${presetDescription(name)}`);
  return [
    "# ALBERT, measured again",
    PAPER,
    ["```sh ignore", command, "```"].join("\n"),
    [
      `- Presets: ${presets.map(escapeMarkdown).join(" ")}`,
      `- Jobs: ${formatCount(behind.results.length)} finished, ${
        formatCount(behind.failures.length)
      } failed, ${formatDuration(behind.seconds)} in all`,
      `- Seeds: ${behind.seeds.join(", ") || "none"}`,
      `- Device: ${behind.adapters.map(escapeMarkdown).join(", ") || "none"}`,
      `- Data: ${behind.dataFingerprints.join(", ") || "none"}; stand-ins: ${
        behind.standIns.map(escapeMarkdown).join(", ") || "none"
      }`,
    ].join("\n"),
    "## Findings",
    `${
      verdictCounts(findings)
    }. The first statistic of a claim decides; the verdict needs the whole 95% interval over seeds on one side of the border.`,
    findingsMarkdown(findings),
    "## Tables and figures",
    MARKDOWN_LEGEND,
    ...measured.filter(hasSomething).map(experimentMarkdown),
    nothingMeasured(measured.filter(hasSomething)),
  ].filter((part) => part !== "").join("\n\n") + "\n";
}

/** The claims as a table. */
export function findingsMarkdown(findings: readonly Finding[]): string {
  const lines = [
    "| Claim | Statistic | Effect | 95% interval | Paper | Runs | Verdict |",
    "| :-- | :-- | --: | :-- | --: | :-- | :-- |",
  ];
  for (const finding of findings) {
    const { claim } = finding;
    for (const [i, one] of shownEvidence(finding).entries()) {
      const cells = [
        i === 0 ? `**${escapeMarkdown(claim.claim)}** ${claim.source}` : "",
        ...evidenceCells(one),
      ];
      lines.push(`| ${cells.join(" | ")} |`);
    }
  }
  return lines.join("\n");
}

function evidenceCells(evidence: Evidence): string[] {
  const dagger = evidence.standIns.length > 0 && evidence.estimate !== null ? "†" : "";
  const reason = evidence.missing === undefined ? "" : ` (${escapeMarkdown(evidence.missing)})`;
  return [
    escapeMarkdown(evidence.test.statistic),
    `${effectText(evidence) ?? "–"}${dagger}`,
    intervalText(evidence) ?? "–",
    paperText(evidence) ?? "–",
    countText(evidence),
    `${VERDICT_TEXT[evidence.verdict]}${reason}`,
  ];
}

function experimentMarkdown(measured: MeasuredExperiment): string {
  const { id, kind, title, question, protocol, notes } = measured.experiment;
  const [shape, ...rest] = notes;
  return [
    `### ${nameOf(id)}: ${escapeMarkdown(title)}`,
    `**${escapeMarkdown(question)}** ${escapeMarkdown(protocol)}`,
    kind === "table"
      ? tableMarkdown(tableView(measured)).trimEnd()
      : `![${escapeMarkdown(title)}](${id}.svg)`,
    ...(kind === "figure" && shape !== undefined ? [escapeMarkdown(shape)] : []),
    (kind === "figure" ? rest : notes).map((note) => `> ${escapeMarkdown(note)}`).join("\n>\n"),
  ].filter((part) => part !== "").join("\n\n");
}

function hasSomething({ cells }: MeasuredExperiment): boolean {
  return cells.some(({ seeds, curves, failures }) =>
    seeds.length + curves.length + failures.length > 0
  );
}

/** The rest of the paper, by name. */
function nothingMeasured(shown: readonly MeasuredExperiment[]): string {
  const ids = shown.map(({ experiment }) => experiment.id);
  const rest = EXPERIMENTS.filter(({ id }) => !ids.includes(id));
  return rest.length === 0 ? "" : `Not run: ${rest.map(({ id }) => nameOf(id)).join(", ")}.`;
}
