/**
 * Results of the demo, read from its run folders or computed from its data.
 *
 * @module
 */
import {
  type Corpus,
  ExampleDataset,
  heldOutSettings,
  splitDocuments,
  unigramEntropy,
} from "../../src/data/mod.ts";
import { openShards } from "../../src/data/disk/mod.ts";
import { openDevice } from "../../src/device/mod.ts";
import { loadWeights, PretrainingModel } from "../../src/model/mod.ts";
import { formatPercent, wilson } from "../../src/report/mod.ts";
import {
  latestCheckpoint,
  readEvents,
  readModelFolder,
  readRunSettings,
  resolveCheckpoint,
} from "../../src/train/disk.ts";
import {
  evaluatePretraining,
  onlyMaskTokens,
  type PretrainSettings,
} from "../../src/pretraining/mod.ts";
import type { GlobalFlags } from "../cli/options.ts";
import type { PassageCounts } from "./texts.ts";

/** Whether a run has done all of its steps. */
export async function isFinished(runFolder: string): Promise<boolean> {
  const settings = (await readRunSettings(runFolder))?.settings as PretrainSettings | undefined;
  const checkpoint = await latestCheckpoint(runFolder);
  return checkpoint !== null && settings !== undefined &&
    checkpoint.endsWith(`/step-${settings.schedule.totalSteps}`);
}

/** Describes the results of pretraining on held-out speeches, next to what a model without context could reach. */
export async function pretrainingResults(
  dataFolder: string,
  runFolder: string,
  validationFraction: number,
  device: GlobalFlags["device"],
): Promise<string> {
  const { corpus } = await openShards(dataFolder);
  const { validation } = splitDocuments(corpus, validationFraction);
  const entropy = unigramEntropy(corpus, validation);
  const last = (await readEvents(runFolder)).findLast((event) => "eval_loss_mlm" in event);
  if (last === undefined) return "The run has no evaluation, since it has no validation set";
  const masked = await evaluateMaskTokens(corpus, validation, runFolder, device);
  const at = (name: string) => Number(last[`eval_${name}`]);
  const row = (name: string, value: string) => `  ${name.padEnd(22)} ${value}`;
  const pairs = at("pairs_whole");
  const { low, high } = wilson(at("accuracy_pair_whole"), pairs);
  return [
    "",
    `On held-out speeches after ${last.step} steps (${last.eval_examples} examples):`,
    row("loss at [MASK] tokens", `${masked.loss.toFixed(3)} nats`),
    row("unigram entropy", `${entropy.toFixed(3)} nats (the best possible without context)`),
    row("difference", `${(entropy - masked.loss).toFixed(3)} nats`),
    row("accuracy at [MASK]", formatPercent(masked.accuracy)),
    row(
      "all predicted tokens",
      `${at("loss_mlm").toFixed(3)} nats, accuracy ${
        formatPercent(at("accuracy_mlm"))
      } (a tenth of them is not masked and can be copied)`,
    ),
    row(
      "SOP accuracy",
      `${formatPercent(at("accuracy_pair"))} (${
        formatPercent(at("baseline_accuracy_pair"))
      } by lengths and cuts alone)`,
    ),
    // Long sentences leave few pairs that fit.
    ...(pairs >= 100
      ? [row(
        `on ${pairs} uncut pairs`,
        `${formatPercent(at("accuracy_pair_whole"))} [${formatPercent(low)}, ${
          formatPercent(high)
        }] (chance: 50%)`,
      )]
      : []),
  ].join("\n");
}

/** Compares the accuracies of fine-tuning with and without pretraining, and of the most frequent class. */
export async function finetuningResults(
  runs: Readonly<Record<"pretrained" | "untrained", string>>,
  { dev, majority }: PassageCounts,
): Promise<string> {
  const accuracy = async (folder: string): Promise<number> => {
    const last = (await readEvents(folder)).findLast((event) => "eval_accuracy" in event);
    return Number(last?.eval_accuracy);
  };
  return [
    "",
    `Accuracy on the era of ${dev} passages from held-out speeches:`,
    `  fine-tuned with pretraining     ${formatPercent(await accuracy(runs.pretrained))}`,
    `  fine-tuned without pretraining  ${formatPercent(await accuracy(runs.untrained))}`,
    `  most frequent era               ${formatPercent(majority)}`,
  ].join("\n");
}

/**
 * Mean loss in nats and accuracy at the `[MASK]` tokens of held-out examples.
 *
 * @param documents Indices of the held-out documents.
 */
async function evaluateMaskTokens(
  corpus: Corpus,
  documents: Uint32Array,
  runFolder: string,
  device: GlobalFlags["device"],
): Promise<{ loss: number; accuracy: number }> {
  const settings = (await readRunSettings(runFolder))!.settings as PretrainSettings;
  const examples = heldOutSettings(settings.phases.at(-1)!.examples);
  const { mask, pad } = corpus.vocabulary.special;
  const heldOut = new ExampleDataset(corpus, examples, settings.seed, documents);
  const { config, weights } = await readModelFolder(await resolveCheckpoint(runFolder));
  const opened = await openDevice({ device });
  try {
    const model = new PretrainingModel(opened, config, { trainable: false });
    loadWeights(model.parameters, weights);
    const count = Math.min(settings.evalExamples, heldOut.examplesInEpoch(0));
    const source = onlyMaskTokens(heldOut, mask);
    const result = await evaluatePretraining(
      opened,
      model.encoder,
      source,
      count,
      settings.microBatchSize,
      {
        sequenceLength: examples.maxSeqLength,
        maxPredictions: examples.maxPredictionsPerSeq,
        padId: pad,
      },
    );
    model.parameters.free();
    return { loss: result.maskedLoss, accuracy: result.maskedAccuracy };
  } finally {
    await opened.destroy();
  }
}
