/**
 * Writes the report of the paper into a folder. Requires Deno's file access.
 *
 * @module
 */
import { atomicWriteFile } from "../../../src/files/mod.ts";
import { experimentName } from "../experiment.ts";
import { assess } from "../findings/assess.ts";
import { CLAIMS } from "../findings/claims.ts";
import type { JobFailure, JobResult, MeasuredExperiment } from "../result.ts";
import { figurePanels, figureSvg } from "./figures.ts";
import { findingRecords } from "./findings_json.ts";
import { indexMarkdown, markdownSummary, tableMarkdown } from "./markdown.ts";
import { paperPage } from "./paper_page.ts";
import { overviewSvg } from "./overview.ts";
import { type ReportInput, TITLE } from "./report_input.ts";
import { tableCsv } from "./table_csv.ts";
import { tableLatex } from "./table_latex.ts";
import { tableView } from "./table_view.ts";

/** Lines shown of a failed job's log. */
const LOG_LINES = 30;

/** Options of {@linkcode writePaperReport}. */
export interface WriteReportOptions {
  /** The folder of the runs; the report is written to its subfolder `report`. */
  readonly output: string;
  /** The command that reproduces the numbers. */
  readonly command: string;
}

/**
 * Writes `OUTPUT/report`: `index.html`, `README.md`, `overview.svg` (all claims), `index.md` (results by row and seed), `findings.json`, `.md`, `.csv` and `.tex` for every table, and `.svg` for every figure.
 *
 * @returns the paths of the written files, `index.html` first
 */
export async function writePaperReport(
  measured: readonly MeasuredExperiment[],
  { output, command }: WriteReportOptions,
): Promise<string[]> {
  const input: ReportInput = {
    measured,
    findings: assess(CLAIMS, measured),
    command,
    ...await lookUp(output, measured),
  };
  const files = new Map([
    ["index.html", paperPage(input)],
    ["README.md", markdownSummary(input)],
    ["overview.svg", overviewSvg(TITLE, input.findings.filter(({ claim }) => !claim.control))],
    ["index.md", indexMarkdown(measured)],
    ["findings.json", `${JSON.stringify(findingRecords(input.findings), null, 2)}\n`],
  ]);
  for (const one of measured) {
    const { id, kind, title } = one.experiment;
    if (kind === "figure") {
      files.set(`${id}.svg`, figureSvg(`${experimentName(id)}: ${title}`, figurePanels(one)));
      continue;
    }
    const view = tableView(one);
    files.set(`${id}.md`, tableMarkdown(view));
    files.set(`${id}.csv`, tableCsv(view));
    files.set(`${id}.tex`, tableLatex(view));
  }
  const folder = `${output}/report`;
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, text] of files) await atomicWriteFile(`${folder}/${name}`, text);
  return [...files.keys()].map((name) => `${folder}/${name}`);
}

/** Looks up which run folders and logs exist. */
async function lookUp(
  output: string,
  measured: readonly MeasuredExperiment[],
): Promise<Pick<ReportInput, "linkTo" | "logOf">> {
  const links = new Map<string, string>();
  const logs = new Map<string, string>();
  for (const { results, cells } of measured) {
    for (const { address, runFolder } of results) {
      if (links.has(address)) continue;
      const path = await firstExisting(output, linkTargets(runFolder));
      if (path !== undefined) links.set(address, `../${path}`);
    }
    for (const { address, log } of cells.flatMap(({ failures }) => failures)) {
      const text = await Deno.readTextFile(`${output}/${log}`).catch(() => null);
      if (text !== null) logs.set(address, text.trimEnd().split("\n").slice(-LOG_LINES).join("\n"));
    }
  }
  return {
    linkTo: ({ address }: JobResult) => links.get(address) ?? null,
    logOf: ({ address }: JobFailure) => logs.get(address) ?? null,
  };
}

/** Files that a job's number may link to, in order of preference: its report, or its result (a measurement has no report). */
function linkTargets(runFolder: string): string[] {
  return [`${runFolder}/report.html`, `jobs/${runFolder.split("/").at(-1)}.json`];
}

async function firstExisting(
  folder: string,
  paths: readonly string[],
): Promise<string | undefined> {
  for (const path of paths) {
    const isFile = await Deno.stat(`${folder}/${path}`).then((info) => info.isFile, () => false);
    if (isFile) return path;
  }
}
