/**
 * The work of the `albert predict` commands.
 *
 * @module
 */
import {
  encodeRow,
  type GlueExample,
  type GlueLogits,
  outputsOf,
  problemTypeOf,
  recordTexts,
  textClassifierHead,
  textPredictions,
  truncationNotice,
} from "../../src/benchmarks/glue/mod.ts";
import { RACE_NOUN, raceExamples, raceHead } from "../../src/benchmarks/race/mod.ts";
import { answerQuestions, squadHeadOf } from "../../src/benchmarks/squad/mod.ts";
import { recordLine } from "../../src/data/mod.ts";
import { openDevice } from "../../src/device/mod.ts";
import {
  Encoder,
  encoderSpecs,
  type FilledMask,
  type ModelConfig,
  namesOfClasses,
  Parameters,
  softmax,
  unusedLayers,
} from "../../src/model/mod.ts";
import { type Albert, loadPretrained } from "../../src/inference/mod.ts";
import type { Tokenizer } from "../../src/text/mod.ts";
import {
  type FinetuneExample,
  loadFinetuned,
  predictAll,
  type TaskHead,
  taskModel,
  trainedLength,
} from "../../src/train/mod.ts";
import { recordsIn, STANDARD_INPUT } from "../../src/data/disk/mod.ts";
import { atomicWriteFile, writeAll } from "../../src/files/mod.ts";
import { checkCount, formatPercent } from "../../src/json/mod.ts";
import { answerJson, answerText } from "./answer_text.ts";
import { usage, UsageError } from "./errors.ts";
import { checkpointFolder, openCheckpoint } from "./open_checkpoint.ts";
import { givenOnly, type GlobalFlags } from "./options.ts";
import { logTo } from "./progress.ts";
import { linesOf, printBlank, standardInput } from "./standard_input.ts";
import { showsColors } from "./terminal.ts";
import type {
  AnswerFlags,
  ChooseFlags,
  ClassifyFlags,
  FillMaskFlags,
  PerplexityFlags,
} from "./predict.ts";

/** Texts on the device at once. */
const BATCH_SIZE = 16;

/** Prints the candidates for each mask of a text, or of each line of standard input. */
export async function predictFillMask(flags: FillMaskFlags, text?: string): Promise<void> {
  usage(() => checkCount("top", flags.top));
  await withPretrained(flags, async (albert) => {
    for (const line of await linesOf(text)) {
      if (line === null) {
        printBlank(flags, { text: "", masks: [] });
        continue;
      }
      const masks = await albert.fillMask(line, flags.top);
      console.log(flags.json ? JSON.stringify({ text: line, masks }) : filledText(line, masks));
    }
  });
}

/** Prints the classes of each text by decreasing probability, or the scores of a regression. */
export async function predictClassify(
  flags: ClassifyFlags,
  text?: string,
  second?: string,
): Promise<void> {
  if (flags.input !== undefined) {
    if (text !== undefined) throw new UsageError("A text and --input exclude each other");
    return await classifyRecords(flags.input, flags);
  }
  const lines = await linesOf(text);
  await withModel<GlueExample, GlueLogits>(flags, textClassifierHead, async (model) => {
    const rows = lines.filter((line) => line !== null).map((line, i) => ({
      index: `${i}`,
      texts: second === undefined ? line.split("\t", 2) : [line, second],
    }));
    const examples = rows.map((row) => encodeRow(row, model.tokenizer, model.maxLength));
    const notice = truncationNotice(examples, model.maxLength);
    if (notice !== null) logTo(flags)(`${notice}; ${model.longer}`);
    const names = namesOfClasses(model.config) ?? [];
    const logits = await model.predict(examples);
    let next = 0;
    for (const line of lines) {
      if (line === null) {
        printBlank(flags, { texts: [""], classes: [] });
        continue;
      }
      const { texts } = rows[next];
      const values = logits[next++];
      checkLogits(values, texts.join(" | "));
      const type = problemTypeOf(model.config, values.length);
      if (type === "regression") {
        printScores(texts, values, names, flags.json);
        continue;
      }
      const classes = outputsOf(values, type)
        .map((probability, id) => ({ label: names[id] ?? `${id}`, probability }))
        .sort((a, b) => b.probability - a.probability);
      const table = classes.map(({ label, probability }) => `  ${percent(probability)}  ${label}`);
      console.log(
        flags.json ? JSON.stringify({ texts, classes }) : [texts.join(" | "), ...table].join("\n"),
      );
    }
  });
}

