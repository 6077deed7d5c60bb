/**
 * Measures variants of a kernel, after checking that they compute the same bits as the default.
 *
 * @module
 */
import {
  activeBindings,
  float16View,
  type Kernel,
  type Structural,
  type Uniforms,
  type Variant,
} from "../../../../kernels/mod.ts";
import { type Device, type DeviceBuffer, type HostArray, whole } from "../../device.ts";
import { timeRuns } from "../../measure/measure.ts";

/** A run to tune. */
export interface TuningCase {
  /** The kernel. */
  readonly kernel: Kernel;
  /** Structural parameters of the run. */
  readonly structural: Structural;
  /** Uniforms of the run. */
  readonly uniforms: Uniforms;
}

/** The times of the candidates. */
export interface CandidateTimes {
  /** Milliseconds of a run by variant, the default first. Variants in `wrong` are not included. */
  readonly milliseconds: ReadonlyMap<string, number>;
  /** Variants that computed other bits than the default, and must not be used. */
  readonly wrong: readonly string[];
}

/** Calls `record`, which records a run, and makes the device use `variant` for it. */
export type RunWith = (variant: Variant, record: () => void) => void;

const ROUNDS = 5;
/** Approximate duration of a round of one variant, in milliseconds. */
const ROUND_MILLISECONDS = 15;
/** Maximum number of runs in a round. */
const MAX_RUNS = 100;
/** A run that takes longer than this is measured in one round. */
const SLOW_RUN_MILLISECONDS = 300;

/**
 * Checks every candidate against the first, then measures the correct ones in alternating rounds. The time of a variant is that of its
 * fastest round, which other processes disturb least.
 *
 * @throws {DeviceError} if the device fails.
 */
export async function measureCandidates(
  device: Device,
  tuned: TuningCase,
  candidates: readonly Variant[],
  runWith: RunWith,
): Promise<CandidateTimes> {
  const memory = new CaseMemory(device, tuned);
  const run = (variant: Variant) => runWith(variant, () => memory.run());
  try {
    const expected = await memory.outputsOf(() => run(candidates[0]));
    const correct = [candidates[0]], wrong: string[] = [];
    for (const candidate of candidates.slice(1)) {
      if (sameBits(await memory.outputsOf(() => run(candidate)), expected)) correct.push(candidate);
      else wrong.push(candidate.name);
    }
    return { milliseconds: await timeInTurns(device, correct, run), wrong };
  } finally {
    memory.free();
  }
}

async function timeInTurns(
  device: Device,
  variants: readonly Variant[],
  run: (variant: Variant) => void,
): Promise<Map<string, number>> {
  const time = async (variant: Variant, runs: number) =>
    (await timeRuns(device, runs, () => run(variant))).milliseconds;
  const first = await time(variants[0], 1);
  const runs = Math.min(
    Math.max(Math.ceil(ROUND_MILLISECONDS / Math.max(first, 1e-3)), 1),
    MAX_RUNS,
  );
  const rounds = first > SLOW_RUN_MILLISECONDS ? 1 : ROUNDS;
  const best = new Map(variants.map(({ name }) => [name, Infinity]));
  for (let round = 0; round < rounds; round++) {
    for (const variant of variants) {
      best.set(variant.name, Math.min(best.get(variant.name)!, await time(variant, runs)));
    }
  }
  return best;
}

/** The buffers of a case. Outputs are refilled before each check, because some kernels add to them. */
class CaseMemory {
  readonly #device: Device;
  readonly #case: TuningCase;
  readonly #buffers: Readonly<Record<string, DeviceBuffer>>;

  constructor(device: Device, tuned: TuningCase) {
    const { kernel, structural, uniforms } = tuned;
    this.#device = device;
    this.#case = tuned;
    const lengths = kernel.lengths(uniforms, structural);
    this.#buffers = Object.fromEntries(
      activeBindings(kernel, structural).map((name) => [
        name,
        device.allocate(lengths[name], kernel.bindings[name].type, `tuning ${kernel.name} ${name}`),
      ]),
    );
    for (const name in this.#buffers) this.#fill(name);
  }

  run(): void {
    const { kernel, structural, uniforms } = this.#case;
    const bindings = Object.fromEntries(
      Object.entries(this.#buffers).map(([name, buffer]) => [name, whole(buffer)]),
    );
    this.#device.run(kernel, { bindings, structural, uniforms });
  }

  async outputsOf(record: () => void): Promise<HostArray[]> {
    const names = Object.keys(this.#buffers)
      .filter((name) => this.#case.kernel.bindings[name].access === "read_write");
    for (const name of names) this.#fill(name);
    record();
    return await Promise.all(names.map((name) => this.#device.read(whole(this.#buffers[name]))));
  }

  free(): void {
    for (const buffer of Object.values(this.#buffers)) this.#device.free(buffer);
  }

  /** Fills a buffer with numbers from −1 to 1 that depend on its name alone, or with the integers that the kernel declares as usual. */
  #fill(name: string): void {
    const buffer = this.#buffers[name];
    const { type, f16 } = this.#case.kernel.bindings[name];
    if (type === "f32") {
      const numbers = new Float32Array(buffer.length);
      scatter(numbers, name);
      return this.#device.write(whole(buffer), numbers);
    }
    const { usual } = this.#case.kernel;
    const words = new Uint32Array(buffer.length).fill(usual?.(this.#case.uniforms)[name] ?? 0);
    if (f16) scatter(float16View(words), name);
    this.#device.write(whole(buffer), words);
  }
}

function scatter(numbers: Float32Array | Float16Array, name: string): void {
  let state = name.charCodeAt(0);
  for (let i = 0; i < numbers.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    numbers[i] = state / 2 ** 31 - 1;
  }
}

function sameBits(a: readonly HostArray[], b: readonly HostArray[]): boolean {
  return a.every((array, i) => {
    const ours = bitsOf(array), theirs = bitsOf(b[i]);
    return ours.every((word, j) => word === theirs[j]);
  });
}

function bitsOf({ buffer, byteOffset, length }: HostArray): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}
