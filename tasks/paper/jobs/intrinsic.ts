/**
 * Intrinsic metrics of a pretrained model: masked-LM, NSP and SOP accuracy, independent of its objective (Table 5).
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
import { evaluatePretraining, type PretrainingEvaluation } from "../../../src/pretraining/mod.ts";
import type { Safetensors } from "../../../src/weights/mod.ts";
import { points } from "./context.ts";

/** The content of a model folder. */
export interface LoadedModel {
  readonly config: ModelConfig;
  readonly weights: Safetensors;
}

/** The size of an evaluation. */
export interface IntrinsicSize {
  readonly maxSeqLength: number;
  /** Examples per evaluation during training. */
  readonly evalExamples: number;
  readonly microBatchSize: number;
}

/** Examples of the final evaluation, as a multiple of those during training. */
const FINAL = 4;
/** All models are evaluated on the same examples, independent of their training seed. */
const SEED = 20_200_209;

/**
 * Evaluates a model on the development text. Accuracies are in points; {@linkcode JobResult} lists the names.
 *
 * A model without pair head, trained with the masked-LM objective only, gets an initialized one, which gives chance accuracy.
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
      const result = await evaluatePretraining(
        device,
        model.encoder,
        source,
        count,
        size.microBatchSize,
        shapeOf(settings, dev),
      );
      return { result, unigram: mostFrequentShare(source, count) };
    } finally {
      model.parameters.free();
    }
  };
  const own = await measure(config.pairObjective);
  const metrics: Record<string, number> = {
    mlm_accuracy: points(own.result.maskedAccuracy),
    mlm_loss: own.result.maskedLoss,
    unigram_accuracy: points(own.unigram),
  };
  for (const objective of ["nsp", "sop"] as const) {
    const { result } = config.pairObjective === objective ? own : await measure(objective);
    Object.assign(metrics, pairMetrics(objective, result));
  }
  return metrics;
}

/** The shape of a batch. */
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

function pairMetrics(name: "nsp" | "sop", result: PretrainingEvaluation): Record<string, number> {
  return {
    [`${name}_accuracy`]: points(result.pairAccuracy),
    ...(result.wholePairs > 0 && {
      [`${name}_whole_accuracy`]: points(result.wholePairAccuracy),
      [`${name}_whole_pairs`]: result.wholePairs,
    }),
  };
}

/** Fraction of masked tokens that are the most frequent one: the accuracy of a constant prediction. */
function mostFrequentShare(source: ExampleDataset, count: number): number {
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