/** Writes the records of files with their predictions as JSON lines, while the files are read. */
async function classifyRecords(paths: readonly string[], flags: ClassifyFlags): Promise<void> {
  const { output } = flags;
  await withModel<GlueExample, GlueLogits>(flags, textClassifierHead, async (model) => {
    const { maxLength } = model;
    let cut = 0, longest = 0, all = 0;
    async function* lines(): AsyncGenerator<Uint8Array> {
      for (const path of paths) {
        const name = path === STANDARD_INPUT ? "standard input" : path;
        for await (const records of recordsIn(path)) {
          const rows = records.map(({ line, fields }) => ({
            index: `${line}`,
            texts: recordTexts(fields, `${name}, line ${line}`),
          }));
          const examples = rows.map((row) => encodeRow(row, model.tokenizer, maxLength));
          all += examples.length;
          for (const { length = 0 } of examples) {
            if (length > maxLength) cut++;
            longest = Math.max(longest, length);
          }
          const logits = await model.predict(examples);
          const results = predictionsOf(model.config, rows, logits);
          const text = records.map((record, i) => recordLine(record, results[i], name));
          yield new TextEncoder().encode(text.join(""));
        }
      }
    }
    if (output !== undefined) await atomicWriteFile(output, lines());
    else {
      for await (const bytes of lines()) await writeAll(Deno.stdout, bytes);
    }
    if (cut > 0) {
      logTo(flags)(
        `${cut} of ${all} texts have more than ${maxLength} tokens (the longest ${longest}) and ` +
          `are cut; ${model.longer}`,
      );
    }
  });
}

/** Returns the predictions of rows, with the scores of a regression with several outputs by their names. */
function predictionsOf(
  config: ModelConfig,
  rows: readonly { readonly index: string }[],
  logits: readonly GlueLogits[],
): readonly object[] {
  const outputs = logits[0]?.length ?? 0;
  const names = namesOfClasses(config) ?? [];
  const labels = Array.from({ length: outputs }, (_, id) => names[id] ?? `${id}`);
  const type = problemTypeOf(config, outputs);
  if (type === "regression" && outputs > 1) {
    return logits.map((row) => ({
      scores: Object.fromEntries(labels.map((label, id) => [label, row[id]])),
    }));
  }
  const task = {
    labels: type === "regression" ? [] : labels,
    ...(type === "multi_label_classification" && { multiLabel: true as const }),
  };
  return textPredictions(task, rows, logits);
}

/** Prints the masked-LM perplexity of each text. */
export async function predictPerplexity(flags: PerplexityFlags, text?: string): Promise<void> {
  await withPretrained(flags, async (albert) => {
    for (const line of await linesOf(text)) {
      if (line === null) {
        printBlank(flags, { text: "", tokens: 0, loss: null, perplexity: null });
        continue;
      }
      const score = await albert.perplexity(line);
      const { perplexity, loss, tokens } = score;
      console.log(
        flags.json
          ? JSON.stringify({ text: line, ...score })
          : `${perplexity.toFixed(2)}  ${
            loss.toFixed(4)
          } nats per token, ${tokens} tokens  ${line}`,
      );
    }
  });
}

/** Prints the answer to a question, marked in its text, with the n-best answers below. */
export async function predictAnswer(
  flags: AnswerFlags,
  question: string,
  given?: string,
): Promise<void> {
  usage(() => checkCount("top", flags.top));
  const text = given ?? await standardInput();
  const { config, weights, tokenizer } = await openCheckpoint(flags.checkpoint, flags);
  const { maxSeqLength: maxLength, docStride: stride } = flags;
  if (maxLength !== undefined && maxLength > config.maxPositionEmbeddings) {
    throw new UsageError(
      `--max-seq-length must be at most the model's max_position_embeddings, ${config.maxPositionEmbeddings} (got ${maxLength})`,
    );
  }
  const head = squadHeadOf(config, weights);
  const device = await openDevice({ device: flags.device, blas: flags.blas });
  try {
    const specs = [...encoderSpecs(config, { pooler: false }), ...head.headSpecs(config)];
    const encoder = new Encoder(config, new Parameters(device, specs, { trainable: false }));
    loadFinetuned(encoder, head, weights);
    const asked = [{ question, context: text }];
    const [decoded] = await answerQuestions(
      encoder,
      head,
      tokenizer,
      asked,
      givenOnly({ maxLength, stride }),
    );
    console.log(
      flags.json
        ? answerJson(question, text, decoded, flags.top)
        : answerText(text, decoded, flags.top, showsColors()),
    );
  } finally {
    await device.destroy();
  }
}

