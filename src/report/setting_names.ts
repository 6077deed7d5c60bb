/**
 * Settings that differ between runs, under the names of the flags that set them.
 *
 * @module
 */
import { flagName } from "../json/mod.ts";
import { type Difference, differences, runFacts } from "./run_settings.ts";
import type { RunRecord } from "./run_record.ts";

/** Names of settings by their path in `run.json`, in the order of the table. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)peakLearningRate$/, "--learning-rate"],
  [/^schedule\.power$/, "--poly-power"],
  [/^schedule\.decay$/, "--lr-scheduler-type"],
  [/^freeze\b/, "--freeze"],
  [/^config\.max_position_embeddings$/, "--max-position-embeddings"],
  [/^optimizer\.kind$/, "--optimizer"],
  [/^optimizer\.maxGradientNorm$/, "--max-grad-norm"],
  [/^optimizer\.weightDecay$/, "--weight-decay"],
  [/(^|\.)wholeWordMask$/, "--whole-word"],
  [/(^|\.)pairObjective$|^config\.pair_objective$/, "--pair-objective"],
  [/^config\.(hidden|attention_probs)_dropout_prob$/, "--dropout"],
  [/^config\.classifier_dropout(_prob)?$/, "--classifier-dropout"],
  [/^(initialWeights|weights)$/, "--init-from"],
  [/^trainExamples$/, "--max-train-samples"],
  [/^heldOutExamples\b/, "--max-eval-samples"],
  [
    /(^|\.)(warmupSteps|seed|batchSize|microBatchSize|maxSeqLength|maxPredictionsPerSeq|shortSeqPer|favorShorterNgram|dupeFactor|precision|recompute|validationFraction|earlyStopPatience|loggingSteps|evalSteps|saveSteps|keepCheckpoints|keepBest|evalExamples|dataloaderNumWorkers)$/,
    "--",
  ],
];
/** Shown under another name, or of no use to a reader. */
const HIDDEN =
  /^(numerics\b|device\b|dataFingerprint$|data$|dataSha256|world|task$|extensions|layerGroups)/;
/** Facts that replace hidden settings. */
const FACTS = ["Model", "Device", "Versions", "Revision"];
/** Values longer than this are abbreviated. */
const LONG = 48;

/** The settings in which runs differ. A setting of several phases is listed once per phase only if the phases differ. */
export function namedDifferences(records: readonly RunRecord[]): Difference[] {
  const rows = new Map<string, readonly string[]>();
  const add = (name: string, values: readonly string[]) => {
    const differ = values.some((value) => value !== values[0]);
    if (differ && !rows.has(name)) rows.set(name, values.map(shorten));
  };
  for (const flag of ["data", "checkpoint", "initFrom", "config", "task", "fromScratch"]) {
    add(flagName(flag), records.map(({ settings }) => flagText(settings, flag)));
  }
  for (const { path, values } of differences(records.map(({ settings }) => settings))) {
    if (HIDDEN.test(path)) continue;
    // The number of steps is in the schedule and, again, at the end of the last phase.
    if (/\b(totalSteps|untilStep)$/.test(path)) add(stepsFlag(records), values);
    else add(settingName(path), values);
  }
  const facts = records.map((record) => new Map(runFacts(record)));
  for (const name of FACTS) {
    add(name.toLowerCase(), facts.map((fact) => fact.get(name) ?? ""));
  }
  return [...rows].map(([path, values]) => ({ path, values }));
}

function stepsFlag(records: readonly RunRecord[]): string {
  return records.some(({ task }) => task === "pretraining" || task === "")
    ? "--steps"
    : "--max-steps";
}

function flagText(settings: RunRecord["settings"], flag: string): string {
  const flags = settings?.flags as Record<string, unknown> | undefined;
  const value = flags?.[flag];
  return value === undefined ? "" : Array.isArray(value) ? value.join(" ") : `${value}`;
}

/** The name of a setting for readers: its flag, or the words of its path. */
export function settingName(path: string): string {
  const plain = path.replace(/^phases\[\d+\]\.(examples\.)?|^examples\./, "");
  const found = NAMES.find(([pattern]) => pattern.test(plain))?.[1];
  if (found === "--") return flagName(plain.slice(plain.lastIndexOf(".") + 1));
  if (found !== undefined) return found;
  if (plain.startsWith("config.")) return `config.json: ${plain.slice("config.".length)}`;
  return plain.replaceAll(".", " ");
}

function shorten(value: string): string {
  return value.length > LONG ? `…${value.slice(1 - LONG)}` : value;
}
