import { defineCommand } from "./command.ts";
import type { Flags, OptionTable } from "./options.ts";

const OPTIONS = {
  "--config <name>": {
    kind: "string",
    help: "Preset or config.json whose training step is tuned.",
    default: "nano",
  },
  "--batch-size <n>": { kind: "integer", help: "Examples on the device at once.", default: 32 },
  "--max-seq-length <n>": {
    kind: "integer",
    help: "Tokens per example.",
    defaultText: "the preset's",
  },
  "--fresh": { kind: "switch", help: "Measure again what is already in the cache." },
} as const satisfies OptionTable;

/** Flags of `albert tune`. */
export type TuneFlags = Flags<typeof OPTIONS>;

/** `albert tune` */
export default defineCommand({
  description: "Find the fastest kernel variants on this adapter and cache them.\n" +
    "Training tunes by itself between steps. Tuning does not change results.",
  options: OPTIONS,
  examples: { "Before a long run": "albert tune --config albert-base-v2 --batch-size 8" },
  action: async (flags) => (await import("./tune_run.ts")).runTune(flags),
});
