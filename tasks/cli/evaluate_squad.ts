/**
 * The work of `albert evaluate squad`.
 *
 * @module
 */
import { findAnySquadFiles, readSquadFile } from "../../src/benchmarks/squad/disk.ts";
import {
  averageScores,
  checkDecodeOptions,
  decodeDataset,
  evaluateAnswers,
  linearHead,
  predictionFiles,
  type SquadDataset,
  squadFeatures,
  SquadFormatError,
  squadHeadOf,
  type SquadTaskHead,
  type SquadWindow,
  trainedWindows,
  unscoredPredictions,
  type WindowScores,
} from "../../src/benchmarks/squad/mod.ts";
import { type Device, openDevice } from "../../src/device/mod.ts";
import { atomicWriteFile } from "../../src/files/mod.ts";
import { loadFinetuned, predictAll, taskModel, trainedLength } from "../../src/train/mod.ts";
import { UsageError } from "./errors.ts";
import type { EvaluateSquadFlags } from "./evaluate.ts";
import { firstOf, reportMetrics } from "./evaluate_run.ts";
import { openCheckpoint } from "./open_checkpoint.ts";
import { createProgress, logTo } from "./progress.ts";

/** Tokens per window if neither flag nor checkpoint gives a number. */
const DEFAULT_LENGTH = 384;

/** The predictions of one model. */
interface ModelScores {
  readonly head: SquadTaskHead;
  readonly windows: readonly SquadWindow[];
  readonly scores: readonly WindowScores[];
}

/** Answers the questions of a file; writes the official files and prints the metrics. */
export async function evaluateSquad(flags: EvaluateSquadFlags): Promise<void> {
  if (flags.split === "test") {
    throw new UsageError("--split test is not available: the SQuAD test set is not public");
  }
  const log = logTo(flags);
  const decoding = { nBest: flags.nBestSize, maxAnswerLength: flags.maxAnswerLength };
  checkDecodeOptions(decoding);
  if (flags.data === undefined && flags.devFile === undefined) {
    throw new UsageError("--data or --dev-file is required");
  }
  const path = flags.devFile ?? (await findAnySquadFiles(flags.data!, flags.task)).dev;
  const read = await readSquadFile(path, { log, unlabeled: true });
  const dataset = {
    ...read,
    ...(read.unlabeled && flags.task && { version: flags.task }),
    questions: firstOf(read.questions, flags),
  };
  const models: ModelScores[] = [];
  const device = await openDevice({ device: flags.device, blas: flags.blas, onNotice: log });
  try {
    for (const checkpoint of flags.checkpoint) {
      models.push(await scoresOf(device, checkpoint, dataset, flags));
    }
  } finally {
    await device.destroy();
  }
  const [{ head, windows }] = models;
  const other = models.findIndex((model) => model.head !== head || !sameWindows(model, models[0]));
  if (other > 0) {
    throw new SquadFormatError(
      `Cannot average ${flags.checkpoint[0]} and ${
        flags.checkpoint[other]
      }: their heads, vocabularies or lengths differ (--max-seq-length, --doc-stride, --max-query-length)`,
    );
  }
  const scores = models.length === 1
    ? models[0].scores
    : averageScores(models.map((model) => model.scores));
  const answers = decodeDataset(dataset, windows, scores, {
    ...decoding,
    againstBest: head === linearHead,
  });
  const { metrics, predictions } = dataset.unlabeled
    ? { metrics: null, predictions: unscoredPredictions(dataset, answers, flags.nullThreshold) }
    : evaluateAnswers(dataset, answers, flags.nullThreshold);
  await Deno.mkdir(flags.output, { recursive: true });
  for (const [name, text] of predictionFiles(dataset, answers, predictions)) {
    await atomicWriteFile(`${flags.output}/${name}`, text);
  }
  if (metrics !== null) return await reportMetrics("squad", { ...metrics }, flags);
  log(`${path} has no answers: writing predictions without metrics`);
  console.log(`${flags.output}/predictions.json`);
}

async function scoresOf(
  device: Device,
  checkpoint: string,
  dataset: SquadDataset,
  flags: EvaluateSquadFlags,
): Promise<ModelScores> {
  const { config, weights, tokenizer } = await openCheckpoint(checkpoint, flags);
  const trained = trainedLength(config, DEFAULT_LENGTH);
  const maxLength = Math.min(flags.maxSeqLength ?? trained, config.maxPositionEmbeddings);
  const { stride, maxQuestionLength } = trainedWindows(config);
  const { windows } = squadFeatures(dataset, tokenizer, {
    maxLength,
    stride: flags.docStride ?? stride,
    maxQuestionLength: flags.maxQueryLength ?? maxQuestionLength,
  });
  const head = squadHeadOf(config, weights);
  const model = taskModel(device, config, head, { trainable: false });
  try {
    loadFinetuned(model, head, weights);
    const progress = createProgress({
      title: "squad",
      total: windows.length,
      unit: "window",
      quiet: flags.quiet,
    });
    const scores = await predictAll(
      device,
      model,
      head,
      windows,
      flags.batchSize,
      maxLength,
      (done) => progress.update(done),
    );
    progress.end();
    return { head, windows, scores };
  } finally {
    model.parameters.free();
  }
}

/** Whether two models saw the same tokens in every window. */
function sameWindows(a: ModelScores, b: ModelScores): boolean {
  return a.windows.length === b.windows.length &&
    a.windows.every(({ sequences: [{ ids }] }, i) => {
      const other = b.windows[i].sequences[0].ids;
      return ids.length === other.length && ids.every((id, at) => id === other[at]);
    });
}
