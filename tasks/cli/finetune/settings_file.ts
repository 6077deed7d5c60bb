/**
 * `--settings FILE`: flags from a JSON or YAML object, in kebab, snake or camel case.
 *
 * @module
 */
// JSON is in the platform, YAML in no standard library that can be reached without JSR; `yaml` follows version 1.2, where 1e-5 is a number.
import { parse as parseYaml } from "yaml";
import { isObject, parseJson, quote, shorten, shown } from "../../../src/json/mod.ts";
import { DEVICES } from "../common.ts";
import { UsageError } from "../run_flags.ts";
import { type FinetuneFlags, RECIPES } from "./flags.ts";
import { LEVELS } from "./race.ts";
import { SQUAD_HEADS } from "./squad.ts";

/** The type of a value, or the words that it may be. */
type Kind = "string" | "number" | "boolean" | readonly string[];

/** What a settings file may say, beside the benchmark's `task`. */
const KINDS: Readonly<Record<string, Kind>> = {
  device: DEVICES,
  data: "string",
  checkpoint: "string",
  initFrom: "string",
  fromScratch: "boolean",
  recipe: RECIPES,
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
  shardOptimizer: "boolean",
  shuffle: "boolean",
  strict: "boolean",
  level: LEVELS,
  head: SQUAD_HEADS,
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
 * @param tasks that the command knows
 * @throws {UsageError} for a file that is no object, or a setting that is unknown or of another kind.
 */
export async function withSettingsFile<F extends FinetuneFlags>(
  flags: F,
  tasks: readonly string[] = [],
): Promise<F> {
  if (flags.settings === undefined) return flags;
  const file = flags.settings;
  const kinds = tasks.length > 0 ? { ...KINDS, task: tasks } : KINDS;
  const settings: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(await readObject(file))) {
    const name = key.replace(/[-_](\w)/g, (_, letter) => letter.toUpperCase());
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    const wrong = complaint(kind, value);
    if (wrong !== null) throw new UsageError(`--settings ${file}: ${shown(key)} ${wrong}`);
    settings[name] = value;
  }
  const given = Object.fromEntries(
    Object.entries(flags).filter(([, value]) => value !== undefined),
  );
  // What has a default must not hide what the file says.
  const seed = flags.seed === 42 ? settings.seed ?? 42 : flags.seed;
  const device = flags.device === "auto" ? settings.device ?? "auto" : flags.device;
  return { ...settings, ...given, seed, device } as F;
}

async function readObject(file: string): Promise<Record<string, unknown>> {
  let value: unknown;
  try {
    const text = await Deno.readTextFile(file);
    value = /\.ya?ml$/i.test(file) ? parseYaml(text) : parseJson(text);
  } catch (error) {
    // YAML's messages draw the place below their first line.
    const [sentence] = (error as Error).message.split(":\n");
    throw new UsageError(`--settings ${file}: ${shorten(sentence, 200)}`);
  }
  if (isObject(value)) return value;
  throw new UsageError(`--settings ${file} holds no object of settings but ${quote(value)}`);
}

/** What is wrong about a value, or null. */
function complaint(kind: Kind | undefined, value: unknown): string | null {
  if (kind === undefined) return "is no setting";
  if (typeof kind !== "string") {
    if (kind.includes(value as string)) return null;
    // A version without quotes is a number to JSON and YAML.
    return `must be one of ${kind.map((word) => JSON.stringify(word)).join(", ")}`;
  }
  const found: string = typeof value;
  return found === kind ? null : `must be a ${kind}`;
}
