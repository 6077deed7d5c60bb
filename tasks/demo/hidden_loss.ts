/**
 * How well a run's model predicts words that it cannot see.
 *
 * @module
 */
import {
  type Corpus,
  type Example,
  ExampleDataset,
  type ExampleSource,
} from "../../src/data/mod.ts";
import { openDevice } from "../../src/device/mod.ts";
import { loadWeights, PretrainingModel } from "../../src/model/mod.ts";
import { readModelFolder, readRunSettings, resolveCheckpoint } from "../../src/train/disk.ts";
import { evaluate, type PretrainSettings } from "../../src/train/mod.ts";
import type { CommonOptions } from "../cli/common.ts";

/**
 * Mean loss and accuracy over the positions of held-out examples that hold `[MASK]`. A tenth of the positions to predict are left as they were and can be copied,
 * which lowers the loss over all of them far below the unigram entropy before anything is learned of words in context.
 *
 * @param documents the held-out ones
 */
export async function hiddenLoss(
  corpus: Corpus,
  documents: Uint32Array,
  runFolder: string,
  device: CommonOptions["device"],
): Promise<{ loss: number; accuracy: number }> {
  const settings = (await readRunSettings(runFolder))!.settings as PretrainSettings;
  const { examples } = settings.phases.at(-1)!;
  const { mask, pad } = corpus.vocabulary.special;
  const heldOut = new ExampleDataset(corpus, examples, settings.seed, documents);
  const { config, weights } = await readModelFolder(await resolveCheckpoint(runFolder));
  const opened = await openDevice({ device });
  try {
    const model = new PretrainingModel(opened, config, { trainable: false });
    loadWeights(model.parameters, weights);
    const count = Math.min(settings.evalExamples, heldOut.examplesInEpoch(0));
    const source = onlyHidden(heldOut, mask);
    const result = await evaluate(opened, model, source, count, settings.microBatchSize, {
      sequenceLength: examples.maxSeqLength,
      maxPredictions: examples.maxPredictionsPerSeq,
      padId: pad,
    });
    model.parameters.free();
    return { loss: result.maskedLoss, accuracy: result.maskedAccuracy };
  } finally {
    await opened.destroy();
  }
}

/** The same examples, asked only for what `[MASK]` hides. */
function onlyHidden(source: ExampleDataset, mask: number): ExampleSource {
  return {
    exampleAt(index): Example {
      const example = source.exampleAt(index);
      const hidden = Array.from(example.maskedPositions.keys())
        .filter((i) => example.inputIds[example.maskedPositions[i]] === mask);
      const select = (ids: Uint32Array) => Uint32Array.from(hidden, (i) => ids[i]);
      return {
        ...example,
        maskedPositions: select(example.maskedPositions),
        maskedLabels: select(example.maskedLabels),
      };
    },
  };
}
