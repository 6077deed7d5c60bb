/**
 * Measures time per kernel and variant: with timestamp queries around a separate pass for each run, or, if the adapter does not support
 * them, with the wall clock around a separate submission for each run.
 *
 * @module
 */
import type { KernelProfile, ProfiledRun } from "../device.ts";
import { Profile } from "../profile.ts";
import type { RunCommand } from "../recording.ts";
import type { Plan } from "./encoder.ts";
import type { Faults } from "./faults.ts";
import { timestampNanoseconds } from "./timestamp_unit.ts";

/** A profiler, which the encoder calls. */
export interface Profiler {
  /** Maximum number of runs in a submission. */
  readonly capacity: number;
  /** The descriptor of a pass with this run alone. */
  pass(command: RunCommand<Plan>): GPUComputePassDescriptor;
  /** Called before the commands of a submission are finished. */
  resolve(encoder: GPUCommandEncoder): void;
  /** Called after a submission. */
  submitted(): void;
  /** Waits for submitted work and returns the profile, longest first. */
  end(): Promise<readonly KernelProfile[]>;
}

/** Creates a profiler. `timestamps` is whether the adapter supports timestamp queries. */
export function createProfiler(
  gpu: GPUDevice,
  faults: Faults,
  timestamps: boolean,
  onRun?: (run: ProfiledRun) => void,
): Profiler {
  const profile = new Profile(onRun);
  return timestamps
    ? new TimestampProfiler(gpu, faults, profile)
    : new WallClockProfiler(gpu, profile);
}

class TimestampProfiler implements Profiler {
  readonly capacity = 512;
  readonly #gpu: GPUDevice;
  readonly #faults: Faults;
  readonly #profile: Profile;
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  /** The runs of each submission, and two timestamps for each. */
  readonly #pending: Promise<readonly [RunCommand<Plan>[], BigUint64Array]>[] = [];
  #runs: RunCommand<Plan>[] = [];
  #staging: GPUBuffer | null = null;

  constructor(gpu: GPUDevice, faults: Faults, profile: Profile) {
    this.#gpu = gpu;
    this.#faults = faults;
    this.#profile = profile;
    this.#queries = gpu.createQuerySet({ type: "timestamp", count: 2 * this.capacity });
    this.#resolved = gpu.createBuffer({
      label: "timestamps",
      size: 16 * this.capacity,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
  }

  pass(command: RunCommand<Plan>): GPUComputePassDescriptor {
    const first = 2 * this.#runs.length;
    this.#runs.push(command);
    return {
      timestampWrites: {
        querySet: this.#queries,
        beginningOfPassWriteIndex: first,
        endOfPassWriteIndex: first + 1,
      },
    };
  }

  resolve(encoder: GPUCommandEncoder): void {
    const count = 2 * this.#runs.length;
    if (count === 0) return;
    this.#staging = this.#gpu.createBuffer({
      label: "timestamps",
      size: 8 * count,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    encoder.resolveQuerySet(this.#queries, 0, count, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#staging, 0, 8 * count);
  }

  submitted(): void {
    if (this.#staging === null) return;
    this.#pending.push(this.#collect(this.#runs, this.#staging));
    this.#runs = [];
    this.#staging = null;
  }

  async end(): Promise<readonly KernelProfile[]> {
    const submissions = await Promise.all(this.#pending);
    this.#queries.destroy();
    this.#resolved.destroy();
    const empty = submissions.every(([{ length }]) => length === 0);
    const unit = empty ? 1 : await this.#read(() => timestampNanoseconds(this.#gpu), 1);
    for (const [runs, times] of submissions) {
      runs.forEach((run, i) => {
        const start = Number(times[2 * i]) * unit / 1e6;
        const milliseconds = Number(times[2 * i + 1] - times[2 * i]) * unit / 1e6;
        this.#profile.add(run, run.plan.variant.name, start, milliseconds);
      });
    }
    return this.#profile.list();
  }

  async #collect(
    runs: RunCommand<Plan>[],
    staging: GPUBuffer,
  ): Promise<readonly [RunCommand<Plan>[], BigUint64Array]> {
    return await this.#read(async () => {
      try {
        await staging.mapAsync(GPUMapMode.READ);
        return [runs, new BigUint64Array(staging.getMappedRange().slice(0))];
      } finally {
        staging.destroy();
      }
    }, [[], new BigUint64Array(0)]);
  }

  /** Returns what `body` reads, or `none` if that fails, which is then reported as a fault of the device. */
  async #read<T>(body: () => Promise<T>, none: T): Promise<T> {
    try {
      return await body();
    } catch (error) {
      if (await this.#faults.explanation() === null) {
        this.#faults.report(`Cannot read timestamps: ${(error as Error).message}`);
      }
      return none;
    }
  }
}

class WallClockProfiler implements Profiler {
  readonly capacity = 1;
  readonly #gpu: GPUDevice;
  readonly #profile: Profile;
  readonly #pending: Promise<void>[] = [];
  #run: RunCommand<Plan> | null = null;
  #lastEnd = 0;

  constructor(gpu: GPUDevice, profile: Profile) {
    this.#gpu = gpu;
    this.#profile = profile;
  }

  pass(command: RunCommand<Plan>): GPUComputePassDescriptor {
    this.#run = command;
    return {};
  }

  resolve(): void {}

  submitted(): void {
    const run = this.#run;
    if (run === null) return;
    this.#run = null;
    const start = performance.now();
    this.#pending.push(
      this.#gpu.queue.onSubmittedWorkDone().then(() => {
        const end = performance.now();
        const began = Math.max(start, this.#lastEnd);
        this.#profile.add(run, run.plan.variant.name, began, end - began);
        this.#lastEnd = end;
      }),
    );
  }

  async end(): Promise<readonly KernelProfile[]> {
    await Promise.all(this.#pending);
    return this.#profile.list();
  }
}
