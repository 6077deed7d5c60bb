/**
 * The two SQuAD heads: Hugging Face's linear head, and the paper's head for SQuAD 2.0.
 *
 * @module
 */
import { elementwiseScaleAdd } from "../../../kernels/mod.ts";
import { type Device, whole } from "../../device/mod.ts";
import {
  type Encoder,
  type EncoderInput,
  spanLogits,
  spanSpecs,
  squadAnswerLogits,
  squadEndLogits,
  squadHeadLoss,
  squadHeadSpecs,
  squadStartLogits,
  topK,
  transformersClass,
} from "../../model/mod.ts";
import { crossEntropy, maskLogits, type Scope, type Tensor } from "../../tensor/mod.ts";
import type { FinetuneBatch, FinetuneTask, TaskHead } from "../../train/mod.ts";
import { linearScores, type SpanScore, type WindowScores } from "./decode.ts";
import { mayAnswer, type SquadWindow } from "./features.ts";

/** A head that scores windows, and its loss. */
export type SquadTaskHead =
  & TaskHead<SquadWindow, WindowScores>
  & Pick<FinetuneTask<SquadWindow, WindowScores>, "loss">;

/**
 * The linear head of Hugging Face's `ForQuestionAnswering` classes, and of the paper for SQuAD 1.1: a start and an end logit per token. Its loss is `½·(start + end)`,
 * each the cross-entropy over a window's tokens. Unlike in transformers, the loss excludes padding, so it does not depend on the padded length.
 */
export const linearHead: SquadTaskHead = {
  name: "squad",
  pooler: false,
  configExtra: {},
  architecture: (config) => transformersClass(config, "ForQuestionAnswering"),
  headSpecs: spanSpecs,
  async predict(device: Device, encoder: Encoder, { examples, input }: FinetuneBatch<SquadWindow>) {
    const logits = await device.read(linearLogits({ device }, encoder, input).view) as Float32Array;
    const { batch, sequence, lengths } = input;
    return examples.map(({ id }, example) => {
      // Exclude padding, which must not be among the best positions.
      const [starts, ends] = [example, batch + example].map((row) =>
        logits.subarray(row * sequence, row * sequence + lengths[example])
      );
      if (starts.some(Number.isNaN) || ends.some(Number.isNaN)) {
        throw new RangeError(`question ${id}: logits are NaN`);
      }
      return linearScores(starts, ends);
    });
  },
  loss(scope, encoder, { examples, input }, target) {
    const { batch, sequence, lengths } = input;
    const logits = linearLogits(scope, encoder, input);
    const allowed = Uint8Array.from(
      { length: 2 * batch * sequence },
      (_, i) => Number(i % sequence < lengths[Math.floor(i / sequence) % batch]),
    );
    const labels = [...examples.map(({ start }) => start), ...examples.map(({ end }) => end)];
    crossEntropy(scope, maskLogits(scope, logits, allowed), Uint32Array.from(labels), {
      ...target,
      scale: target.scale / 2,
      correctSlot: undefined,
    });
  },
};

/** Returns `[2·batch, sequence]`: start logits, then end logits. */
function linearLogits(scope: Scope, encoder: Encoder, input: EncoderInput): Tensor {
  const { sequenceOutput } = encoder.forward(scope, input);
  return spanLogits(scope, encoder, sequenceOutput, input.batch);
}

/** Number of starts, and of ends per start (`start_n_top` and `end_n_top` of google-research/albert). */
const BEAM = 5;

/**
 * The paper's head for SQuAD 2.0. transformers has no class for it: a checkpoint is that of a plain encoder with additional tensors `squad_head.*`. Candidates are a
 * beam of the five best starts with the five best ends of each.
 */
export const paperHead: SquadTaskHead = {
  name: "squad",
  pooler: false,
  configExtra: {},
  architecture: (config) => transformersClass(config, "Model"),
  headSpecs: squadHeadSpecs,
  async predict(device: Device, encoder: Encoder, batch: FinetuneBatch<SquadWindow>) {
    const { sequenceOutput } = encoder.forward({ device }, batch.input);
    return await beamScores(device, encoder, sequenceOutput, batch);
  },
  loss(scope, encoder, batch, target) {
    const { sequenceOutput } = encoder.forward(scope, batch.input);
    const labels = {
      allowed: allowedPositions(batch),
      starts: Uint32Array.from(batch.examples, ({ start }) => start),
      ends: Uint32Array.from(batch.examples, ({ end }) => end),
      impossible: Float32Array.from(batch.examples, ({ start }) => Number(start === 0)),
    };
    squadHeadLoss(scope, encoder, sequenceOutput, labels, target);
  },
};

/** Returns 1 for positions of the paragraph and `[CLS]`, else 0. */
function allowedPositions({ examples, input }: FinetuneBatch<SquadWindow>): Uint8Array {
  const { sequence } = input;
  return Uint8Array.from(
    { length: examples.length * sequence },
    (_, i) => Number(mayAnswer(examples[Math.floor(i / sequence)], i % sequence)),
  );
}

/** Computes the spans of the beam with their log-probabilities. */
async function beamScores(
  device: Device,
  encoder: Encoder,
  hidden: Tensor,
  batch: FinetuneBatch<SquadWindow>,
): Promise<WindowScores[]> {
  const scope = { device };
  const { examples, input: { sequence } } = batch;
  const allowed = allowedPositions(batch);
  const startLogits = squadStartLogits(scope, encoder, hidden, examples.length, allowed);
  const answerLogits = squadAnswerLogits(scope, encoder, hidden, startLogits);
  // The end logits need the starts that the host selects, so the hidden states must outlive this recording.
  const kept = device.allocate(hidden.view.length, "f32", "hidden states for end logits");
  const states: Tensor = { view: whole(kept), shape: hidden.shape };
  try {
    device.run(elementwiseScaleAdd, {
      bindings: { x: hidden.view, y: states.view },
      uniforms: { count: kept.length, alpha: 1, beta: 0 },
    });
    const [startValues, answers] = await Promise.all([
      device.read(startLogits.view),
      device.read(answerLogits.view),
    ]) as Float32Array[];
    const starts = examples.map(({ id }, example) => {
      const tops = bestPositions(startValues, allowed, example, sequence);
      if (Number.isNaN(answers[example]) || tops.some(({ score }) => Number.isNaN(score))) {
        throw new RangeError(`question ${id}: logits are NaN`);
      }
      return tops;
    });
    const endValues = await Promise.all(
      Array.from({ length: BEAM }, (_, rank) => {
        const chosen = Uint32Array.from(starts, (tops) => tops[rank]?.position ?? 0);
        return device.read(squadEndLogits(scope, encoder, states, chosen, allowed).view);
      }),
    ) as Float32Array[];
    return starts.map((tops, example) => ({
      spans: tops.flatMap((start, rank): SpanScore[] =>
        bestPositions(endValues[rank], allowed, example, sequence).map((end) => ({
          start: start.position,
          end: end.position,
          startScore: start.score,
          endScore: end.score,
        }))
      ),
      noAnswer: answers[example],
    }));
  } finally {
    device.free(kept);
  }
}

/** Returns the most probable allowed positions of an example with their log-probabilities. */
function bestPositions(
  values: Float32Array,
  allowed: Uint8Array,
  example: number,
  sequence: number,
): { position: number; score: number }[] {
  const row = example * sequence;
  const logits = values.subarray(row, row + sequence);
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
  return topK(logits, BEAM)
    .filter((position) => allowed[row + position] === 1)
    .map((position) => ({ position, score: logits[position] - largest - Math.log(total) }));
}
