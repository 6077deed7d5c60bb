/**
 * The scores, rows and comparisons of which claims consist.
 *
 * @module
 */
import {
  better,
  difference,
  DOWNSTREAM,
  type Expectation,
  minus,
  MLM,
  type NamedScore,
  plus,
  type RowPattern,
  type Score,
  type Test,
} from "./claim.ts";

/** Mean over all fine-tuned columns, with its name. */
export const DOWNSTREAM_MEAN: NamedScore = ["downstream mean", DOWNSTREAM];
/** Masked-LM accuracy after training. */
export const MLM_ACCURACY: NamedScore = ["masked-LM accuracy", MLM];
/** The last point of a curve of masked-LM accuracy. */
export const MLM_AT_END: NamedScore = [
  "masked-LM accuracy at the end of training",
  { kind: "curve", curve: "mlm_accuracy", feature: "end" },
];
/** Mean over the tasks whose inputs have several sentences. */
export const MULTI_SENTENCE_MEAN: NamedScore = ["mean over multi-sentence tasks", {
  kind: "downstream",
  benchmarks: ["squad-1.1", "squad-2.0", "mnli", "race"],
}];

/** Includes truncated pairs. */
export const SOP_ACCURACY = intrinsic("SOP accuracy", "sop_accuracy");
/** Includes truncated pairs. */
export const NSP_ACCURACY = intrinsic("NSP accuracy", "nsp_accuracy");
/** Excludes truncated pairs. */
export const SOP_UNTRUNCATED = intrinsic("SOP accuracy on untruncated pairs", "sop_whole_accuracy");
/** Excludes truncated pairs. */
export const NSP_UNTRUNCATED = intrinsic("NSP accuracy on untruncated pairs", "nsp_whole_accuracy");
/** Chance is 50. */
export const SOP_BALANCED = intrinsic("SOP accuracy on balanced pairs", "sop_uncut_accuracy");
/** Chance is 50. */
export const NSP_BALANCED = intrinsic("NSP accuracy on balanced pairs", "nsp_uncut_accuracy");

/** Accuracy of guessing on balanced pairs, in points. */
const CHANCE = 50;

/** Table 5's model trained with SOP. */
export const SOP: RowPattern = { pairObjective: "sop" };
/** Table 5's model trained with NSP. */
export const NSP: RowPattern = { pairObjective: "nsp" };
/** Table 5's model trained without a pair objective. */
export const NO_SENTENCE_LOSS: RowPattern = { pairObjective: "none" };
/** The paper's baseline. */
export const BERT_LARGE: RowPattern = { model: "bert-large" };
/** Table 1's ALBERT-large. */
export const ALBERT_LARGE: RowPattern = { model: "albert-large" };
/** Table 1's ALBERT-xxlarge. */
export const ALBERT_XXLARGE: RowPattern = { model: "albert-xxlarge" };

/** Table 5's model, and the same model without pretraining. */
export const PRETRAINED: RowPattern = { pairObjective: "sop", extraData: false };
/** The model of Table 5 without pretraining. */
export const UNTRAINED: RowPattern = { ...PRETRAINED, steps: 0 };

function intrinsic(name: string, metric: string): NamedScore {
  return [name, { kind: "intrinsic", metric }];
}

/** BERT-large relative to an ALBERT model, at the paper's size. */
export function saving(
  model: "large" | "xxlarge",
  name: string,
  score: Score,
  above: number,
): Test {
  return {
    statistic: `${name}: BERT-large relative to ALBERT-${model}`,
    experiment: "table-1",
    terms: [plus(BERT_LARGE, score), minus({ model: `albert-${model}` }, score)],
    ratio: true,
    unit: "times",
    expect: { above },
  };
}

/** Training throughput of an ALBERT model relative to BERT-large. */
export function speedUp(model: "large" | "xxlarge", expect: Expectation): Test {
  return {
    statistic: `training throughput: ALBERT-${model} relative to BERT-large`,
    experiment: "table-2",
    terms: [plus({ model: `albert-${model}` }, { kind: "speed-up" })],
    unit: "times",
    expect,
  };
}

