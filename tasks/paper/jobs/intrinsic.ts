/**
 * What a pretrained model knows: masked words, and both pair tasks, whichever it was trained on (Table 5).
 *
 * @module
 */
import { ExampleDataset, type ExampleSettings, exampleSettings } from "../../../src/data/mod.ts";
import type { OpenedData } from "../../../src/data/disk/mod.ts";
import type { Device } from "../../../src/device/mod.ts";
import {
  initialize,
  loadWeights,
  type ModelConfig,
  type PairObjective,
  PretrainingModel,
} from "../../../src/model/mod.ts";
import { evaluate, type EvaluationResult } from "../../../src/train/mod.ts";
import type { Safetensors } from "../../../src/weights/mod.ts";
import { points } from "./context.ts";

/** A model folder's content. */
export interface LoadedModel {
  readonly config: ModelConfig;
  readonly weights: Safetensors;
}

/** On how much a model is measured. */
export interface IntrinsicSize {
  readonly maxSeqLength: number;
  /** Examples of an evaluation while a model is trained. */
  readonly evalExamples: number;
  readonly microBatchSize: number;
}

/** At the end more examples are looked at than while the model is trained. */
const FINAL = 4;
/** All models are measured on the same examples, whatever seed they were trained with. */
const SEED = 20_200_209;

/**
 * Accuracies on the development text, in points; see {@linkcode JobResult} for their names.
 *
 * A model that has no pair head, as it was trained on masked words alone, is given a new one: chance.
 */
export async function measureIntrinsic(
  device: Device,
  { config, weights }: LoadedModel,
  dev: OpenedData,
  size: IntrinsicSize,
): Promise<Record<string, number>> {
  const measure = async (objective: PairObjective) => {
    const settings = exampleSettings(size.maxSeqLength, { pairObjective: objective });
    const source = new ExampleDataset(dev.corpus, settings, SEED);
    const count = Math.min(FINAL * size.evalExamples, source.examplesInEpoch(0));
    const model = load(device, { config: { ...config, pairObjective: objective }, weights });
    try {
      const result = await evaluate(
        device,
        model,
        source,
        count,
        size.microBatchSize,
        shapeOf(settings, dev),
      );
      return { result, commonest: commonestShare(source, count) };
    } finally {
      model.parameters.free();
    }
  };
  const own = await measure(config.pairObjective);
  const metrics: Record<string, number> = {
    mlm_accuracy: points(own.result.maskedAccuracy),
    mlm_loss: own.result.maskedLoss,
    unigram_accuracy: points(own.commonest),
  };
  for (const objective of ["nsp", "sop"] as const) {
    const { result } = config.pairObjective === objective ? own : await measure(objective);
    Object.assign(metrics, pairMetrics(objective, result));
  }
  return metrics;
}

/** Padding and room of a batch. */
export function shapeOf(settings: ExampleSettings, { corpus }: OpenedData) {
  return {
    sequenceLength: settings.maxSeqLength,
    maxPredictions: settings.maxPredictionsPerSeq,
    padId: corpus.vocabulary.special.pad,
  };
}

function load(device: Device, { config, weights }: LoadedModel): PretrainingModel {
  const model = new PretrainingModel(device, config, { trainable: false });
  const { missing } = loadWeights(model.parameters, weights);
  initialize(model.parameters, SEED, config.initializerRange, (spec) => missing.includes(spec));
  return model;
}

function pairMetrics(name: "nsp" | "sop", result: EvaluationResult): Record<string, number> {
  return {
    [`${name}_accuracy`]: points(result.pairAccuracy),
    ...(result.wholePairs > 0 && {
      [`${name}_whole_accuracy`]: points(result.wholePairAccuracy),
      [`${name}_whole_pairs`]: result.wholePairs,
    }),
  };
}

/** Share of masked tokens that are the commonest one: what a constant guess brings. */
function commonestShare(source: ExampleDataset, count: number): number {
  const counts = new Map<number, number>();
  let all = 0;
  for (let index = 0; index < count; index++) {
    for (const label of source.exampleAt(index).maskedLabels) {
      counts.set(label, (counts.get(label) ?? 0) + 1);
      all++;
    }
  }
  return Math.max(...counts.values()) / all;
}
