/**
 * LAMB (You et al. 2019) and AdamW as the official ALBERT code has them: no bias correction, epsilon outside the root, weight decay and trust ratio only for
 * matrices and tables, clipping by the global norm first. Everything stays on the device.
 *
 * Source: google-research/albert lamb_optimizer.py, optimization.py.
 *
 * @module
 */
import {
  optimizerAdamw,
  optimizerClip,
  optimizerLambApply,
  optimizerLambMoments,
  optimizerLambRatios,
  optimizerNonFinite,
  optimizerSquareSums,
} from "../../kernels/mod.ts";
import { type Device, type DeviceBuffer, type View, whole } from "../device/mod.ts";
import type { Parameters } from "../model/mod.ts";
import { type BlockTables, blockTables, type FlatRange } from "./blocks.ts";
import type { LossScale, LossScaleState } from "./loss_scale.ts";
import { normsOfBlocks, type TensorNorms } from "./tensor_norms.ts";

/** Which update rule. */
export type OptimizerKind = "lamb" | "adamw";

/** Constants of the update rule. */
export interface OptimizerSettings {
  /** LAMB or AdamW. */
  readonly kind: OptimizerKind;
  /** Decay of the first moment. */
  readonly beta1: number;
  /** Decay of the second moment. */
  readonly beta2: number;
  /** Added to the root of the second moment. */
  readonly epsilon: number;
  /** Added to the update as a share of the weight. */
  readonly weightDecay: number;
  /** Largest global gradient norm; 0 never clips. */
  readonly maxGradientNorm: number;
}

/** The official recipe's constants. */
export const OPTIMIZER_DEFAULTS: OptimizerSettings = {
  kind: "lamb",
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-6,
  weightDecay: 0.01,
  maxGradientNorm: 1,
};

/** Elements of the norm buffer before its log: the norm and the clip factor. */
const NORM_HEADER = 2;

/** One of the parts that the moments are divided into, where ranks share them. */
export interface Shard {
  /** From 0. */
  readonly index: number;
  /** How many there are. */
  readonly count: number;
}

/** A stretch of flat memory, in elements. */
export interface Stretch {
  /** First element. */
  readonly offset: number;
  /** Elements. */
  readonly length: number;
}

/** An optimizer and its moments for one model. */
export class Optimizer {
  /** Constants of the update rule. */
  readonly settings: OptimizerSettings;
  /** First moments, laid out like the parameters; of this shard only. */
  readonly firstMoments: DeviceBuffer;
  /** Second moments, laid out like the parameters; of this shard only. */
  readonly secondMoments: DeviceBuffer;
  /** Told of every step whether it was finite; absent where nothing is scaled. */
  readonly lossScale?: LossScale;
  readonly #device: Device;
  readonly #parameters: Parameters;
  readonly #gradients: DeviceBuffer;
  readonly #tables: BlockTables;
  readonly #shard: Shard;
  /** Ranges that this shard updates. */
  readonly #own: readonly FlatRange[];
  readonly #norm: DeviceBuffer;
  readonly #flag: DeviceBuffer;
  readonly #partial: DeviceBuffer;
  readonly #ratios: DeviceBuffer;

  /**
   * Makes moments of zero.
   *
   * @param logSlots steps whose gradient norms are kept on the device until somebody reads them
   * @param lossScale halved after a step that was not finite; the next one is then made all the same. The optimizer's own from then on
   * @param shard which part of the moments to keep; all where absent
   * @throws {TypeError} when the parameters have no gradients.
   */
  constructor(
    parameters: Parameters,
    settings: OptimizerSettings,
    logSlots = 1,
    lossScale?: LossScale,
    shard: Shard = { index: 0, count: 1 },
  ) {
    const { device, gradients, values } = parameters;
    if (gradients === undefined) {
      throw new TypeError("Cannot optimize parameters without gradients");
    }
    this.settings = settings;
    this.lossScale = lossScale;
    this.#device = device;
    this.#parameters = parameters;
    this.#gradients = gradients;
    this.#tables = blockTables(device, parameters, shard.count);
    this.#shard = shard;
    this.#own = this.#tables.ranges.filter((range) => range.shard === shard.index);
    const length = shard.count === 1 ? values.length : this.shards[shard.index].length;
    this.firstMoments = device.allocate(length, "f32", "first moments");
    this.secondMoments = device.allocate(length, "f32", "second moments");
    this.#norm = device.allocate(NORM_HEADER + logSlots, "f32", "gradient norms");
    this.#flag = device.allocate(1, "u32", "non-finite flag");
    this.#partial = device.allocate(2 * this.#tables.blockCount, "f32", "optimizer partial sums");
    this.#ratios = device.allocate(this.#tables.tensors, "f32", "trust ratios");
  }

