/**
 * The presets `smoke`, `stories`, `nano`, `gpu-day` and `paper`, and the models of rows at their sizes.
 *
 * @module
 */
import { GPU_DAY } from "./gpu_day.ts";
import { NANO } from "./nano.ts";
import { PAPER } from "./paper.ts";
import type { Preset } from "./preset.ts";
import { SMOKE } from "./smoke.ts";
import { STORIES } from "./stories.ts";

export { paperRecipe } from "./paper.ts";
export * from "./preset.ts";
export * from "./row_model.ts";

/** All presets, from seconds to weeks. */
export const PAPER_PRESETS: readonly Preset[] = [SMOKE, STORIES, NANO, GPU_DAY, PAPER];

/**
 * Finds a preset by name.
 *
 * @throws {RangeError} If the name is unknown; the message lists the known ones.
 */
export function paperPreset(name: string): Preset {
  const preset = PAPER_PRESETS.find((each) => each.name === name);
  if (preset === undefined) {
    const names = PAPER_PRESETS.map(({ name }) => name).join(", ");
    throw new RangeError(`Unknown preset ${JSON.stringify(name)}; expected one of ${names}`);
  }
  return preset;
}
