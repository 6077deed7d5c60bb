/**
 * The work of `albert evaluate tokens` and `albert predict tokens`.
 *
 * @module
 */
import { readTokensSplit } from "../../src/benchmarks/tokens/disk.ts";
import {
  marksSpans,
  spanMetrics,
  TAG_PREDICTIONS,
  type TaggedSentence,
  tagsOfModel,
  tokensExamples,
  tokensHead,
  type WordLogits,
  wordTags,
  writeTagged,
} from "../../src/benchmarks/tokens/mod.ts";
import { openDevice } from "../../src/device/mod.ts";
import { atomicWriteFile } from "../../src/files/mod.ts";
import { formatPercent } from "../../src/json/mod.ts";
import { ConfigError } from "../../src/model/mod.ts";
import { loadFinetuned, predictAll, taskModel, trainedLength } from "../../src/train/mod.ts";
import type { EvaluateTokensFlags } from "./evaluate.ts";
import { firstOf, reportMetrics } from "./evaluate_run.ts";
import { openCheckpoint } from "./open_checkpoint.ts";
import type { GlobalFlags } from "./options.ts";
import type { PredictTokensFlags } from "./predict.ts";
import { withPretrained } from "./predict_run.ts";
import { linesOf, printBlank } from "./standard_input.ts";

/** The tag of each word of each sentence with its probability, and the names of all tags. */
interface Tagged {
  readonly labels: readonly string[];
  readonly words: readonly (readonly { readonly tag: string; readonly score: number }[])[];
}

interface TaggingFlags extends GlobalFlags {
  readonly checkpoint: readonly string[];
  readonly batchSize: number;
  readonly maxSeqLength?: number;
}

/** Tags words with the mean of the logits of all checkpoints, which must have the same tags and vocabulary. */
async function tagWords(
  flags: TaggingFlags,
  sentences: readonly TaggedSentence[],
): Promise<Tagged> {
  const device = await openDevice({ device: flags.device, blas: flags.blas });
  try {
    let first: { labels: string[]; examples: ReturnType<typeof tokensExamples> } | undefined;
    let sum: WordLogits[] = [];
    for (const checkpoint of flags.checkpoint) {
      const { config, weights, tokenizer } = await openCheckpoint(checkpoint, flags);
      const labels = tagsOfModel(config);
      const head = tokensHead(labels);
      const asked = flags.maxSeqLength ?? trainedLength(config);
      const length = Math.min(asked, config.maxPositionEmbeddings);
      const untagged = sentences.map(({ line, words }) => ({ line, words }));
      const examples = tokensExamples(untagged, labels, tokenizer, length);
      if (first !== undefined && `${first.labels}` !== `${labels}`) {
        throw new ConfigError(`${checkpoint} has other tags than ${flags.checkpoint[0]}`);
      }
      const model = taskModel(device, config, head, { trainable: false });
      try {
        loadFinetuned(model, head, weights);
        const logits = await predictAll(device, model, head, examples, flags.batchSize, length);
        if (first === undefined) {
          first = { labels, examples };
          sum = logits;
        } else {
          // Other tokenizers may divide long sentences at other words.
          const flat = logits.flat();
          let word = 0;
          sum = sum.map((rows) =>
            rows.map((row) => {
              const other = flat[word++];
              return row.map((value, k) => value + other[k]);
            })
          );
        }
      } finally {
        model.parameters.free();
      }
    }
    const { labels, examples } = first!;
    const count = flags.checkpoint.length;
    const means = sum.map((rows) => rows.map((row) => row.map((value) => value / count)));
    return { labels, words: wordTags(labels, examples, means) };
  } finally {
    await device.destroy();
  }
}

/** Tags the words of a split; writes the predictions, and prints metrics if the file has tags. */
export async function evaluateTokens(flags: EvaluateTokensFlags): Promise<void> {
  const sentences = firstOf(await readTokensSplit(flags.data, flags.split), flags);
  const { labels, words } = await tagWords(flags, sentences);
  const predicted = words.map((sentence) => sentence.map(({ tag }) => tag));
  const file = `${flags.output}/${TAG_PREDICTIONS}`;
  await Deno.mkdir(flags.output, { recursive: true });
  await atomicWriteFile(file, writeTagged(sentences, predicted));
  if (sentences[0].tags === undefined) return console.log(file);
  const metrics = spanMetrics(sentences.map(({ tags }) => tags!), predicted);
  const { accuracy } = metrics;
  await reportMetrics("tokens", marksSpans(labels) ? { ...metrics } : { accuracy }, flags);
}

/** Prints the tagged spans of each text. */
export async function predictTokens(flags: PredictTokensFlags, text?: string): Promise<void> {
  const all = await linesOf(text);
  await withPretrained(flags, async (albert) => {
    const results = (await albert.tag(all.filter((text) => text !== null))).values();
    for (const text of all) {
      if (text === null) {
        printBlank(flags, { text: "", spans: [] });
        continue;
      }
      const spans = results.next().value!;
      if (flags.json) {
        console.log(JSON.stringify({ text, spans }));
        continue;
      }
      const lines = spans.map(({ type, text, score }) =>
        `  ${formatPercent(score).padStart(6)}  ${type}  ${text}`
      );
      console.log([text, ...lines].join("\n"));
    }
  });
}
