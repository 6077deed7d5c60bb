// Plans of experiments for tests, without data.
import { type DataManifest, officialManifest, type RunPlan } from "../../../tasks/paper/disk.ts";
import { paperPreset } from "../../../tasks/paper/mod.ts";

/** A plan with data of the official sizes. */
export function planFor(preset: string, changes: Partial<RunPlan> = {}): RunPlan {
  const size = paperPreset(preset);
  return {
    preset: size,
    device: "cpu",
    seeds: [42],
    finetuneRuns: 1,
    benchmarks: size.benchmarks,
    manifest: officialManifest(size),
    ...changes,
  };
}

/** The manifest without some of its parts. */
export function withoutParts(
  manifest: DataManifest,
  missing: Readonly<Record<string, string>>,
): DataManifest {
  const benchmarks = { ...manifest.benchmarks };
  for (const part of Object.keys(missing)) {
    delete (benchmarks as Record<string, unknown>)[part];
  }
  return { ...manifest, benchmarks, missing };
}
