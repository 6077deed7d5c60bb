/**
 * Losses and accuracies of training steps. They stay on the device until the log is read, since reading costs more than a small step.
 *
 * @module
 */
import { type Device, type DeviceBuffer, whole } from "../device/mod.ts";
import type { LossTarget } from "../tensor/mod.ts";
import { madeSteps } from "./precision.ts";

/** Means over the examples of a step by name: `loss_mlm`, `accuracy_mlm`. */
export type StepMetrics = Readonly<Record<string, number>>;

/** Returns the name of a loss's metric: `loss_mlm`, or `loss` for the loss without a name. */
function metricName(metric: "loss" | "accuracy", loss: string): string {
  return loss === "" ? metric : `${metric}_${loss}`;
}

/** Returns the sum of the losses among some metrics. */
export function totalLoss(losses: readonly string[], metrics: StepMetrics): number {
  return losses.reduce((sum, loss) => sum + metrics[metricName("loss", loss)], 0);
}

/** Slots on the device for the metrics of each step between two readings. */
export class MetricRing {
  readonly #device: Device;
  readonly #losses: readonly string[];
  readonly #buffer: DeviceBuffer;

  /**
   * Allocates the slots, all zero.
   *
   * @param losses names of the losses
   * @param slots number of steps between two readings
   */
  constructor(device: Device, losses: readonly string[], slots: number) {
    this.#device = device;
    this.#losses = losses;
    this.#buffer = device.allocate(2 * losses.length * slots, "f32", "metrics");
  }

  /**
   * Returns the target of each loss.
   *
   * @param slot number of the step since the last reading
   * @param counts denominator of each loss over the whole step, all micro-batches and ranks
   */
  targets(slot: number, counts: readonly number[]): LossTarget[] {
    const first = 2 * this.#losses.length * slot;
    return this.#losses.map((_, i) => ({
      metrics: whole(this.#buffer),
      lossSlot: first + 2 * i,
      correctSlot: first + 2 * i + 1,
      // Weights of examples may add up to less than 1.
      scale: counts[i] > 0 ? 1 / counts[i] : 1,
    }));
  }

  /** Reads the first `count` slots, then clears all: losses first, then accuracies. An accuracy is 0 if its loss does not count correct answers. */
  async take(count: number): Promise<StepMetrics[]> {
    const reading = this.#device.read(whole(this.#buffer));
    this.#device.write(whole(this.#buffer), new Float32Array(this.#buffer.length));
    const values = await reading;
    return Array.from({ length: count }, (_, slot) => {
      const first = 2 * this.#losses.length * slot;
      const field = (metric: "loss" | "accuracy", offset: number) =>
        this.#losses.map((loss, i) => [metricName(metric, loss), values[first + 2 * i + offset]]);
      return Object.fromEntries([...field("loss", 0), ...field("accuracy", 1)]);
    });
  }

  /** Frees the slots. */
  free(): void {
    this.#device.free(this.#buffer);
  }
}

/** The log of one step. */
export interface StepLog {
  /** Step number, from 0. */
  readonly step: number;
  /** Sum of all losses, in nats. */
  readonly loss: number;
  /** Each loss and accuracy. */
  readonly metrics: StepMetrics;
  /** Tokens of all ranks. */
  readonly tokens: number;
  /** Learning rate of this step. */
  readonly learningRate: number;
  /** Global gradient norm before clipping. */
  readonly gradientNorm: number;
  /** Whether the step overflowed in half precision and updated nothing. */
  readonly skipped: boolean;
}

/** Means over the steps between two lines of the log. */
export interface LogWindow {
  /** Sum of all losses, in nats. */
  readonly loss: number;
  /** Each loss and accuracy. */
  readonly metrics: StepMetrics;
  /** Learning rate of the last step. */
  readonly learningRate: number;
  /** Gradient norm of the last step. */
  readonly gradientNorm: number;
  /** Throughput. */
  readonly tokensPerSecond: number;
  /** Optimizer steps per second. */
  readonly stepsPerSecond: number;
}

/**
 * Averages the logs of some steps; skipped steps do not count unless all were skipped.
 *
 * @param losses names of the losses
 * @param logs at least one
 * @param seconds time that the steps took
 */
export function logWindow(
  losses: readonly string[],
  logs: readonly StepLog[],
  seconds: number,
): LogWindow {
  const steps = madeSteps(logs);
  const mean = (name: string) =>
    steps.reduce((sum, { metrics }) => sum + metrics[name], 0) / steps.length;
  const metrics = Object.fromEntries(
    Object.keys(steps[0].metrics).map((name) => [name, mean(name)]),
  );
  const { learningRate, gradientNorm } = steps.at(-1)!;
  return {
    loss: totalLoss(losses, metrics),
    metrics,
    learningRate,
    gradientNorm,
    tokensPerSecond: logs.reduce((sum, { tokens }) => sum + tokens, 0) / seconds,
    stepsPerSecond: logs.length / seconds,
  };
}
