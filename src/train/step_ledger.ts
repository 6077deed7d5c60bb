/**
 * What every trainer keeps of its steps: how many are done, and what each left on the device until somebody reads it.
 *
 * @module
 */
import {
  allGatherParts,
  type DataParallel,
  type ProcessGroup,
  sumFieldsOverRanks,
} from "../distributed/mod.ts";
import type { Parameters } from "../model/mod.ts";
import {
  learningRateAt,
  type LossScaleState,
  type Optimizer,
  type Schedule,
} from "../optim/mod.ts";
import { nonFiniteError } from "./non_finite.ts";

/** What is known of any step, whatever it trains. */
export interface StepFacts {
  /** From 0. */
  readonly step: number;
  /** Of this step. */
  readonly learningRate: number;
  /** Global norm before clipping. */
  readonly gradientNorm: number;
  /** Whether the step met infinity in half precision, so that nothing was updated. */
  readonly skipped: boolean;
}

/** A ring of slots on the device, one for each step between two readings. */
export interface MetricRing<M> {
  /** Reads the first `count` slots and clears all. */
  take(count: number): Promise<M[]>;
}

/** A ring in which every rank has its share of the sums; taking is collective. */
export function sharedRing<M extends object>(
  group: ProcessGroup,
  ring: MetricRing<M>,
): MetricRing<M> {
  return { take: async (count) => await sumFieldsOverRanks(group, await ring.take(count)) };
}

/** What a ledger keeps the books of. */
export interface LedgerParts<M> {
  /** What is trained. */
  readonly parameters: Parameters;
  /** Updates them. */
  readonly optimizer: Optimizer;
  /** Learning rate over time. */
  readonly schedule: Schedule;
  /** What the losses leave. */
  readonly metrics: MetricRing<M>;
  /** Steps between two readings, at most. */
  readonly slots: number;
}

/** The books of a trainer. */
export class StepLedger<M> {
  readonly #parts: LedgerParts<M>;
  #step = 0;
  #read = 0;
  #lossScale: LossScaleState | undefined;

  /** Starts at step 0. */
  constructor(parts: LedgerParts<M>) {
    this.#parts = parts;
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  /** The loss scale at the last reading; absent in float32. */
  get lossScale(): LossScaleState | undefined {
    return this.#lossScale;
  }

  /**
   * Where the step that is being made leaves its metrics.
   *
   * @throws {RangeError} when all slots are taken; see {@linkcode read}.
   */
  get slot(): number {
    const slot = this.#step - this.#read;
    const { slots } = this.#parts;
    if (slot >= slots) throw new RangeError(`The log holds ${slots} steps: read it first`);
    return slot;
  }

  /** Records and starts the update that ends a step. */
  update(): void {
    const { parameters, optimizer, schedule } = this.#parts;
    optimizer.step(learningRateAt(schedule, this.#step), this.slot);
    parameters.device.flush();
    this.#step++;
  }

  /** The same with ranks that may have divided the update among them. Collective. */
  async updateTogether({ group, shardOptimizer }: DataParallel): Promise<void> {
    if (!shardOptimizer) return this.update();
    const { parameters: { device, values }, optimizer, schedule } = this.#parts;
    optimizer.begin(this.slot);
    await allGatherParts(group, device, optimizer.partials);
    optimizer.finish(learningRateAt(schedule, this.#step));
    await allGatherParts(
      group,
      device,
      optimizer.shards.map((part) => ({ buffer: values, ...part })),
    );
    this.#step++;
  }

  /**
   * Waits for the steps since the last reading and returns what they left.
   *
   * @throws {NonFiniteError} when one of them met NaN or infinity, naming the first tensor.
   */
  async read(): Promise<(M & StepFacts)[]> {
    const { parameters, optimizer, schedule, metrics } = this.#parts;
    const first = this.#read;
    const [values, { norms, nonFinite, lossScale }] = await Promise.all([
      metrics.take(this.#step - first),
      optimizer.readLog(),
    ]);
    const logs = values.map((value, i) => ({
      ...value,
      step: first + i,
      learningRate: learningRateAt(schedule, first + i),
      gradientNorm: norms[i],
      skipped: !Number.isFinite(norms[i]),
    }));
    if (nonFinite) throw await nonFiniteError(parameters, logs, first);
    this.#read = this.#step;
    this.#lossScale = lossScale;
    return logs;
  }

  /** Continues after `step` updates. */
  startAt(step: number): void {
    this.#step = step;
    this.#read = step;
  }
}
