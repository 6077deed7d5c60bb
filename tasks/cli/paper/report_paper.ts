/**
 * What `albert paper report` does once its flags are read.
 *
 * @module
 */
import {
  type DataManifest,
  measuredExperiments,
  openPaperRun,
  type PaperRun,
  readPaperRun,
  writePaperReport,
} from "../../paper/disk.ts";
import type { PaperReportFlags } from "../paper.ts";
import { resultsFolder } from "./results_folder.ts";

/** Reads results, draws them, says where. */
export async function reportPaper(flags: PaperReportFlags): Promise<void> {
  const { output, results, selection, quiet, json } = flags;
  const preset = flags.preset ?? (await readPaperRun(output))?.preset;
  const committed = preset === undefined ? results : await resultsFolder({ results, preset });
  const opened = await openPaperRun({ output, committed });
  if (opened === null) {
    throw new Error(
      `${output} holds no runs; start some with albert paper run, or give --preset to draw kept results`,
    );
  }
  const measured = await measuredExperiments(opened, selection);
  const written = await writePaperReport(measured, {
    output,
    command: commandOf(opened.run, opened.manifest),
  });
  if (flags.publish) {
    if (committed === undefined) throw new Error("--publish needs --results");
    for (const path of written.filter((each) => /\.(md|svg)$/.test(each))) {
      await Deno.copyFile(path, `${committed}/${path.slice(path.lastIndexOf("/") + 1)}`);
    }
  }
  if (json) console.log(JSON.stringify({ written }));
  else if (!quiet) console.log(written[0]);
}

/** What makes the numbers again: a command for each set of seeds. */
function commandOf(
  { preset, device, seeds, benchmarks, finetuneRuns }: PaperRun,
  manifest: DataManifest,
): string {
  const standIns = [
    ...new Set(Object.values(manifest.benchmarks).flatMap((facts) => facts.standIns)),
  ];
  const commands = new Map<string, { ids: Set<string>; rows: string[] }>();
  for (const [name, own] of Object.entries(seeds)) {
    const [id, row] = name.split("/");
    const flags = `--seed ${own[0]} --seeds ${own.length}`;
    const key = row === undefined ? flags : `${id} ${flags}`;
    const command = commands.get(key) ?? { ids: new Set(), rows: [] };
    command.ids.add(id);
    if (row !== undefined) command.rows.push(row);
    commands.set(key, command);
  }
  return [...commands].map(([key, { ids, rows }]) =>
    [
      `albert paper run ${[...ids].join(" ")} --preset ${preset} ${key.slice(key.indexOf("--"))}`,
      `--device ${device}`,
      ...(rows.length === 0 ? [] : [`--rows ${rows.join(" ")}`]),
      `--benchmarks ${benchmarks.join(" ")}`,
      ...(finetuneRuns === 1 ? [] : [`--finetune-runs ${finetuneRuns}`]),
      ...(preset === "smoke" ? [] : ["--data DATA"]),
      ...(standIns.length === 0 ? [] : [`--stand-in ${standIns.join(" ")}`]),
      ...(manifest.without.length === 0 ? [] : [`--without ${manifest.without.join(" ")}`]),
      "--output OUTPUT",
    ].join(" ")
  ).join("; ");
}
