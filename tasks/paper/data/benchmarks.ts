/**
 * The benchmarks of a data folder: their parts and files, stand-ins, sizes and fingerprints.
 *
 * @module
 */
import {
  GLUE_TASK_NAMES,
  glueTaskDefinition,
  type GlueTaskName,
  type RaceLevel,
  type SquadVersion,
} from "../../../src/benchmarks/mod.ts";
import { loadGlueData } from "../../../src/benchmarks/glue/disk.ts";
import { loadRace } from "../../../src/benchmarks/race/disk.ts";
import { findSquadFiles, loadSquadData } from "../../../src/benchmarks/squad/disk.ts";
import { ifExists } from "../../../src/files/mod.ts";
import type { BenchmarkId } from "../experiment.ts";
import type { BenchmarkFacts } from "./manifest.ts";

/** The folder of a benchmark's files. */
export function benchmarkFolder(root: string, benchmark: BenchmarkId): string {
  if (benchmark === "race") return `${root}/race`;
  if (benchmark.startsWith("squad-")) return `${root}/squad`;
  return `${root}/glue`;
}

/** A GLUE benchmark's name in `src/benchmarks`; null for SQuAD and RACE. */
export function glueNameOf(benchmark: BenchmarkId): Exclude<GlueTaskName, "ax"> | null {
  const known = (GLUE_TASK_NAMES as readonly string[]).includes(benchmark);
  return known ? benchmark as Exclude<GlueTaskName, "ax"> : null;
}

/** The RACE levels that are not excluded; `race` excludes both. */
export function raceLevels(without: readonly string[]): RaceLevel[] {
  return (["middle", "high"] as const).filter((level) =>
    !without.includes("race") && !without.includes(`race/${level}`)
  );
}

/** The SQuAD versions that are not excluded. */
export function squadVersions(without: readonly string[]): SquadVersion[] {
  return (["1.1", "2.0"] as const).filter((version) => !without.includes(`squad-${version}`));
}

/** Parts of a benchmark that can be a stand-in or be excluded. */
function partsOf(benchmark: BenchmarkId): readonly string[] {
  if (benchmark === "race") return ["race", "race/middle", "race/high"];
  return [benchmark];
}

/** Lists a data folder's stand-ins, one per line: `race/high  passages of another exam`. */
const STAND_INS_FILE = "STAND-INS";

/**
 * The parts of the data that stand in for the paper's data, sorted. Every table marks the numbers measured on them.
 *
 * @param declared parts declared on the command line, in addition to the data folder's file `STAND-INS`
 */
export async function readStandIns(
  root: string,
  declared: readonly string[],
): Promise<readonly string[]> {
  const text = await ifExists(Deno.readTextFile(`${root}/${STAND_INS_FILE}`)) ?? "";
  const listed = text.split("\n")
    .map((line) => line.trim().split(/\s+/)[0])
    .filter((part) => part !== "" && !part.startsWith("#"));
  return [...new Set([...listed, ...declared])].sort();
}

/**
 * Reads the sizes and fingerprints of a benchmark's files.
 *
 * @throws {Error} If a file is missing or malformed; the message names it.
 */
export async function benchmarkFacts(
  root: string,
  benchmark: BenchmarkId,
  choice: { readonly standIns: readonly string[]; readonly without: readonly string[] },
  log: (message: string) => void,
): Promise<BenchmarkFacts> {
  const folder = benchmarkFolder(root, benchmark);
  const parts = partsOf(benchmark).filter((part) => !choice.without.includes(part));
  if (!parts.includes(benchmark)) throw new Error(`${benchmark} is excluded by --without`);
  const standIns = choice.standIns.filter((part) => parts.includes(part));
  const glue = glueNameOf(benchmark);
  if (glue !== null) {
    const data = await loadGlueData(glueTaskDefinition(glue), folder, { log });
    const [dev] = data.heldOut;
    return facts(data.sha256, data.train.length, dev.rows.length, 0, standIns);
  }
  if (benchmark === "race") {
    const levels = raceLevels(choice.without);
    const train = await loadRace(folder, "train", levels);
    const dev = await loadRace(folder, "dev", levels);
    const test = await loadRace(folder, "test", levels).catch(() => null);
    return facts(
      [train, dev, test].map((part) => part?.sha256 ?? "none").join(" "),
      train.questions.length,
      dev.questions.length,
      test?.questions.length ?? 0,
      standIns,
    );
  }
  const version = benchmark === "squad-1.1" ? "1.1" : "2.0";
  const data = await loadSquadData(findSquadFiles(folder, version), { log });
  return facts(data.sha256, data.train.questions.length, data.dev.questions.length, 0, standIns);
}

function facts(
  fingerprint: string,
  train: number,
  dev: number,
  test: number,
  standIns: readonly string[],
): BenchmarkFacts {
  return { fingerprint, train, dev, test, standIns };
}
