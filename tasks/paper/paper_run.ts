/**
 * Runs of experiments in a folder: their settings, jobs and results.
 *
 * @module
 */
import { atomicWriteFile } from "../../src/files/mod.ts";
import { isObject } from "../../src/json/mod.ts";
import { fillExperiment, type FillRequest, type Selection } from "./cells.ts";
import type { DataManifest } from "./data/manifest.ts";
import { readManifest } from "./data/prepare_data.ts";
import { type BenchmarkId, BENCHMARKS, type Experiment } from "./experiment.ts";
import { findExperiments } from "./experiments/mod.ts";
import { type JsonFileKind, readJsonFile } from "./json_file.ts";
import { type Job, withDependencies } from "./jobs/job.ts";
import { experimentJobs, type RunPlan } from "./jobs/row_jobs.ts";
import { JobStore } from "./jobs/store.ts";
import { paperPreset } from "./presets/mod.ts";
import type { MeasuredExperiment } from "./result.ts";

/** The settings of a folder's runs, as stored in `paper.json`. Later runs add experiments and seeds. */
export interface PaperRun {
  readonly preset: string;
  /** Kind of device; results of another kind have other addresses. */
  readonly device: string;
  /** BLAS library of the CPU device on this machine, or "none"; absent in committed results. */
  readonly blas?: string;
  readonly benchmarks: readonly BenchmarkId[];
  /** Fine-tuning runs per model. */
  readonly finetuneRuns: number;
  /** Seeds by experiment (`table-4`) or by row (`table-4/128-all-shared`). */
  readonly seeds: Readonly<Record<string, readonly number[]>>;
  /** Seeds of fine-tuning by experiment or row, and benchmark: `table-5 sst-2`, `table-5/sop sst-2`. If absent, all `seeds` and `benchmarks`. */
  readonly finetuneSeeds?: Readonly<Record<string, readonly number[]>>;
}

const FILE = "paper.json";

const PAPER_RUN: JsonFileKind<PaperRun> = {
  isValid: ({ preset, device, benchmarks, finetuneRuns, seeds }) =>
    typeof preset === "string" && typeof device === "string" && Array.isArray(benchmarks) &&
    Number.isInteger(finetuneRuns) && isObject(seeds) && Object.values(seeds).every(Array.isArray),
  expected: "preset, device, benchmarks, finetuneRuns and seeds",
  fix: "delete it and give the command again; finished jobs are kept",
};

/** Reads the settings of a folder's runs; returns null if there are none. */
export async function readPaperRun(folder: string): Promise<PaperRun | null> {
  return await readJsonFile(`${folder}/${FILE}`, PAPER_RUN);
}

/**
 * Adds a run to the settings of a folder.
 *
 * @param option the flag that selects the folder
 * @throws {Error} If the folder contains runs with another preset, device or number of fine-tuning runs.
 */
export async function recordPaperRun(
  folder: string,
  run: PaperRun,
  option: "--output" | "--results" = "--output",
): Promise<PaperRun> {
  const earlier = await readPaperRun(folder);
  const merged = earlier === null ? run : merge(folder, earlier, run, option);
  await Deno.mkdir(folder, { recursive: true });
  await atomicWriteFile(`${folder}/${FILE}`, `${JSON.stringify(merged, null, 2)}\n`);
  return merged;
}

function merge(folder: string, earlier: PaperRun, run: PaperRun, option: string): PaperRun {
  for (const [field, flag] of [["preset", "--preset"], ["device", "--device"]] as const) {
    if (earlier[field] !== run[field]) {
      throw new Error(
        `${folder} contains runs with ${flag} ${earlier[field]}, not ${
          run[field]
        }; choose another ${option}`,
      );
    }
  }
  const isFirstTuning = !finetunes(earlier);
  if (!isFirstTuning && finetunes(run) && earlier.finetuneRuns !== run.finetuneRuns) {
    throw new Error(
      `${folder} contains runs with --finetune-runs ${earlier.finetuneRuns}, not ${run.finetuneRuns}; choose another ${option}`,
    );
  }
  return {
    ...run,
    finetuneRuns: (isFirstTuning ? run : earlier).finetuneRuns,
    ...(earlier.blas !== undefined && { blas: earlier.blas }),
    benchmarks: [...new Set([...earlier.benchmarks, ...run.benchmarks])],
    seeds: union(earlier.seeds, run.seeds),
    finetuneSeeds: union(finetuneSeedsOf(earlier), finetuneSeedsOf(run)),
  };
}