/** Prints the probability of each option. */
export async function predictChoose(
  flags: ChooseFlags,
  question: string,
  options: readonly string[],
): Promise<void> {
  const article = flags.context ?? await standardInput();
  await withModel(flags, () => raceHead, async ({ tokenizer, maxLength, predict }) => {
    const asked = { id: "the question", level: "high" as const, article, question, options };
    const examples = raceExamples([{ ...asked, answer: 0 }], tokenizer, maxLength);
    const notice = truncationNotice(examples, maxLength, RACE_NOUN);
    if (notice !== null) logTo(flags)(notice);
    const [scores] = await predict(examples);
    checkLogits(scores, question);
    const probabilities = softmax(scores);
    const best = probabilities.indexOf(Math.max(...probabilities));
    if (flags.json) {
      const choices = options.map((text, i) => ({ text, probability: probabilities[i] }));
      console.log(JSON.stringify({ question, choices, answer: best }));
      return;
    }
    const lines = options.map((text, i) =>
      `${i === best ? "→" : " "} ${percent(probabilities[i])}  ${text}`
    );
    console.log(lines.join("\n"));
  });
}

interface PredictingModel<E extends FinetuneExample, O> {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** Maximum number of tokens per sequence. */
  readonly maxLength: number;
  /** Whether longer sequences are possible, for notices. */
  readonly longer: string;
  predict(examples: readonly E[]): Promise<O[]>;
}

/** Opens a device and loads the model of `--checkpoint`, calls `use` with it, and closes both. */
export async function withPretrained(
  flags: GlobalFlags & { readonly checkpoint: string },
  use: (albert: Albert) => Promise<void>,
): Promise<void> {
  const device = await openDevice({ device: flags.device, blas: flags.blas });
  try {
    using albert = await loadPretrained(await checkpointFolder(flags.checkpoint, flags), device);
    const layers = unusedLayers(albert.config, albert.report.unexpected);
    if (layers !== null) logTo(flags)(`${flags.checkpoint}: ${layers}`);
    await use(albert);
  } finally {
    await device.destroy();
  }
}

/** Opens a checkpoint and a device, calls `use` with the model, and closes both. */
async function withModel<E extends FinetuneExample, O>(
  flags: GlobalFlags & { readonly checkpoint: string; readonly maxSeqLength?: number },
  headOf: (config: ModelConfig) => TaskHead<E, O>,
  use: (model: PredictingModel<E, O>) => Promise<void>,
): Promise<void> {
  const { config, weights, tokenizer } = await openCheckpoint(flags.checkpoint, flags);
  const head = headOf(config);
  const device = await openDevice({ device: flags.device, blas: flags.blas });
  try {
    const encoder = taskModel(device, config, head, { trainable: false });
    loadFinetuned(encoder, head, weights);
    const most = config.maxPositionEmbeddings;
    const maxLength = Math.min(flags.maxSeqLength ?? trainedLength(config), most);
    await use({
      config,
      tokenizer,
      maxLength,
      longer: maxLength < most
        ? `--max-seq-length can be up to ${most}`
        : "the model has no more positions",
      predict: (examples) => predictAll(device, encoder, head, examples, BATCH_SIZE, maxLength),
    });
  } finally {
    await device.destroy();
  }
}

/** @throws {RangeError} for NaN or infinity. */
function checkLogits(logits: Float32Array, text: string): void {
  if (logits.every(Number.isFinite)) return;
  throw new RangeError(`Logits of ${JSON.stringify(text)} are not finite: ${logits.join(", ")}`);
}

function percent(probability: number): string {
  return formatPercent(probability).padStart(6);
}

/** Formats a text and the candidates for each of its masks. */
function filledText(text: string, masks: readonly FilledMask[]): string {
  const lines = masks.map((candidates) =>
    candidates
      .map(({ piece, probability }) => `${piece.replace("▁", "")} ${formatPercent(probability)}`)
      .join("  ")
  );
  return [text, ...lines.map((line) => `  [MASK] ${line}`)].join("\n");
}

/** Prints the score of a regression, or a line for each of several. */
function printScores(
  texts: readonly string[],
  values: Float32Array,
  names: readonly string[],
  json?: boolean,
): void {
  const scores = Array.from(values, (score, id) => ({ label: names[id] ?? `${id}`, score }));
  const [{ score }] = scores;
  if (json) {
    console.log(JSON.stringify({ texts, ...(scores.length === 1 ? { score } : { scores }) }));
    return;
  }
  const lines = scores.length === 1
    ? [`  ${score}`]
    : scores.map(({ label, score }) => `  ${label}  ${score}`);
  console.log([texts.join(" | "), ...lines].join("\n"));
}
