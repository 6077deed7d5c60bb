/**
 * What `albert evaluate squad` does.
 *
 * @module
 */
import { findSquadFiles, readSquadFile } from "../../../src/benchmarks/squad/disk.ts";
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
  type WindowScores,
} from "../../../src/benchmarks/squad/mod.ts";
import { type Device, openDevice } from "../../../src/device/mod.ts";
import { atomicWriteFile } from "../../../src/files/mod.ts";
import { loadFinetuned, predictAll, taskModel } from "../../../src/train/mod.ts";
import { openCheckpoint } from "../open_checkpoint.ts";
import { UsageError } from "../errors.ts";
import { createProgress, metricText } from "../progress.ts";
import type { EvaluateSquadFlags } from "../evaluate.ts";

/** Tokens of a window where neither flag nor checkpoint says. */
const DEFAULT_LENGTH = 384;

/** One model's word on a dataset. */
interface ModelScores {
  readonly head: SquadTaskHead;
  readonly windows: readonly SquadWindow[];
  readonly scores: readonly WindowScores[];
}

/** Answers the file's questions, prints the metrics, writes the files. */
export async function evaluateSquad(flags: EvaluateSquadFlags): Promise<void> {
  if (flags.split === "test") {
    throw new UsageError("--split test is not available: the SQuAD test set is not public");
  }
  const say = (sentence: string) => flags.quiet || console.error(`albert: ${sentence}`);
  const decoding = { nBest: flags.nBestSize, maxAnswerLength: flags.maxAnswerLength };
  checkDecodeOptions(decoding);
  const path = flags.devFile ?? findSquadFiles(flags.data, flags.task).dev;
  const dataset = await readSquadFile(path, { log: say });
  const models: ModelScores[] = [];
  const device = await openDevice({ device: flags.device, blas: flags.blas, onNotice: say });
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
      `${flags.checkpoint[other]} cannot be averaged with ${
        flags.checkpoint[0]
      }: they have other heads or vocabularies`,
    );
  }
  const scores = models.length === 1
    ? models[0].scores
    : averageScores(models.map((model) => model.scores));
  const answers = decodeDataset(dataset, windows, scores, {
    ...decoding,
    againstBest: head === linearHead,
  });
  const { metrics, predictions } = evaluateAnswers(dataset, answers, flags.nullThreshold);
  await Deno.mkdir(flags.output, { recursive: true });
  const files = new Map(predictionFiles(dataset, answers, predictions));
  files.set("squad.metrics.json", `${JSON.stringify(metrics, null, 2)}\n`);
  for (const [name, text] of files) await atomicWriteFile(`${flags.output}/${name}`, text);
  console.log(flags.json ? JSON.stringify(metrics) : `squad: ${metricText({ ...metrics })}`);
}

async function scoresOf(
  device: Device,
  checkpoint: string,
  dataset: SquadDataset,
  flags: EvaluateSquadFlags,
): Promise<ModelScores> {
  const { config, weights, tokenizer } = await openCheckpoint(checkpoint, flags);
  const trained = Number(config.extra?.max_seq_length ?? DEFAULT_LENGTH);
  const maxLength = Math.min(flags.maxSeqLength ?? trained, config.maxPositionEmbeddings);
  const { windows } = squadFeatures(dataset, tokenizer, {
    maxLength,
    stride: flags.docStride,
    maxQuestionLength: flags.maxQueryLength,
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

/** Whether two models looked at the same tokens of the text. */
function sameWindows(a: ModelScores, b: ModelScores): boolean {
  return a.windows.length === b.windows.length &&
    a.windows.every(({ sequences: [{ ids }] }, i) => {
      const other = b.windows[i].sequences[0].ids;
      return ids.length === other.length && ids.every((id, at) => id === other[at]);
    });
}
