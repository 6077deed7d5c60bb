/**
 * Comparing what was computed with what PyTorch computed.
 *
 * @module
 */
import type { Device } from "../../src/device/mod.ts";
import type { WritableTensor } from "../../src/weights/mod.ts";
import type { GoldenCase } from "./case.ts";
import { runForward } from "./forward.ts";
import { runTrajectory, type TrajectoryResult } from "./trajectory.ts";

/** `|a − b| ≤ ABSOLUTE + RELATIVE·|b|` for tensors. */
const ABSOLUTE = 1e-5;
const RELATIVE = 1e-4;
/** Losses and gradient norms of a trajectory, relative. */
const TRAJECTORY = 1e-5;

/** The verdict on one case. */
export interface GoldenResult {
  readonly case: string;
  /** Largest error as a multiple of the tolerance; infinite where something is NaN, absent or of another shape, 0 where nothing was expected. */
  readonly worstError: number;
  readonly worstTensor: string;
  readonly ok: boolean;
  /** What was computed: the tensors of `expected.safetensors`, or the final weights. */
  readonly tensors: ReadonlyMap<string, WritableTensor>;
  /** Of an optimizer case. */
  readonly trajectory?: TrajectoryResult["trajectory"];
}

/** Runs a case and compares it. */
export async function checkCase(device: Device, golden: GoldenCase): Promise<GoldenResult> {
  const errors = new Map<string, number>();
  let tensors: ReadonlyMap<string, WritableTensor>;
  let trajectory: TrajectoryResult["trajectory"] | undefined;
  if (golden.trajectory === undefined) tensors = await runForward(device, golden);
  else {
    const result = await runTrajectory(device, golden);
    tensors = result.weights;
    trajectory = result.trajectory;
    for (const key of ["losses", "gradient_norms", "learning_rates"] as const) {
      errors.set(key, worstRelative(trajectory[key], golden.trajectory[key]));
    }
  }
  for (const [name, expected] of golden.expected) {
    errors.set(name, worstMixed(tensors.get(name), expected));
  }
  const [worstTensor, worstError] = [...errors].reduce(
    (a, b) => (b[1] > a[1] ? b : a),
    ["nothing expected", 0],
  );
  return {
    case: golden.name,
    worstError,
    worstTensor,
    ok: worstError <= 1,
    // Only what the case names: an absent loss part is not a result.
    tensors: golden.expected.size === 0
      ? tensors
      : new Map([...tensors].filter(([name]) => golden.expected.has(name))),
    trajectory,
  };
}

function worstMixed(computed: WritableTensor | undefined, reference: WritableTensor): number {
  if (computed?.shape.join() !== reference.shape.join()) return Infinity;
  const actual = computed.data as Float32Array;
  const expected = reference.data as Float32Array;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]) / (ABSOLUTE + RELATIVE * Math.abs(expected[i]));
    // Written so that NaN counts as the worst.
    if (!(error <= worst)) worst = Number.isNaN(error) ? Infinity : error;
  }
  return worst;
}

function worstRelative(actual: readonly number[], expected: readonly number[]): number {
  return expected.reduce((worst, b, i) => {
    const error = Math.abs(actual[i] - b) / (TRAJECTORY * Math.abs(b) || Number.MIN_VALUE);
    return actual[i] === b ? worst : Math.max(worst, Number.isNaN(error) ? Infinity : error);
  }, 0);
}
