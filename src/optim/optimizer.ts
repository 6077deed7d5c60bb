/**
 * LAMB (You et al., arXiv 1904.00962) and AdamW as in google-research/albert `lamb_optimizer.py` and `optimization.py`: clipping by the global gradient norm, no bias
 * correction, epsilon outside the square root, weight decay and trust ratio only for matrices and embeddings. All state stays on the device.
 *
 * @module
 */
import {
  optimizerAdamw,
  optimizerClip,
  optimizerLambApply,
  optimizerLambMoments,
  optimizerLambRatios,
  optimizerSquareSums,
} from "../../kernels/mod.ts";
import { allocateAll, type Device, type DeviceBuffer, type View, whole } from "../device/mod.ts";
import type { Parameters } from "../model/mod.ts";
import {
  type BlockTables,
  blockTables,
  type FlatRange,
  normsOfBlocks,
  type TensorNorms,
} from "./blocks.ts";
import type { LossScale, LossScaleState } from "./loss_scale.ts";
import { type OptimizerSettings, validateOptimizerSettings } from "./settings.ts";

/** Elements of the norm buffer before the log: the current norm and clipping factor. */
const NORM_HEADER = 2;

/** One of the parts into which ranks divide the moments. */
export interface Shard {
  /** Index from 0. */
  readonly index: number;
  /** Number of shards. */
  readonly count: number;
}

/** A contiguous part of a flat buffer, in elements. */
export interface Slice {
  /** First element. */
  readonly offset: number;
  /** Number of elements. */
  readonly length: number;
}

/** An optimizer with its moments for one model. */
export class Optimizer {
  /** Constants of the update rule. */
  readonly settings: OptimizerSettings;
  /** First moments of this shard, in the layout of the parameters. */
  readonly firstMoments: DeviceBuffer;
  /** Second moments of this shard, in the layout of the parameters. */
  readonly secondMoments: DeviceBuffer;
  /** Loss scale, updated after each step; undefined without half precision. */
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
  /** All of the above, to free. */
  readonly #buffers: readonly DeviceBuffer[];

