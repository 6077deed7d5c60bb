/**
 * The work of `albert paper report`, and the folder of published results.
 *
 * @module
 */
import { formatCount } from "../../src/json/mod.ts";
import {
  committedCells,
  type DataManifest,
  finetuneSeedsOf,
  hasOtherData,
  measuredExperiments,
  openPaperRun,
  type PaperRun,
  readPaperRun,
  readResults,
  writePaperReport,
} from "../paper/disk.ts";
import { generatesData, paperPreset } from "../paper/mod.ts";
import { UsageError } from "./errors.ts";
import type { PaperReportFlags } from "./paper.ts";

/** Returns `--results`, or `docs/results/PRESET` if the current directory has this folder. */
export async function resultsFolder(
  { results, preset }: { readonly results?: string; readonly preset: string },
): Promise<string | undefined> {
  if (results !== undefined) return results;
  const folder = `docs/results/${preset}`;
  const found = await Deno.stat(folder).then(({ isDirectory }) => isDirectory, () => false);
  return found ? folder : undefined;
}

/** Returns the folder of published results for the runs of a folder. */
export async function resultsFolderOf(
  { output, results, preset }: {
    readonly output: string;
    readonly results?: string;
    readonly preset?: string;
  },
): Promise<string | undefined> {
  const known = preset ?? (await readPaperRun(output))?.preset;
  return known === undefined ? results : await resultsFolder({ results, preset: known });
}

/** Reads results, writes the report and prints its path. */
export async function reportPaper(flags: PaperReportFlags): Promise<void> {
  const { output } = flags;
  const committed = await resultsFolderOf(flags);
  const opened = await openPaperRun({ output, committed });
  if (opened === null) {
    throw new Error(
      `${output} has no runs; start some with albert paper run, or use --preset to report published results`,
    );
  }
  const measured = await measuredExperiments(opened, flags.selection);
  const isEmpty = measured.every(({ results }) => results.length === 0);
  if (isEmpty && committed !== undefined && await readPaperRun(output) === null) {
    const found = await readResults(committedCells({ output, committed })!);
    if (found.length > 0) {
      throw new Error(
        `${committed} has ${
          formatCount(found.length, "result")
        }, but none of the preset ${opened.run.preset} as this version has it; report them with the version that computed them`,
      );
    }
  }
  const written = await writePaperReport(measured, {
    output,
    command: commandOf(opened.run, opened.manifest),
  });
  if (flags.publish) {
    if (committed === undefined) throw new UsageError("--publish needs --results");
    if (await hasOtherData(committed, opened.manifest)) {
      throw new UsageError(`${committed} has results of other data; choose another --results`);
    }
    for (const path of written.filter((each) => /\.(md|svg)$|\/findings\.json$/.test(each))) {
      await Deno.copyFile(path, `${committed}/${path.slice(path.lastIndexOf("/") + 1)}`);
    }
  }
  if (flags.json) console.log(JSON.stringify({ written }));
  else if (!flags.quiet) console.log(written[0]);
}

/** Divides ascending seeds into stretches without gaps, which `--seed` and `--seeds` can name. */
function consecutive(seeds: readonly number[]): number[][] {
  const stretches: number[][] = [];
  for (const seed of seeds) {
    const last = stretches.at(-1);
    if (last !== undefined && seed === last.at(-1)! + 1) last.push(seed);
    else stretches.push([seed]);
  }
  return stretches;
}

/** Returns the commands that reproduce the results, one for each set of seeds and benchmarks. */
function commandOf(
  run: PaperRun,
  manifest: DataManifest,
): string {
  const { preset, device, seeds, finetuneRuns } = run;
  const generated = generatesData(paperPreset(preset));
  const finetuneSeeds = finetuneSeedsOf(run);
  const standIns = [
    ...new Set(Object.values(manifest.benchmarks).flatMap((facts) => facts.standIns)),
  ];
  const commands = new Map<string, { ids: Set<string>; rows: string[] }>();
  for (const [name, own] of Object.entries(seeds)) {
    const [id, row] = name.split("/");
    // Fine-tuning may have fewer seeds than pretraining.
    const bySeeds = new Map([[own.join(), { own, benchmarks: [] as string[] }]]);
    for (const [place, some] of Object.entries(finetuneSeeds)) {
      const [tuned, benchmark] = place.split(" ");
      if (tuned !== name || some.length === 0) continue;
      if (!bySeeds.has(some.join())) bySeeds.set(some.join(), { own: some, benchmarks: [] });
      bySeeds.get(some.join())!.benchmarks.push(benchmark);
    }
    const stretches = [...bySeeds.values()].flatMap(({ own: some, benchmarks }) =>
      consecutive(some).map((seeds) => ({ seeds, benchmarks }))
    );
    for (const { seeds, benchmarks } of stretches) {
      const flags = `--seed ${seeds[0]} --seeds ${seeds.length} --benchmarks ${
        benchmarks.join(" ") || "none"
      }`;
      const key = row === undefined ? flags : `${id} ${flags}`;
      const command = commands.get(key) ?? { ids: new Set(), rows: [] };
      command.ids.add(id);
      if (row !== undefined) command.rows.push(row);
      commands.set(key, command);
    }
  }
  return [...commands].map(([key, { ids, rows }]) =>
    [
      `albert paper run ${[...ids].join(" ")} --preset ${preset} ${key.slice(key.indexOf("--"))}`,
      `--device ${device}`,
      ...(rows.length === 0 ? [] : [`--rows ${rows.join(" ")}`]),
      ...(finetuneRuns === 1 ? [] : [`--finetune-runs ${finetuneRuns}`]),
      ...(generated ? [] : ["--data DATA"]),
      ...(generated || standIns.length === 0 ? [] : [`--stand-in ${standIns.join(" ")}`]),
      ...(manifest.without.length === 0 ? [] : [`--without ${manifest.without.join(" ")}`]),
      "--output OUTPUT",
    ].join(" ")
  ).join("; ");
}
