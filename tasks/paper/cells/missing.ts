/**
 * Why nothing can be run for a cell.
 *
 * @module
 */
import type { Column, Row } from "../experiment.ts";
import { type RunPlan, seedsOfRow } from "../jobs/row_jobs.ts";

/** The reason, a sentence; undefined where there is nothing to run anyway. */
export function whyAbsent(
  plan: RunPlan,
  row: Row,
  { measure }: Column,
): string | undefined {
  const { preset, manifest, benchmarks } = plan;
  const { variation, ensemble } = row;
  if (variation === undefined || ensemble) return undefined;
  if (seedsOfRow(plan, row).length === 0) return "The row was not asked for";
  if (measure.kind === "finetune") {
    const { benchmark, metrics } = measure;
    if (metrics.length === 0) return "Its test set is not public";
    if (!benchmarks.includes(benchmark)) {
      return `${benchmark} is not run at the preset ${preset.name} unless asked for with --benchmarks`;
    }
    const reason = manifest.missing[benchmark];
    if (reason !== undefined) return `No data for ${benchmark}: ${reason}`;
  }
  if (variation.extraData && manifest.extended === undefined) {
    return `No additional text: ${manifest.missing["text/extra"] ?? "none was given"}`;
  }
  return "Nothing is run for it";
}
