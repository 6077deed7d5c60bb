/**
 * The same training step in PyTorch.
 *
 * @module
 */
import type { ModelConfig } from "../../src/model/mod.ts";
import { LineProcess } from "../peers/line_process.ts";
import type { StepSizes } from "./training_step.ts";

/** A Python process that does a step when asked. */
export class PyTorchStep {
  private constructor(
    readonly process: LineProcess,
    readonly label: string,
    /** Weights, gradients, moments, and what autograd keeps at the end of the forward pass. */
    readonly peakBytes: number,
    /** The same of transformers' AlbertForPreTraining with eager attention; null where that is not installed. */
    readonly transformersBytes: number | null,
  ) {}

  /** @throws {Error} when the interpreter has no PyTorch. */
  static async open(
    interpreter: string,
    config: ModelConfig,
    { batch, sequence, maxPredictions }: StepSizes,
  ): Promise<PyTorchStep> {
    const sizes = {
      ...{ batch, sequence, masked: batch * maxPredictions },
      embedding: config.embeddingSize,
      hidden: config.hiddenSize,
      heads: config.numAttentionHeads,
      layers: config.numHiddenLayers,
      ffn: config.intermediateSize,
      vocabulary: config.vocabSize,
    };
    const script = new URL("../peers/pytorch_step.py", import.meta.url);
    try {
      const process = new LineProcess(interpreter, script, [JSON.stringify(sizes)]);
      const { version, threads, bytes, transformers_bytes } = JSON.parse(await process.line());
      const label = `PyTorch ${version}, ${threads} threads`;
      return new PyTorchStep(process, label, bytes, transformers_bytes);
    } catch (cause) {
      throw new Error(
        `PyTorch is not installed for ${interpreter}: name one that has it by --against-pytorch`,
        { cause },
      );
    }
  }

  /** Does a step; its milliseconds by Python's own clock. */
  async time(): Promise<number> {
    return Number(await this.process.ask("step"));
  }

  close(): Promise<void> {
    return this.process.close();
  }
}
