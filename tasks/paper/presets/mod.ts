/**
 * How big the experiments are made: `smoke`, `nano`, `gpu-day`, `paper`.
 *
 * @module
 */
import { GPU_DAY } from "./gpu_day.ts";
import { NANO } from "./nano.ts";
import { PAPER } from "./paper.ts";
import type { Preset } from "./preset.ts";
import { SMOKE } from "./smoke.ts";

export { paperRecipe } from "./paper.ts";
export * from "./preset.ts";
export * from "./row_model.ts";

/** From seconds to weeks. */
export const PAPER_PRESETS: readonly Preset[] = [SMOKE, NANO, GPU_DAY, PAPER];

/** The names that `--preset` takes. */
export const PAPER_PRESET_NAMES: readonly string[] = PAPER_PRESETS.map(({ name }) => name);

/**
 * The preset of a name.
 *
 * @throws {RangeError} for a name that is none, listing them.
 */
export function paperPreset(name: string): Preset {
  const preset = PAPER_PRESETS.find((each) => each.name === name);
  if (preset === undefined) {
    throw new RangeError(
      `There is no preset ${JSON.stringify(name)}; there are ${PAPER_PRESET_NAMES.join(", ")}`,
    );
  }
  return preset;
}