/** Whether a run fine-tunes models. */
function finetunes(run: PaperRun): boolean {
  return Object.values(finetuneSeedsOf(run)).some((seeds) => seeds.length > 0);
}

type Seeds = Readonly<Record<string, readonly number[]>>;

function union(earlier: Seeds, added: Seeds): Seeds {
  const seeds: Record<string, readonly number[]> = { ...earlier };
  for (const [id, own] of Object.entries(added)) {
    seeds[id] = [...new Set([...seeds[id] ?? [], ...own])].sort((a, b) => a - b);
  }
  return seeds;
}

/** The seeds of fine-tuning by experiment or row, and benchmark. */
export function finetuneSeedsOf({ seeds, benchmarks, finetuneSeeds }: PaperRun): Seeds {
  return finetuneSeeds ?? Object.fromEntries(
    Object.entries(seeds).flatMap(([name, own]) =>
      benchmarks.map((benchmark) => [`${name} ${benchmark}`, own])
    ),
  );
}

/** The plan of an experiment. */
function planOf(run: PaperRun, manifest: DataManifest, experiment: string): RunPlan {
  const { preset, device, finetuneRuns, seeds } = run;
  const finetuneSeeds = Object.fromEntries(
    Object.entries(finetuneSeedsOf(run))
      .filter(([name]) => name.split(/[ /]/)[0] === experiment)
      .map(([name, own]) => [name.slice(experiment.length + 1), own]),
  );
  const tuned = Object.keys(finetuneSeeds).map((name) => name.split(" ").at(-1));
  return {
    preset: paperPreset(preset),
    device,
    benchmarks: BENCHMARKS.filter((name) => tuned.includes(name)),
    finetuneSeeds,
    finetuneRuns,
    manifest,
    seeds: seeds[experiment] ?? [],
    rowSeeds: Object.fromEntries(
      Object.entries(seeds)
        .filter(([name]) => name.startsWith(`${experiment}/`))
        .map(([name, own]) => [name.slice(experiment.length + 1), own]),
    ),
  };
}

/** The experiments of a run, in the paper's order. */
function experimentsOfRun({ seeds }: PaperRun): readonly Experiment[] {
  return findExperiments(Object.keys(seeds).map((name) => name.split("/")[0]));
}

/** All jobs of a run, without duplicates, dependencies first. */
export function jobsOf(run: PaperRun, manifest: DataManifest): Job[] {
  return withDependencies(
    experimentsOfRun(run).flatMap((each) => experimentJobs(planOf(run, manifest, each.id), each)),
  );
}

/** The folders of a run's results. */
export interface ResultPlaces {
  /** The run's folder; it does not exist if there are only committed results. */
  readonly output: string;
  /** Folder of committed results, with `data.json`, `paper.json` and `cells/`. */
  readonly committed?: string;
}

/** The folder of committed job results. */
export function committedCells({ committed }: ResultPlaces): string | undefined {
  return committed === undefined ? undefined : `${committed}/cells`;
}

/** Opens a run from its folder, or from committed results; returns null if there are neither. */
export async function openPaperRun(
  places: ResultPlaces,
): Promise<{ run: PaperRun; manifest: DataManifest; store: JobStore } | null> {
  const { output, committed } = places;
  for (const folder of [output, ...committed === undefined ? [] : [committed]]) {
    const run = await readPaperRun(folder);
    const manifest = await readManifest(folder);
    if (run !== null && manifest !== null) {
      return { run, manifest, store: new JobStore(output, committedCells(places)) };
    }
  }
  return null;
}

/** All experiments of a run with their results. */
export async function measuredExperiments(
  { run, manifest, store }: { run: PaperRun; manifest: DataManifest; store: JobStore },
  selection: Selection = "best",
): Promise<MeasuredExperiment[]> {
  const measured: MeasuredExperiment[] = [];
  for (const experiment of experimentsOfRun(run)) {
    const request: FillRequest = { plan: planOf(run, manifest, experiment.id), store, selection };
    measured.push(await fillExperiment(request, experiment));
  }
  return measured;
}
