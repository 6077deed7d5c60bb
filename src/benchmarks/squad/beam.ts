/**
 * Answers from the paper's head: the five best starts, and for each the five best ends given that start (google-research/albert `start_n_top`, `end_n_top`).
 *
 * @module
 */
import { elementwiseScaleAdd } from "../../../kernels/mod.ts";
import { whole } from "../../device/mod.ts";
import {
  type Encoder,
  squadAnswerLogits,
  squadEndLogits,
  squadStartLogits,
} from "../../model/mod.ts";
import type { Tensor } from "../../tensor/mod.ts";
import type { SquadBatch } from "./batch.ts";
import { type SpanScore, topPositions, type WindowScores } from "./decode.ts";

/** Starts, and ends of each. */
const BEAM = 5;

/**
 * Searches the spans of each example. Scores are log-probabilities.
 *
 * @param hidden the encoder's output, in memory of the current recording
 */
export async function beamScores(
  encoder: Encoder,
  hidden: Tensor,
  { batch, sequence, allowed }: SquadBatch,
): Promise<WindowScores[]> {
  const { device } = encoder.parameters;
  const scope = { device };
  const startLogits = squadStartLogits(scope, encoder, hidden, batch, allowed);
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
    const starts = Array.from(
      { length: batch },
      (_, example) => best(startValues, allowed, example, sequence),
    );
    const endValues = await Promise.all(
      Array.from({ length: BEAM }, (_, rank) => {
        const chosen = Uint32Array.from(starts, (top) => top[rank]?.position ?? 0);
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
      noAnswer: tops.some(({ score }) => Number.isNaN(score)) ? NaN : answers[example],
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
  return topPositions(logits, BEAM)
    .filter((position) => allowed[row + position] === 1)
    .map((position) => ({ position, score: logits[position] - largest - Math.log(total) }));
}
