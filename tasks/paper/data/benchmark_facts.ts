/**
 * Looks at a benchmark's files: are they there and readable, how much is in them, what are they.
 *
 * @module
 */
import { glueTaskDefinition, type RaceLevel } from "../../../src/benchmarks/mod.ts";
import { loadGlueData } from "../../../src/benchmarks/glue/disk.ts";
import { loadRace } from "../../../src/benchmarks/race/disk.ts";
import { findSquadFiles, loadSquadData } from "../../../src/benchmarks/squad/disk.ts";
import type { BenchmarkId } from "../experiment.ts";
import type { BenchmarkFacts } from "./manifest.ts";
import { benchmarkFolder, glueNameOf, partsOf } from "./parts.ts";
import { standInsAmong } from "./stand_ins.ts";

/** Levels of RACE that are used. */
export function raceLevels(without: readonly string[]): RaceLevel[] {
  return (["middle", "high"] as const).filter((level) => !without.includes(`race/${level}`));
}

/**
 * What the files of a benchmark hold.
 *
 * @throws {Error} when they are absent or wrong, naming the file.
 */
export async function benchmarkFacts(
  root: string,
  benchmark: BenchmarkId,
  choice: { readonly standIns: readonly string[]; readonly without: readonly string[] },
  say: (sentence: string) => void,
): Promise<BenchmarkFacts> {
  const folder = benchmarkFolder(root, benchmark);
  const parts = partsOf(benchmark).filter((part) => !choice.without.includes(part));
  if (!parts.includes(benchmark)) throw new Error(`${benchmark} is left out, as asked`);
  const standIns = standInsAmong(parts, choice.standIns);
  const glue = glueNameOf(benchmark);
  if (glue !== null) {
    const data = await loadGlueData(glueTaskDefinition(glue), folder, { say });
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
  const data = await loadSquadData(findSquadFiles(folder, version), { say });
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
