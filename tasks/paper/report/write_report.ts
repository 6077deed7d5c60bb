/**
 * Writing the report into a folder. Needs Deno's file access.
 *
 * @module
 */
import { atomicWriteFile } from "../../../src/files/mod.ts";
import { assess, CLAIMS } from "../findings/mod.ts";
import type { JobFailure, JobResult, MeasuredExperiment } from "../result.ts";
import { figurePanels } from "./figure_panels.ts";
import { figureSvg } from "./figure_svg.ts";
import { markdownSummary } from "./markdown_summary.ts";
import { paperPage } from "./paper_page.ts";
import { nameOf, type ReportInput } from "./report_input.ts";
import { tableCsv } from "./table_csv.ts";
import { tableLatex } from "./table_latex.ts";
import { tableMarkdown } from "./table_markdown.ts";
import { tableView } from "./table_view.ts";

/** Lines of a failed job's log that are shown. */
const LOG_LINES = 30;

/** Where a report comes from and goes. */
export interface WriteReportOptions {
  /** The folder that holds `runs` and gets `report`. */
  readonly output: string;
  /** The command that makes the numbers again. */
  readonly command: string;
}

/**
 * Writes `OUTPUT/report`: `index.html`, `README.md`, and for every table `.md`, `.csv` and `.tex`, for every figure `.svg`.
 *
 * @returns the paths of what was written, `index.html` first.
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
    ["index.html", await paperPage(input)],
    ["README.md", markdownSummary(input)],
  ]);
  for (const one of measured) {
    const { id, kind, title } = one.experiment;
    if (kind === "figure") {
      files.set(`${id}.svg`, await figureSvg(`${nameOf(id)}: ${title}`, figurePanels(one)));
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

/** Finds out beforehand which run folders and logs are there. */
async function lookUp(
  output: string,
  measured: readonly MeasuredExperiment[],
): Promise<Pick<ReportInput, "linkTo" | "logOf">> {
  const links = new Map<string, string>();
  const logs = new Map<string, string>();
  for (const { results, cells } of measured) {
    for (const { address, runFolder } of results) {
      if (links.has(address)) continue;
      const path = await firstThere(output, leadsTo(runFolder));
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

/** What a job's number may lead to, the best first: its report, its result (a timing has no report). */
function leadsTo(runFolder: string): string[] {
  return [`${runFolder}/report.html`, `jobs/${runFolder.split("/").at(-1)}.json`];
}

async function firstThere(folder: string, paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const isFile = await Deno.stat(`${folder}/${path}`).then((info) => info.isFile, () => false);
    if (isFile) return path;
  }
}
