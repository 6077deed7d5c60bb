/**
 * `--settings FILE`: flags from a JSON object, in kebab, snake or camel case.
 *
 * @module
 */
import { parseJsonObject, shown } from "../../../src/json/mod.ts";
import { UsageError } from "../run_flags.ts";
import type { FinetuneFlags } from "./flags.ts";

/** What a settings file may say, by the type of its value. */
const TYPES: Readonly<Record<string, "string" | "number" | "boolean">> = {
  task: "string",
  data: "string",
  checkpoint: "string",
  initFrom: "string",
  recipe: "string",
  maxTime: "string",
  seed: "number",
  seeds: "number",
  maxSeqLength: "number",
  epochs: "number",
  maxSteps: "number",
  batchSize: "number",
  microBatchSize: "number",
  precision: "string",
  recompute: "string",
  learningRate: "number",
  warmupSteps: "number",
  weightDecay: "number",
  maxGradNorm: "number",
  dropout: "number",
  classifierDropout: "number",
  maxTrainSamples: "number",
  maxEvalSamples: "number",
  loggingSteps: "number",
  evalSteps: "number",
  saveSteps: "number",
  keepCheckpoints: "number",
  earlyStopPatience: "number",
  allReduce: "string",
  checkRanksSteps: "number",
  shuffle: "boolean",
  strict: "boolean",
  head: "string",
  trainFile: "string",
  devFile: "string",
  docStride: "number",
  maxQueryLength: "number",
  nBestSize: "number",
  maxAnswerLength: "number",
  nullThreshold: "number",
};

/**
 * Puts what a settings file says under the flags that were given.
 *
 * @throws {UsageError} for a file that is no JSON object, or a setting that is unknown or of another type.
 */
export async function withSettingsFile<F extends FinetuneFlags>(flags: F): Promise<F> {
  if (flags.settings === undefined) return flags;
  const file = flags.settings;
  let json: Record<string, unknown>;
  try {
    json = parseJsonObject(await Deno.readTextFile(file));
  } catch (error) {
    throw new UsageError(`--settings ${file}: ${(error as Error).message}`);
  }
  const settings: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(json)) {
    const name = key.replace(/[-_](\w)/g, (_, letter) => letter.toUpperCase());
    const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
    if (type === undefined || typeof value !== type) {
      throw new UsageError(
        `--settings ${file}: ${shown(key)} ${
          type === undefined ? "is no setting" : `must be a ${type}`
        }`,
      );
    }
    settings[name] = value;
  }
  const given = Object.fromEntries(
    Object.entries(flags).filter(([, value]) => value !== undefined),
  );
  // --seed has a default, which must not hide the file's.
  const seed = flags.seed === 42 ? settings.seed ?? 42 : flags.seed;
  return { ...settings, ...given, seed } as F;
}
