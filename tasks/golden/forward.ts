/**
 * Forward and backward pass of a golden case. Results have the names of `expected.safetensors`.
 *
 * @module
 */
import { type Device, type View, whole } from "../../src/device/mod.ts";
import {
  classifierLogits,
  classifierSpecs,
  Encoder,
  type EncoderInput,
  encoderSpecs,
  loadWeights,
  maskedLanguageLogits,
  maskedLanguageLoss,
  multipleChoiceLogits,
  Parameters,
  type ParameterSpec,
  pretrainingSpecs,
  readTensors,
  sentenceOrderLogits,
  spanLogits,
  spanSpecs,
} from "../../src/model/mod.ts";
import {
  crossEntropy,
  elements,
  IGNORED_LABEL,
  type LossTarget,
  meanSquaredError,
  type Scope,
  Tape,
  type Tensor,
} from "../../src/tensor/mod.ts";
import type { WritableTensor } from "../../src/weights/mod.ts";
import type { Batch, GoldenCase } from "./case.ts";

/** Choices per multiple-choice question. */
const CHOICES = 4;
/** Metric slots: the loss (masked-LM loss in pretraining), and the sentence-pair loss. */
const SLOTS = 2;

/** A tensor to read after the pass; its rows may be padded to `pitch` elements. */
interface Wanted {
  readonly view: View;
  readonly shape: readonly number[];
  readonly pitch?: number;
}

/** The inputs of a forward pass. */
interface Pass {
  readonly scope: Scope;
  readonly encoder: Encoder;
  readonly input: EncoderInput;
  readonly batch: Batch;
  readonly labels: number;
  target(lossSlot: number, count: number): LossTarget;
}

/** A model class: its parameters, and a forward pass that ends in losses. */
interface CaseKind {
  specs(golden: GoldenCase): ParameterSpec[];
  forward(pass: Pass): Record<string, Wanted | Tensor>;
}

/** Number of classifier outputs, from its weights; 1 for regression. */
function labelsOf({ weights }: GoldenCase): number {
  return weights.tensors.get("classifier.bias")?.shape[0] ?? 1;
}

const KINDS: Readonly<Record<string, CaseKind>> = {
  ForPreTraining: {
    specs: ({ config }) => pretrainingSpecs(config),
    forward: pretraining,
  },
  ForSequenceClassification: {
    specs: (golden) => [
      ...encoderSpecs(golden.config),
      ...classifierSpecs(golden.config, labelsOf(golden)),
    ],
    forward: classification,
  },
  ForQuestionAnswering: {
    specs: ({ config }) => [...encoderSpecs(config, { pooler: false }), ...spanSpecs(config)],
    forward: questionAnswering,
  },
  ForMultipleChoice: {
    specs: ({ config }) => [...encoderSpecs(config), ...classifierSpecs(config, 1)],
    forward: multipleChoice,
  },
};

/** @throws {TypeError} If the model class is not supported. */
function kindOf({ architecture }: GoldenCase): CaseKind {
  const kind = KINDS[architecture.slice(architecture.indexOf("For"))];
  if (kind === undefined) throw new TypeError(`Golden cases do not support ${architecture}`);
  return kind;
}

/**
 * Computes losses, logits, hidden states and all gradients of a case without optimizer steps.
 *
 * @throws {TypeError} If the model class is not supported.
 */
export async function runForward(
  device: Device,
  golden: GoldenCase,
): Promise<Map<string, WritableTensor>> {
  const kind = kindOf(golden);
  const parameters = new Parameters(device, kind.specs(golden));
  const metrics = device.allocate(SLOTS, "f32", "metrics");
  try {
    loadWeights(parameters, golden.weights);
    const tape = new Tape(device);
    const wanted = kind.forward({
      scope: { device, tape },
      encoder: new Encoder(golden.config, parameters),
      input: encoderInput(golden.batch),
      batch: golden.batch,
      labels: labelsOf(golden),
      target: (lossSlot, count) => ({ metrics: whole(metrics), lossSlot, scale: 1 / count }),
    });
    tape.backward();
    const [losses, ...tensors] = await Promise.all([
      device.read(whole(metrics)),
      ...Object.values(wanted).map((tensor) => read(device, tensor)),
    ]);
    const results = new Map<string, WritableTensor>([
      ["loss", scalar(losses[0] + losses[1])],
      ["loss.mlm", scalar(losses[0])],
      ["loss.sop", scalar(losses[1])],
    ]);
    Object.keys(wanted).forEach((name, i) => results.set(name, tensors[i]));
    splitSpans(results);
    for (const [name, gradient] of await readTensors(parameters, parameters.gradients)) {
      results.set(`grad.${name}`, gradient);
    }
    return results;
  } finally {
    parameters.free();
    device.free(metrics);
  }
}

