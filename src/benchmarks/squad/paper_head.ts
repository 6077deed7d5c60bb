/**
 * The paper's head for SQuAD 2.0 at work: its loss, and a beam of the five best starts with the five best ends of each (google-research/albert `start_n_top`,
 * `end_n_top`).
 *
 * @module
 */
import { elementwiseScaleAdd } from "../../../kernels/mod.ts";
import { type Device, whole } from "../../device/mod.ts";
import {
  type Encoder,
  squadAnswerLogits,
  squadEndLogits,
  squadHeadLoss,
  squadHeadSpecs,
  squadStartLogits,
  topK,
} from "../../model/mod.ts";
import type { Tensor } from "../../tensor/mod.ts";
import type { FinetuneBatch } from "../../train/mod.ts";
import type { SpanScore, WindowScores } from "./decode.ts";
import { mayAnswer, type SquadWindow } from "./features.ts";
import type { SquadTaskHead } from "./head.ts";

/** Starts, and ends of each. */
const BEAM = 5;

/** The paper's head. transformers has no class for it: a checkpoint is a plain encoder with `squad_head.*` beside it. */
export const paperHead: SquadTaskHead = {
  name: "squad",
  pooler: false,
  configExtra: {},
  architecture: ({ arch }) => `${arch === "albert" ? "Albert" : "Bert"}Model`,
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

/** 1 for the positions of the paragraph and for `[CLS]`. */
function allowedPositions({ examples, input }: FinetuneBatch<SquadWindow>): Uint8Array {
  const { sequence } = input;
  return Uint8Array.from(
    { length: examples.length * sequence },
    (_, i) => Number(mayAnswer(examples[Math.floor(i / sequence)], i % sequence)),
  );
}

/** The spans of the beam, scored by log-probabilities. */
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
  // The ends wait for the host to choose the starts: the states must outlive this recording.
  const kept = device.allocate(hidden.view.length, "f32", "states for the ends");
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
      const tops = best(startValues, allowed, example, sequence);
      if (Number.isNaN(answers[example]) || tops.some(({ score }) => Number.isNaN(score))) {
        throw new RangeError(`question ${id}: the model's logits are NaN`);
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
        best(endValues[rank], allowed, example, sequence).map((end) => ({
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

/** The likeliest positions of an example, among those allowed, with their log-probabilities. */
function best(
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
