/**
 * Small random models for every head, batches for them, and what the toolkit computes.
 *
 * @module
 */
import { type Device, whole } from "../../src/device/mod.ts";
import {
  classifierLogits,
  configToJson,
  Encoder,
  type EncoderOutput,
  initialValues,
  maskedLanguageLogits,
  type ModelConfig,
  multipleChoiceLogits,
  Parameters,
  type ParameterSpec,
  parseConfig,
  sentenceOrderLogits,
  spanLogits,
  squadAnswerLogits,
  squadEndLogits,
  squadStartLogits,
  topK,
} from "../../src/model/mod.ts";
import { onnxClass, onnxSpecs, type OnnxTask } from "../../src/onnx/mod.ts";
import type { Scope, Tensor } from "../../src/tensor/mod.ts";
import { linear } from "../../src/tensor/mod.ts";
import { encodeSafetensors } from "../../src/weights/mod.ts";

/** A model to export. */
export interface OnnxCase {
  readonly name: string;
  readonly task: OnnxTask;
  /** Fields of config.json. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** Values of parameters by name. */
export type Values = ReadonlyMap<string, { spec: ParameterSpec; data: Float32Array<ArrayBuffer> }>;

/** Inputs of a model in row-major order. */
export interface OnnxBatch {
  readonly shape: readonly number[];
  readonly feeds: Readonly<
    Record<"input_ids" | "attention_mask" | "token_type_ids", readonly number[]>
  >;
}

export type NamedOutputs = ReadonlyMap<
  string,
  { readonly shape: readonly number[]; readonly data: Float32Array }
>;

const COMMON = {
  hidden_size: 48,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  intermediate_size: 96,
  max_position_embeddings: 40,
};
const ALBERT = { ...COMMON, model_type: "albert", embedding_size: 16 };
const BERT = { ...COMMON, model_type: "bert" };
const LABELS = 3;
const CHOICES = 4;
/** `[SEP]` of {@linkcode VOCABULARY}. */
const SEPARATOR = 3;
/** A WordPiece vocabulary. */
const VOCABULARY = [
  ..."[PAD] [UNK] [CLS] [SEP] [MASK] the cat dog sat ran down up on mat who where . , ?".split(
    " ",
  ),
  ..."abcdefghijklmnopqrstuvwxyz",
  ...Array.from("abcdefghijklmnopqrstuvwxyz", (letter) => `##${letter}`),
];

/** Every head with ALBERT and BERT, and all kinds of sharing, activations and embeddings. */
export const ONNX_CASES: readonly OnnxCase[] = [
  { name: "ALBERT encoder", task: "feature-extraction", config: { ...ALBERT, hidden_act: "gelu" } },
  { name: "ALBERT fill-mask", task: "fill-mask", config: { ...ALBERT, num_hidden_groups: 3 } },
  { name: "ALBERT pretraining", task: "pretraining", config: { ...ALBERT, inner_group_num: 2 } },
  {
    name: "ALBERT next sentence",
    task: "next-sentence-prediction",
    config: { ...ALBERT, share: "attention" },
  },
  { name: "ALBERT text classification", task: "text-classification", config: ALBERT },
  {
    name: "ALBERT multiple choice",
    task: "multiple-choice",
    config: { ...ALBERT, hidden_act: "relu" },
  },
  {
    name: "ALBERT token classification",
    task: "token-classification",
    config: { ...ALBERT, share: "ffn" },
  },
  { name: "ALBERT question answering", task: "question-answering", config: ALBERT },
  { name: "ALBERT SQuAD 2.0", task: "squad-v2", config: ALBERT },
  {
    name: "ALBERT, E = H, own output matrix",
    task: "fill-mask",
    config: {
      ...ALBERT,
      embedding_size: 48,
      embedding_projection: false,
      tie_word_embeddings: false,
    },
  },
  { name: "BERT encoder", task: "feature-extraction", config: BERT },
  { name: "BERT pretraining", task: "pretraining", config: BERT },
  { name: "BERT text classification", task: "text-classification", config: BERT },
  { name: "BERT question answering", task: "question-answering", config: BERT },
  { name: "BERT SQuAD 2.0", task: "squad-v2", config: BERT },
];

/** Returns the configuration and random weights of a case. No parameter is 0 or 1, so that none can be left out. */
export function randomModel(
  { task, config: fields }: OnnxCase,
): { config: ModelConfig; values: Values } {
  const config = parseConfig(JSON.stringify({ ...fields, vocab_size: VOCABULARY.length }));
  const specs = onnxSpecs({ config, task, labels: LABELS });
  const values = specs.map((spec) => {
    const width = spec.kind === "matrix" ? spec.shape[1] : 4;
    const data = initialValues({ ...spec, kind: "matrix" }, 7, 1.5 / Math.sqrt(width));
    if (spec.kind === "norm_weight") data.forEach((value, i) => data[i] = 1 + value / 4);
    return [spec.name, { spec, data: Float32Array.from(data) }] as const;
  });
  return { config, values: new Map(values) };
}

/** Writes a case as a Hugging Face folder. */
export async function writeCase(
  folder: string,
  one: OnnxCase,
): Promise<{ from: string; config: ModelConfig; values: Values }> {
  const { config, values } = randomModel(one);
  const from = `${folder}/${one.name}`;
  await Deno.mkdir(from);
  const className = onnxClass(config, one.task);
  const labels = Object.fromEntries(
    Array.from({ length: LABELS }, (_, i) => [i, `label ${i}`]),
  );
  const extra = one.task.endsWith("classification") ? { id2label: labels } : {};
  const json = configToJson({ ...config, extra: { ...config.extra, ...extra } }, [className]);
  await Deno.writeTextFile(`${from}/config.json`, JSON.stringify(json));
  await Deno.writeTextFile(`${from}/vocab.txt`, `${VOCABULARY.join("\n")}\n`);
  const tensors = new Map(
    Array.from(values, ([name, { spec, data }]) => [name, { shape: spec.shape, data }]),
  );
  await Deno.writeFile(
    `${from}/model.safetensors`,
    ReadableStream.from(encodeSafetensors(tensors)),
  );
  return { from, config, values };
}

/** Returns sequences of all lengths from 1 to `sequence`, padded, with two segments. */
export function randomBatch(
  task: OnnxTask,
  batch: number,
  sequence: number,
): OnnxBatch {
  const shape = task === "multiple-choice" ? [batch, CHOICES, sequence] : [batch, sequence];
  const rows = shape.slice(0, -1).reduce((a, b) => a * b);
  const length = (row: number) => row === 0 ? sequence : 1 + (row * 13 + 5) % sequence;
  const each = (value: (row: number, column: number) => number) =>
    Array.from({ length: rows * sequence }, (_, i) => {
      const row = Math.floor(i / sequence), column = i % sequence;
      return column < length(row) ? value(row, column) : 0;
    });
  return {
    shape,
    feeds: {
      input_ids: each((row, column) => {
        const half = Math.floor(length(row) / 2);
        if (column === 0) return 2;
        if (column === half || column === length(row) - 1) return SEPARATOR;
        return 4 + (row * 31 + column * 17 + column * column) % (VOCABULARY.length - 4);
      }),
      attention_mask: each(() => 1),
      token_type_ids: each((row, column) => Number(column > length(row) / 2)),
    },
  };
}

/** Computes what the ONNX model of a task should compute. */
export async function computeOutputs(
  device: Device,
  config: ModelConfig,
  values: Values,
  task: OnnxTask,
  { shape, feeds }: OnnxBatch,
): Promise<NamedOutputs> {
  const sequence = shape.at(-1)!;
  const batch = feeds.input_ids.length / sequence;
  const input = {
    batch,
    sequence,
    inputIds: Uint32Array.from(feeds.input_ids),
    tokenTypeIds: Uint32Array.from(feeds.token_type_ids),
    lengths: Uint32Array.from(
      { length: batch },
      (_, row) =>
        feeds.attention_mask.slice(row * sequence, (row + 1) * sequence).reduce((a, b) => a + b),
    ),
  };
  const specs = Array.from(values.values(), ({ spec }) => spec);
  const parameters = new Parameters(device, specs, { trainable: false });
  for (const { spec, view } of parameters.list) device.write(view, values.get(spec.name)!.data);
  const encoder = new Encoder(config, parameters);
  const scope = { device };
  const outputs = new Map<string, { shape: number[]; data: Float32Array }>();
  const add = async (name: string, tensor: Pick<Tensor, "view">, dims: number[]) => {
    const data = (await device.read(tensor.view) as Float32Array).slice();
    outputs.set(name, { shape: dims, data });
  };
  const forward = () => encoder.forward(scope, input);
  const pooled = () => encoder.pool(scope, forward(), input);
  const compute: Record<OnnxTask, () => Promise<void>> = {
    "feature-extraction": async () => {
      const hidden = forward().sequenceOutput;
      await add("last_hidden_state", hidden, [batch, sequence, config.hiddenSize]);
      await add("pooler_output", pooled(), [batch, config.hiddenSize]);
    },
    "fill-mask": () => addMaskedLanguage(),
    pretraining: async () => {
      await addMaskedLanguage();
      const name = config.arch === "albert" ? "sop_logits" : "seq_relationship_logits";
      await add(name, sentenceOrderLogits(scope, encoder, pooled()), [batch, 2]);
    },
    "next-sentence-prediction": () =>
      add("logits", sentenceOrderLogits(scope, encoder, pooled()), [batch, 2]),
    "text-classification": () =>
      add("logits", classifierLogits(scope, encoder, pooled(), LABELS), [batch, LABELS]),
    "multiple-choice": () =>
      add("logits", multipleChoiceLogits(scope, encoder, pooled(), CHOICES), shape.slice(0, 2)),
    "token-classification": () => {
      const [weight, bias] = ["weight", "bias"].map((part) =>
        parameters.list.find(({ spec }) => spec.name === `classifier.${part}`)!
      );
      const logits = linear(scope, forward().sequenceOutput, weight, bias);
      return add("logits", logits, [batch, sequence, LABELS]);
    },
    "question-answering": async () => {
      const logits = spanLogits(scope, encoder, forward().sequenceOutput, batch);
      const all = await device.read(logits.view) as Float32Array;
      const half = batch * sequence;
      outputs.set("start_logits", { shape: [batch, sequence], data: all.slice(0, half) });
      outputs.set("end_logits", { shape: [batch, sequence], data: all.slice(half) });
    },
    "squad-v2": () => addSquad(scope, forward()),
  };
  async function addMaskedLanguage(): Promise<void> {
    const rows = Uint32Array.from(input.inputIds.keys());
    const logits = maskedLanguageLogits(scope, encoder, forward().sequenceOutput, rows);
    const all = await device.read(logits.view) as Float32Array;
    const data = new Float32Array(rows.length * logits.columns);
    for (const row of rows) {
      const from = row * logits.pitch;
      data.set(all.subarray(from, from + logits.columns), row * logits.columns);
    }
    outputs.set("logits", { shape: [batch, sequence, logits.columns], data });
  }
  async function addSquad(scope: Scope, { sequenceOutput }: EncoderOutput): Promise<void> {
    const allowed = Uint8Array.from(
      input.inputIds,
      (id, i) =>
        Number(
          i % sequence === 0 ||
            input.tokenTypeIds[i] === 1 && feeds.attention_mask[i] === 1 && id !== SEPARATOR,
        ),
    );
    // Recorded tensors end with the recording, and the end logits need the best starts.
    const kept = device.allocate(batch * sequence * config.hiddenSize, "f32", "hidden states");
    const starts = squadStartLogits(scope, encoder, sequenceOutput, batch, allowed);
    const answer = squadAnswerLogits(scope, encoder, sequenceOutput, starts);
    const [startLogits, answers, states] = await Promise.all(
      [starts.view, answer.view, sequenceOutput.view].map((view) => device.read(view)),
    ) as Float32Array[];
    device.write(whole(kept), states);
    const hidden = { view: whole(kept), shape: sequenceOutput.shape };
    const beam = Math.min(5, sequence);
    const row = (data: Float32Array, i: number) => data.slice(i * sequence, (i + 1) * sequence);
    const best = Array.from({ length: batch }, (_, i) => topScores(row(startLogits, i), beam));
    const ends: Float32Array[] = [];
    for (let rank = 0; rank < beam; rank++) {
      const chosen = Uint32Array.from(best, ({ index }) => index[rank]);
      const logits = squadEndLogits(scope, encoder, hidden, chosen, allowed);
      ends.push((await device.read(logits.view) as Float32Array).slice());
    }
    device.free(kept);
    const bestEnds = Array.from(
      { length: batch },
      (_, i) => ends.map((logits) => topScores(row(logits, i), beam)),
    ).flat();
    const save = (name: string, dims: number[], data: Iterable<number>) =>
      outputs.set(name, { shape: dims, data: Float32Array.from(data) });
    const focused = best.map((starts, i) =>
      bestAnswer(starts, bestEnds.slice(i * beam, (i + 1) * beam), (rank) => [
        row(startLogits, i),
        row(ends[rank], i),
      ])
    );
    save("start_logits", [batch, sequence], focused.flatMap(([start]) => start));
    save("end_logits", [batch, sequence], focused.flatMap(([, end]) => end));
    save("start_top_log_probs", [batch, beam], best.flatMap(({ score }) => score));
    save("start_top_index", [batch, beam], best.flatMap(({ index }) => index));
    save("end_top_log_probs", [batch, beam, beam], bestEnds.flatMap(({ score }) => score));
    save("end_top_index", [batch, beam, beam], bestEnds.flatMap(({ index }) => index));
    save("cls_logits", [batch], answers);
  }
  await compute[task]();
  parameters.free();
  return outputs;
}

function topScores(logits: Float32Array, count: number): { index: number[]; score: number[] } {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
  const index = [...topK(logits, count)];
  return { index, score: index.map((i) => logits[i] - largest - Math.log(total)) };
}

/** Returns the log-probabilities of the start and the ends of the best answer. Those of all other positions are added to the first one. */
function bestAnswer(
  starts: { index: number[]; score: number[] },
  ends: readonly { index: number[]; score: number[] }[],
  logitsOf: (rank: number) => Float32Array[],
): [start: number[], end: number[]] {
  let best = { rank: 0, score: -Infinity };
  for (const [rank, start] of starts.index.entries()) {
    for (const [i, end] of ends[rank].index.entries()) {
      const score = starts.score[rank] + ends[rank].score[i];
      const valid = start > 0 && end >= start && end < start + 30;
      if (valid && score > best.score) best = { rank, score };
    }
  }
  const start = starts.index[best.rank];
  const [startLogits, endLogits] = logitsOf(best.rank);
  return [
    focused(startLogits, (position) => position === start),
    focused(endLogits, (position) => position >= start && position < start + 30),
  ];
}

function focused(logits: Float32Array, keep: (position: number) => boolean): number[] {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const total = powers.reduce((a, b) => a + b);
  const rest = powers.filter((_, position) => !keep(position)).reduce((a, b) => a + b, 0);
  return powers.map((power, position) => {
    const sum = (keep(position) ? power : 0) + (position === 0 ? rest : 0);
    return Math.log(Math.max(sum / total, 1e-30));
  });
}

/** Outputs that depend on which candidates are the best. */
const UNSTABLE = /_index$|^end_top|^(start|end)_logits$/;

/** Smaller scores belong to tokens that cannot be an answer. */
const EXCLUDED = -5000;

/**
 * Returns the largest difference of two results, and the largest value. Scores of excluded tokens are not compared, nor are indices with such a score or, if
 * `approximate`, what depends on the best candidates of a beam: rounding may swap them.
 *
 * @throws {Error} if names or shapes differ
 */
export function compareOutputs(
  expected: NamedOutputs,
  actual: NamedOutputs,
  approximate: boolean = false,
): { largest: number; value: number } {
  const names = (outputs: NamedOutputs) => [...outputs.keys()].sort().join();
  if (names(expected) !== names(actual)) {
    throw new Error(`expected the outputs ${names(expected)}, got ${names(actual)}`);
  }
  let largest = 0, value = 0;
  for (const [name, { shape, data }] of expected) {
    const other = actual.get(name)!;
    if (`${other.shape}` !== `${shape}`) {
      throw new Error(`${name} has shape [${other.shape}], expected [${shape}]`);
    }
    if (approximate && expected.has("cls_logits") && UNSTABLE.test(name)) continue;
    const scores = expected.get(name.replace("_index", "_log_probs"))!.data;
    for (const [i, number] of data.entries()) {
      if (scores[i] < EXCLUDED) {
        if (name.endsWith("_index") || other.data[i] < EXCLUDED) continue;
      } else if (!name.endsWith("_index")) value = Math.max(value, Math.abs(number));
      const difference = Math.abs(number - other.data[i]);
      largest = Number.isNaN(difference) ? NaN : Math.max(largest, difference);
      if (Number.isNaN(largest)) return { largest, value };
    }
  }
  return { largest, value };
}