/** The encoder's input for a batch. */
export function encoderInput(batch: Batch): EncoderInput {
  return {
    batch: batch.batch,
    sequence: batch.sequence,
    inputIds: batch.integers("input_ids"),
    tokenTypeIds: batch.integers("token_type_ids"),
    lengths: batch.lengths(),
  };
}

/** The masked tokens of a batch: positions where `labels` is not the ignored label. */
export function maskedTokens(batch: Batch): { positions: Uint32Array; labels: Uint32Array } {
  const labels = batch.integers("labels");
  const positions = Uint32Array.from(labels.keys()).filter((row) => labels[row] !== IGNORED_LABEL);
  return { positions, labels: positions.map((row) => labels[row]) };
}

function pretraining(
  { scope, encoder, input, batch, target }: Pass,
): Record<string, Wanted | Tensor> {
  const output = encoder.forward(scope, input);
  // The case contains the logits of every token; the loss uses only the masked ones, as in training.
  const everyToken = Uint32Array.from(input.inputIds.keys());
  const logits = maskedLanguageLogits(
    { device: scope.device },
    encoder,
    output.sequenceOutput,
    everyToken,
  );
  const { positions, labels } = maskedTokens(batch);
  maskedLanguageLoss(
    scope,
    encoder,
    output.sequenceOutput,
    positions,
    labels,
    target(0, positions.length),
  );
  const pair = sentenceOrderLogits(scope, encoder, encoder.pool(scope, output, input));
  const [logitName, labelName] = pairNames(batch);
  crossEntropy(scope, pair, batch.integers(labelName), target(1, input.batch));
  return {
    prediction_logits: {
      view: logits.view,
      shape: [input.batch, input.sequence, logits.columns],
      pitch: logits.pitch,
    },
    [logitName]: pair,
    ...Object.fromEntries(output.hiddenStates.map(({ view, shape }, i) => [
      `hidden.${i}`,
      { view, shape: [input.batch, input.sequence, shape.at(-1)!] },
    ])),
  };
}

/** Names of the sentence-pair logits and labels in Hugging Face Transformers. */
export function pairNames(batch: Batch): [logits: string, labels: string] {
  return batch.has("sentence_order_label")
    ? ["sop_logits", "sentence_order_label"]
    : ["seq_relationship_logits", "next_sentence_label"];
}

function questionAnswering({ scope, encoder, input, batch, target }: Pass): Record<string, Tensor> {
  const { sequenceOutput } = encoder.forward(scope, input);
  const logits = spanLogits(scope, encoder, sequenceOutput, input.batch);
  const labels = [...batch.integers("start_positions"), ...batch.integers("end_positions")];
  crossEntropy(scope, logits, Uint32Array.from(labels), target(0, 2 * input.batch));
  return { span_logits: logits };
}

function multipleChoice({ scope, encoder, input, batch, target }: Pass): Record<string, Tensor> {
  const pooled = encoder.pool(scope, encoder.forward(scope, input), input);
  const logits = multipleChoiceLogits(scope, encoder, pooled, CHOICES);
  crossEntropy(scope, logits, batch.integers("labels"), target(0, input.batch / CHOICES));
  return { logits };
}

function classification(
  { scope, encoder, input, batch, labels, target }: Pass,
): Record<string, Tensor> {
  const pooled = encoder.pool(scope, encoder.forward(scope, input), input);
  const logits = classifierLogits(scope, encoder, pooled, labels);
  if (labels === 1) {
    meanSquaredError(scope, logits, batch.floats("labels"), target(0, input.batch));
  } else crossEntropy(scope, logits, batch.integers("labels"), target(0, input.batch));
  return { logits };
}

async function read(device: Device, { view, shape, pitch }: Wanted): Promise<WritableTensor> {
  const padded = (await device.read(view)) as Float32Array;
  const columns = shape.at(-1)!;
  if (pitch === undefined || pitch === columns) return { shape, data: Float32Array.from(padded) };
  const data = new Float32Array(elements(shape));
  for (let row = 0; row * columns < data.length; row++) {
    data.set(padded.subarray(row * pitch, row * pitch + columns), row * columns);
  }
  return { shape, data };
}

/** Splits span logits of shape [2·batch, sequence] into the two tensors that Hugging Face Transformers returns. */
function splitSpans(results: Map<string, WritableTensor>): void {
  const spans = results.get("span_logits");
  if (spans === undefined) return;
  results.delete("span_logits");
  const [rows, sequence] = spans.shape;
  const half = spans.data.length / 2;
  const shape = [rows / 2, sequence];
  results.set("start_logits", { shape, data: spans.data.slice(0, half) as Float32Array });
  results.set("end_logits", { shape, data: spans.data.slice(half) as Float32Array });
}

function scalar(value: number): WritableTensor {
  return { shape: [1], data: Float32Array.of(value) };
}
