/**
 * Intrinsic metrics of a pretrained model: masked-LM, NSP and SOP accuracy, independent of its objective (Table 5).
 *
 * @module
 */
import {
  type Example,
  ExampleDataset,
  type ExampleSettings,
  exampleSettings,
  uncutPairs,
} from "../../../src/data/mod.ts";
import type { OpenedData } from "../../../src/data/disk/mod.ts";
import type { Device } from "../../../src/device/mod.ts";
import {
  initialize,
  loadWeights,
  type ModelConfig,
  type PairObjective,
  PretrainingModel,
} from "../../../src/model/mod.ts";
import {
  evaluatePretraining,
  pairCueAccuracy,
  type PretrainingEvaluation,
} from "../../../src/pretraining/mod.ts";
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
/** All models with the same pair objective are evaluated on the same examples, independent of their training seed. Masked-LM examples of other objectives differ. */
const SEED = 20_200_209;

/**
 * Evaluates a model on the development text. Accuracies are in points; {@linkcode JobResult} lists the names.
 *
 * A model without pair head, trained with the masked-LM objective only, gets an initialized one, which gives chance accuracy.
 */
export async function measureIntrinsic(
  device: Device,
  { config, weights }: LoadedModel,
  dev: Pick<OpenedData, "corpus">,
  size: IntrinsicSize,
): Promise<Record<string, number>> {
  const measure = async (objective: PairObjective) => {
    const settings = exampleSettings(size.maxSeqLength, { pairObjective: objective });
    const source = new ExampleDataset(dev.corpus, settings, SEED);
    const count = Math.min(FINAL * size.evalExamples, source.examplesInEpoch(0));
    const model = load(device, { config: { ...config, pairObjective: objective }, weights });
    const evaluate = (examples: ExampleDataset, most: number) =>
      evaluatePretraining(
        device,
        model.encoder,
        examples,
        most,
        size.microBatchSize,
        shapeOf(settings, dev),
      );
    try {
      const uncut = uncutPairs(source, FINAL * size.evalExamples);
      return {
        result: await evaluate(source, count),
        uncut: uncut && await evaluate(uncut, uncut.examplesInEpoch(0)),
        unigram: mostFrequent(source, count, ({ maskedLabels }) => maskedLabels),
        majority: mostFrequent(source, count, ({ pairLabel }) => pairLabel < 0 ? [] : [pairLabel]),
      };
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
    const measured = config.pairObjective === objective ? own : await measure(objective);
    Object.assign(metrics, pairMetrics(objective, measured));
  }
  return metrics;
}

/**
 * The accuracies that the lengths and cuts of segments alone give on the development text, in points: `nsp_cue` and `sop_cue`. A logistic
 * regression is fitted to pairs of the training text.
 */
export function measurePairCues(
  train: Pick<OpenedData, "corpus">,
  dev: Pick<OpenedData, "corpus">,
  { maxSeqLength }: Pick<IntrinsicSize, "maxSeqLength">,
): Record<string, number> {
  return Object.fromEntries((["nsp", "sop"] as const).map((pairObjective) => {
    const settings = exampleSettings(maxSeqLength, { pairObjective });
    const [fitted, tested] = [train, dev].map(({ corpus }) =>
      new ExampleDataset(corpus, settings, SEED)
    );
    return [`${pairObjective}_cue`, points(pairCueAccuracy(fitted, tested))];
  }));
}

/** The shape of a batch. */
export function shapeOf(settings: ExampleSettings, { corpus }: Pick<OpenedData, "corpus">) {
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

function pairMetrics(
  name: "nsp" | "sop",
  { result, uncut, majority }: {
    readonly result: PretrainingEvaluation;
    readonly uncut: PretrainingEvaluation | null;
    readonly majority: number;
  },
): Record<string, number> {
  return {
    [`${name}_accuracy`]: points(result.pairAccuracy),
    [`${name}_majority`]: points(majority),
    ...(result.wholePairs > 0 && {
      [`${name}_whole_accuracy`]: points(result.wholePairAccuracy),
      [`${name}_whole_pairs`]: result.wholePairs,
    }),
    ...(uncut !== null && {
      [`${name}_uncut_accuracy`]: points(uncut.pairAccuracy),
      [`${name}_uncut_pairs`]: uncut.pairs,
    }),
  };
}

/** Fraction of the most frequent label: the accuracy of a constant prediction. */
function mostFrequent(
  source: ExampleDataset,
  count: number,
  labelsOf: (example: Example) => Iterable<number>,
): number {
  const counts = new Map<number, number>();
  let all = 0;
  for (let index = 0; index < count; index++) {
    for (const label of labelsOf(source.exampleAt(index))) {
      counts.set(label, (counts.get(label) ?? 0) + 1);
      all++;
    }
  }
  return Math.max(...counts.values()) / all;
}
