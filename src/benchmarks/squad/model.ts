/**
 * An encoder with a head that finds answers.
 *
 * @module
 */
import type { Device } from "../../device/mod.ts";
import {
  Encoder,
  encoderSpecs,
  type ModelConfig,
  Parameters,
  type ParameterSpec,
  spanLogits,
  spanSpecs,
  squadHeadLoss,
  squadHeadSpecs,
} from "../../model/mod.ts";
import { crossEntropy, type LossTarget, type Scope } from "../../tensor/mod.ts";
import type { SquadBatch } from "./batch.ts";
import { beamScores } from "./beam.ts";
import { linearScores, type WindowScores } from "./decode.ts";
import type { SquadVersion } from "./reader.ts";

/** `linear`: start and end logits of each token, as Hugging Face's question answering models; `paper`: the paper's head for SQuAD 2.0. */
export type SquadHead = "linear" | "paper";

/** The paper's head for a version: for 1.1 it is the linear one. */
export function paperHead(version: SquadVersion): SquadHead {
  return version === "1.1" ? "linear" : "paper";
}

/** Parameters of encoder and head. */
export function squadSpecs(config: ModelConfig, head: SquadHead): ParameterSpec[] {
  return [
    ...encoderSpecs(config, { pooler: false }),
    ...(head === "paper" ? squadHeadSpecs(config) : spanSpecs(config)),
  ];
}

/** transformers' class for a checkpoint; it has none for the paper's head, whose encoder is then saved as a plain model. */
export function squadArchitecture({ arch }: ModelConfig, head: SquadHead): string {
  const family = arch === "albert" ? "Albert" : "Bert";
  return `${family}${head === "paper" ? "Model" : "ForQuestionAnswering"}`;
}

/** The question answering model with its parameters on a device. */
export class SquadModel {
  /** What it was made from. */
  readonly config: ModelConfig;
  /** Which head it has. */
  readonly head: SquadHead;
  /** Of encoder and head. */
  readonly parameters: Parameters;
  /** The shared-layer encoder. */
  readonly encoder: Encoder;

  /** Makes room for the parameters, all zero; see `initialise` and `loadWeights`. */
  constructor(
    device: Device,
    config: ModelConfig,
    head: SquadHead,
    { trainable = true }: { readonly trainable?: boolean } = {},
  ) {
    this.config = config;
    this.head = head;
    this.parameters = new Parameters(device, squadSpecs(config, head), { trainable });
    this.encoder = new Encoder(config, this.parameters);
  }

  /** Adds the loss of some windows: of the linear head `½·(start + end)` over all positions, padding too, as transformers has it. */
  loss(scope: Scope, batch: SquadBatch, target: LossTarget): void {
    const { sequenceOutput } = this.encoder.forward(scope, batch);
    if (this.head === "paper") {
      squadHeadLoss(scope, this.encoder, sequenceOutput, batch, target);
      return;
    }
    const logits = spanLogits(scope, this.encoder, sequenceOutput, batch.batch);
    const labels = Uint32Array.from([...batch.starts, ...batch.ends]);
    crossEntropy(scope, logits, labels, {
      ...target,
      scale: target.scale / 2,
      correctSlot: undefined,
    });
  }

  /** What the model says about each window of a batch; a `noAnswer` of NaN tells that its numbers went wrong. */
  async scores(batch: SquadBatch): Promise<WindowScores[]> {
    const { device } = this.parameters;
    const { sequenceOutput } = this.encoder.forward({ device }, batch);
    if (this.head === "paper") return await beamScores(this.encoder, sequenceOutput, batch);
    const { view } = spanLogits({ device }, this.encoder, sequenceOutput, batch.batch);
    const logits = await device.read(view) as Float32Array;
    return Array.from(batch.lengths, (length, example) => {
      // Padding takes no part, so that nothing depends on how much of it there is.
      const [starts, ends] = [example, batch.batch + example].map((row) =>
        logits.subarray(row * batch.sequence, row * batch.sequence + length)
      );
      const scores = linearScores(starts, ends);
      return starts.some(Number.isNaN) || ends.some(Number.isNaN)
        ? { ...scores, noAnswer: NaN }
        : scores;
    });
  }
}
