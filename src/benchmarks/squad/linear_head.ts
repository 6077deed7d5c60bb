/**
 * Hugging Face's question answering head, which is also the paper's for SQuAD 1.1: a start and an end logit of each token.
 *
 * @module
 */
import type { Device } from "../../device/mod.ts";
import { type Encoder, type EncoderInput, spanLogits, spanSpecs } from "../../model/mod.ts";
import { crossEntropy, maskLogits, type Scope, type Tensor } from "../../tensor/mod.ts";
import type { FinetuneBatch } from "../../train/mod.ts";
import { linearScores } from "./decode.ts";
import type { SquadWindow } from "./features.ts";
import type { SquadTaskHead } from "./head.ts";

/**
 * The linear head; transformers' `ForQuestionAnswering` classes load what it saves. Its loss is `½·(start + end)`, each the cross-entropy over a window's
 * tokens: unlike transformers' it leaves padding out, so that it does not depend on how much of it there is.
 */
export const linearHead: SquadTaskHead = {
  name: "squad",
  pooler: false,
  configExtra: {},
  architecture: ({ arch }) => `${arch === "albert" ? "Albert" : "Bert"}ForQuestionAnswering`,
  headSpecs: spanSpecs,
  async predict(device: Device, encoder: Encoder, { examples, input }: FinetuneBatch<SquadWindow>) {
    const logits = await device.read(logitsOf({ device }, encoder, input).view) as Float32Array;
    const { batch, sequence, lengths } = input;
    return examples.map(({ id }, example) => {
      // A window's own tokens; padding must not be among the best twenty.
      const [starts, ends] = [example, batch + example].map((row) =>
        logits.subarray(row * sequence, row * sequence + lengths[example])
      );
      if (starts.some(Number.isNaN) || ends.some(Number.isNaN)) {
        throw new RangeError(`question ${id}: the model's logits are NaN`);
      }
      return linearScores(starts, ends);
    });
  },
  loss(scope, encoder, { examples, input }, target) {
    const { batch, sequence, lengths } = input;
    const logits = logitsOf(scope, encoder, input);
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

/** `[2·batch, sequence]`: start logits, then end logits. */
function logitsOf(scope: Scope, encoder: Encoder, input: EncoderInput): Tensor {
  const { sequenceOutput } = encoder.forward(scope, input);
  return spanLogits(scope, encoder, sequenceOutput, input.batch);
}