  /**
   * Records one update from the gradients as they stand.
   *
   * @param learningRate of this step
   * @param logSlot where the gradient norm before clipping is kept
   */
  step(learningRate: number, logSlot = 0): void {
    this.begin(logSlot);
    this.finish(learningRate);
  }

  /** The first half of a step of shards: clipping, moments. Then {@linkcode partials} go round. */
  begin(logSlot = 0): void {
    this.#clip(logSlot);
    if (this.settings.kind === "lamb") this.#lambMoments();
  }

  /** The second half: updates this shard's parameters. Then they go round. */
  finish(learningRate: number): void {
    if (this.settings.kind === "lamb") this.#lambApply(learningRate);
    else this.#adamw(learningRate);
    this.lossScale?.update(whole(this.#flag));
  }

  /** Where each shard's parameters lie in flat memory. */
  get shards(): Stretch[] {
    return this.#ofShards(({ offset, length }) => [offset, offset + length]);
  }

  /** Sums of each shard's blocks, which LAMB's trust ratios need all of; none for AdamW. */
  get partials(): View[] {
    if (this.settings.kind !== "lamb") return [];
    const stretches = this.#ofShards(({ firstBlock, blockCount }) => [
      2 * firstBlock,
      2 * (firstBlock + blockCount),
    ]);
    return stretches.map((stretch) => ({ buffer: this.#partial, ...stretch }));
  }

  #ofShards(ends: (range: FlatRange) => [start: number, end: number]): Stretch[] {
    return Array.from({ length: this.#shard.count }, (_, index) => {
      const own = this.#tables.ranges.filter(({ shard }) => shard === index).map(ends);
      if (own.length === 0) return { offset: 0, length: 0 };
      return { offset: own[0][0], length: own.at(-1)![1] - own[0][0] };
    });
  }

  /**
   * Gradient norms of the last steps, by log slot, and whether a gradient was NaN or infinite; such a step changed nothing. With a loss scale that counts only
   * where the scale was given up.
   */
  async readLog(): Promise<
    { norms: Float32Array; nonFinite: boolean; lossScale?: LossScaleState }
  > {
    const [norms, flag, lossScale] = await Promise.all([
      this.#device.read(whole(this.#norm)),
      this.#device.read(whole(this.#flag)),
      this.lossScale?.read(),
    ]);
    return {
      norms: (norms as Float32Array).slice(NORM_HEADER),
      nonFinite: flag[0] !== 0,
      ...(lossScale && { lossScale }),
    };
  }

  /**
   * Norms of every tensor as the last step left them, in the order of the parameters. Two passes over the parameters and a wait for the device: for now and then.
   */
  async readTensorNorms(): Promise<TensorNorms[]> {
    const { list, values } = this.#parameters;
    const [ofValues, ofGradients, ratios] = await Promise.all([
      this.#readSquareSums(values),
      this.#readSquareSums(this.#gradients),
      this.settings.kind === "lamb" ? this.#device.read(whole(this.#ratios)) : null,
    ]);
    const { owners } = this.#tables;
    const parameterNorms = normsOfBlocks(ofValues, owners, list.length);
    const gradientNorms = normsOfBlocks(ofGradients, owners, list.length);
    return list.map(({ spec }, tensor) => ({
      name: spec.name,
      parameterNorm: parameterNorms[tensor],
      gradientNorm: gradientNorms[tensor],
      ...(ratios !== null && { trustRatio: ratios[tensor] }),
    }));
  }

  /** Frees the moments and tables. */
  free(): void {
    const buffers = [
      this.firstMoments,
      this.secondMoments,
      this.#norm,
      this.#flag,
      this.#partial,
      this.#ratios,
    ];
    for (const buffer of buffers) this.#device.free(buffer);
    this.lossScale?.free();
    this.#tables.free();
  }

  #clip(logSlot: number): void {
    const { blockCount, ranges } = this.#tables;
    for (const range of ranges) {
      this.#device.run(optimizerNonFinite, {
        bindings: { x: within(this.#gradients, range), flag: whole(this.#flag) },
        uniforms: { count: range.length },
      });
    }
    this.#squareSums(this.#gradients);
    this.#device.run(optimizerClip, {
      bindings: { partials: whole(this.#partial), norm: whole(this.#norm) },
      uniforms: {
        block_count: blockCount,
        slot: logSlot,
        max_norm: this.settings.maxGradientNorm,
      },
    });
  }

  /** Leaves each block's Σ x² in the partial sums. */
  #squareSums(buffer: DeviceBuffer): void {
    for (const range of this.#tables.ranges) {
      this.#device.run(optimizerSquareSums, {
        bindings: {
          x: within(buffer, range),
          blocks: range.blocks,
          partials: this.#partialOf(range, 1),
        },
        uniforms: { block_count: range.blockCount },
      });
    }
  }

  /** The partial sums serve one buffer after the other: recorded in this order, each is read before the next is written. */
  #readSquareSums(buffer: DeviceBuffer): Promise<ArrayLike<number>> {
    this.#squareSums(buffer);
    const { blockCount } = this.#tables;
    return this.#device.read({ buffer: this.#partial, offset: 0, length: blockCount });
  }

  #lambMoments(): void {
    const { beta1, beta2, epsilon, weightDecay } = this.settings;
    const { decays } = this.#tables;
    for (const range of this.#own) {
      this.#device.run(optimizerLambMoments, {
        bindings: {
          weights: within(this.#parameters.values, range),
          gradients: within(this.#gradients, range),
          norm: whole(this.#norm),
          flag: whole(this.#flag),
          blocks: range.blocks,
          decays,
          m: this.#moments(this.firstMoments, range),
          v: this.#moments(this.secondMoments, range),
          partials: this.#partialOf(range, 2),
        },
        uniforms: {
          block_count: range.blockCount,
          beta1,
          beta2,
          one_minus_beta1: 1 - beta1,
          one_minus_beta2: 1 - beta2,
          epsilon,
          weight_decay: weightDecay,
        },
      });
    }
  }

  #lambApply(learningRate: number): void {
    const { epsilon, weightDecay } = this.settings;
    const { blockCount, tensors, tensorBlocks, decays } = this.#tables;
    const flag = whole(this.#flag);
    const ratios = whole(this.#ratios);
    this.#device.run(optimizerLambRatios, {
      bindings: {
        partials: whole(this.#partial),
        tensor_blocks: tensorBlocks,
        decays,
        ratios,
      },
      uniforms: { tensors, block_count: blockCount },
    });
    for (const range of this.#own) {
      this.#device.run(optimizerLambApply, {
        bindings: {
          m: this.#moments(this.firstMoments, range),
          v: this.#moments(this.secondMoments, range),
          flag,
          blocks: range.blocks,
          decays,
          ratios,
          weights: within(this.#parameters.values, range),
        },
        uniforms: {
          block_count: range.blockCount,
          epsilon,
          weight_decay: weightDecay,
          learning_rate: learningRate,
        },
      });
    }
  }

  #adamw(learningRate: number): void {
    const { beta1, beta2, epsilon, weightDecay } = this.settings;
    for (const range of this.#own) {
      this.#device.run(optimizerAdamw, {
        bindings: {
          gradients: within(this.#gradients, range),
          norm: whole(this.#norm),
          flag: whole(this.#flag),
          blocks: range.blocks,
          decays: this.#tables.decays,
          weights: within(this.#parameters.values, range),
          m: this.#moments(this.firstMoments, range),
          v: this.#moments(this.secondMoments, range),
        },
        uniforms: {
          block_count: range.blockCount,
          beta1,
          beta2,
          one_minus_beta1: 1 - beta1,
          one_minus_beta2: 1 - beta2,
          epsilon,
          weight_decay: weightDecay,
          learning_rate: learningRate,
        },
      });
    }
  }

  /** A range's part of moments, which begin where this shard does. */
  #moments(buffer: DeviceBuffer, { offset, length }: FlatRange): View {
    return { buffer, offset: offset - this.#own[0].offset, length };
  }

  /** The part of the partial sums that belongs to a range, `perBlock` numbers a block. */
  #partialOf({ firstBlock, blockCount }: FlatRange, perBlock: number): View {
    return {
      buffer: this.#partial,
      offset: perBlock * firstBlock,
      length: perBlock * blockCount,
    };
  }
}

/** A range's part of a flat buffer. */
function within(buffer: DeviceBuffer, { offset, length }: FlatRange): View {
  return { buffer, offset, length };
}