  /**
   * Allocates the moments, which are zero.
   *
   * @param logSlots number of gradient norms to store on the device between two reads
   * @param lossScale loss scale, reduced by half after a non-finite step; the optimizer frees it
   * @param shard part of the moments to store; default all
   * @param frozen names of parameters that are neither updated nor part of the gradient norm
   * @throws {TypeError} if the parameters are not trainable, or all are frozen
   * @throws {RangeError} if a setting is out of range
   */
  constructor(
    parameters: Parameters,
    settings: OptimizerSettings,
    logSlots = 1,
    lossScale?: LossScale,
    shard: Shard = { index: 0, count: 1 },
    frozen: ReadonlySet<string> = new Set(),
  ) {
    const { device, gradients, values, list } = parameters;
    if (gradients === undefined) {
      throw new TypeError("Cannot optimize parameters without gradients: create them as trainable");
    }
    if (list.every(({ spec }) => frozen.has(spec.name))) {
      throw new TypeError("Cannot optimize parameters that are all frozen");
    }
    validateOptimizerSettings(settings);
    this.settings = settings;
    this.lossScale = lossScale;
    this.#device = device;
    this.#parameters = parameters;
    this.#gradients = gradients;
    this.#tables = blockTables(device, parameters, shard.count, frozen);
    this.#shard = shard;
    this.#own = this.#tables.ranges.filter((range) => range.shard === shard.index);
    const length = shard.count === 1 ? values.length : this.shards[shard.index].length;
    try {
      const buffers = allocateAll(device, [
        [length, "f32", "first moments"],
        [length, "f32", "second moments"],
        [NORM_HEADER + logSlots, "f32", "gradient norms"],
        [1, "u32", "non-finite flag"],
        [2 * this.#tables.blockCount, "f32", "optimizer partial sums"],
        [this.#tables.tensors, "f32", "trust ratios"],
      ]);
      [this.firstMoments, this.secondMoments, this.#norm, this.#flag, this.#partial, this.#ratios] =
        buffers;
      this.#buffers = buffers;
    } catch (error) {
      this.#tables.free();
      throw error;
    }
  }

  /**
   * Records one update from the current gradients.
   *
   * @param learningRate learning rate of this step
   * @param logSlot slot for the gradient norm before clipping
   */
  step(learningRate: number, logSlot = 0): void {
    this.begin(logSlot);
    this.finish(learningRate);
  }

  /** First half of a sharded step: clipping and moments. Afterwards each rank sends its part of {@linkcode partials} to all others. */
  begin(logSlot = 0): void {
    this.#clip(logSlot);
    if (this.settings.kind === "lamb") this.#lambMoments();
  }

  /** Second half of a sharded step: updates the parameters of this shard. Afterwards each rank sends them to all others. */
  finish(learningRate: number): void {
    if (this.settings.kind === "lamb") this.#lambApply(learningRate);
    else this.#adamw(learningRate);
    this.lossScale?.update(whole(this.#flag));
  }

  /** The part of the flat parameter buffer of each shard. */
  get shards(): Slice[] {
    return this.#ofShards(({ offset, length }) => [offset, offset + length]);
  }

  /** The partial sums of each shard's blocks. LAMB's trust ratios need those of all shards; empty for AdamW. */
  get partials(): View[] {
    if (this.settings.kind !== "lamb") return [];
    const slices = this.#ofShards(({ firstBlock, blockCount }) => [
      2 * firstBlock,
      2 * (firstBlock + blockCount),
    ]);
    return slices.map((slice) => ({ buffer: this.#partial, ...slice }));
  }

  #ofShards(ends: (range: FlatRange) => [start: number, end: number]): Slice[] {
    return Array.from({ length: this.#shard.count }, (_, index) => {
      const own = this.#tables.ranges.filter(({ shard }) => shard === index).map(ends);
      if (own.length === 0) return { offset: 0, length: 0 };
      return { offset: own[0][0], length: own.at(-1)![1] - own[0][0] };
    });
  }

  /**
   * Reads the gradient norms by log slot, and whether a gradient was NaN or infinite. Such a step does not update the weights. With a loss scale, `nonFinite` is
   * set only after the scale has given up.
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
   * Computes the norms of all tensors after the last step, in the order of the parameters. It makes two passes over the parameters and waits for the device.
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
    for (const buffer of this.#buffers) this.#device.free(buffer);
    this.lossScale?.free();
    this.#tables.free();
  }

  #clip(logSlot: number): void {
    const { blockCount } = this.#tables;
    this.#squareSums(this.#gradients, true);
    this.#device.run(optimizerClip, {
      bindings: { partials: whole(this.#partial), norm: whole(this.#norm) },
      uniforms: {
        block_count: blockCount,
        slot: logSlot,
        max_norm: this.settings.maxGradientNorm,
      },
    });
  }

  /** Writes the sum of squares of each block to the partial sums. With `check`, sets the flag if an element is NaN or infinite. */
  #squareSums(buffer: DeviceBuffer, check: boolean): void {
    for (const range of this.#tables.ranges) {
      this.#device.run(optimizerSquareSums, {
        bindings: {
          x: within(buffer, range),
          blocks: range.blocks,
          partials: this.#partialOf(range, 1),
          ...(check && { flag: whole(this.#flag) }),
        },
        uniforms: { block_count: range.blockCount },
        structural: { check },
      });
    }
  }

  /** Calls may overlap: reads are recorded in order, so the partial sums are read before the next call overwrites them. */
  #readSquareSums(buffer: DeviceBuffer): Promise<ArrayLike<number>> {
    this.#squareSums(buffer, false);
    const { blockCount } = this.#tables;
    return this.#device.read({ buffer: this.#partial, offset: 0, length: blockCount });
  }

  #lambMoments(): void {
    const { beta1, beta2, epsilon, weightDecay } = this.settings;
    for (const range of this.#own) {
      this.#device.run(optimizerLambMoments, {
        bindings: {
          weights: within(this.#parameters.values, range),
          gradients: within(this.#gradients, range),
          norm: whole(this.#norm),
          flag: whole(this.#flag),
          blocks: range.blocks,
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

  /** Returns the part of the moments of a range. The buffer starts at the shard's first range. */
  #moments(buffer: DeviceBuffer, { offset, length }: FlatRange): View {
    return { buffer, offset: offset - this.#own[0].offset, length };
  }

  /** Returns the part of the partial sums of a range, with `perBlock` values per block. */
  #partialOf({ firstBlock, blockCount }: FlatRange, perBlock: number): View {
    return {
      buffer: this.#partial,
      offset: perBlock * firstBlock,
      length: perBlock * blockCount,
    };
  }
}

/** Returns the part of a flat buffer of a range. */
function within(buffer: DeviceBuffer, { offset, length }: FlatRange): View {
  return { buffer, offset, length };
}