/** Roughness of a curve over layers, BERT-large minus ALBERT-large. */
export function roughness(
  curve: "layer_distance" | "layer_angle",
  name: string,
  unit: string,
): Test {
  const score: Score = { kind: "curve", curve, feature: "roughness" };
  return {
    statistic:
      `mean change of the ${name} between consecutive layers: BERT-large minus ALBERT-large`,
    experiment: "figure-1",
    terms: [plus(BERT_LARGE, score), minus(ALBERT_LARGE, score)],
    unit,
    expect: { above: 0 },
  };
}

/** NSP accuracy gained by SOP training minus SOP accuracy gained by NSP training. */
export function transfer(statistic: string, [, nsp]: NamedScore, [, sop]: NamedScore): Test {
  return {
    statistic,
    experiment: "table-5",
    terms: [
      plus(SOP, nsp),
      minus(NO_SENTENCE_LOSS, nsp),
      minus(NSP, sop),
      plus(NO_SENTENCE_LOSS, sop),
    ],
    unit: "points",
    expect: { above: 0 },
  };
}

/** Accuracy on all pairs minus accuracy on pairs without a truncated segment. */
export function truncation(
  row: RowPattern,
  [name, all]: NamedScore,
  [, untruncated]: NamedScore,
): Test {
  return {
    statistic: `${name}: all pairs minus untruncated pairs`,
    experiment: "table-5",
    terms: [plus(row, all), minus(row, untruncated)],
    unit: "points",
    expect: { above: 0 },
  };
}

/** A precondition: a model is better than guessing on balanced pairs. */
export function aboveChance(row: RowPattern, objective: "nsp" | "sop"): Test {
  const name = objective.toUpperCase();
  return better(
    "table-5",
    `${name} accuracy of the ${name}-trained model on balanced pairs minus chance`,
    row,
    {
      kind: "intrinsic",
      metric: `${objective}_uncut_accuracy`,
      over: CHANCE,
    },
  );
}

/** E = 128 minus E = H. */
export function embedding(share: "all" | "none", score: NamedScore): Test {
  const row = (embeddingSize: number) => ({ model: "albert-base", share, embeddingSize } as const);
  const layers = share === "all" ? "layers shared" : "layers not shared";
  const rows = [row(128), row(768)] as const;
  // "Little" means one point; the paper loses 0.6.
  return difference("table-3", score, `E = 128 minus E = H, ${layers}`, rows, { above: -1 });
}

/** The difference between two ways of sharing. */
export function sharing(
  [name, share]: readonly [string, RowPattern["share"]],
  [baselineName, baseline]: readonly [string, RowPattern["share"]],
  embeddingSize: number,
  score: NamedScore,
): Test {
  const compared = `${name} minus ${baselineName}, E = ${embeddingSize}`;
  const rows = [{ share, embeddingSize }, { share: baseline, embeddingSize }] as const;
  return difference("table-4", score, compared, rows);
}

/** Without minus with dropout. */
export function withoutDropout(experiment: string, score: NamedScore, steps?: number): Test {
  const row = (dropout: number): RowPattern => ({
    ...ALBERT_XXLARGE,
    extraData: true,
    dropout,
    ...(steps !== undefined && { steps }),
  });
  return difference(experiment, score, "without minus with dropout", [row(0), row(0.1)]);
}

/** With minus without additional data. */
export function extraData(experiment: string, score: NamedScore, rest: RowPattern = {}): Test {
  const rows = [{ extraData: true, ...rest }, { extraData: false, ...rest }] as const;
  return difference(experiment, score, "with minus without additional data", rows);
}

/** Pretrained minus untrained. */
export function pretraining(score: NamedScore): Test {
  return difference("table-5", score, "pretrained minus untrained", [PRETRAINED, UNTRAINED]);
}
