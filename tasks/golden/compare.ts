/**
 * Computes golden cases and compares the results with PyTorch's.
 *
 * @module
 */
import type { Device } from "../../src/device/mod.ts";
import { atomicWriteFile } from "../../src/files/mod.ts";
import { inPieces } from "../../src/train/model_folder.ts";
import { encodeSafetensors, type WritableTensor } from "../../src/weights/mod.ts";
import type { GoldenCase } from "./case.ts";
import { runForward } from "./forward.ts";
import { runTrajectory, type TrajectoryResult } from "./trajectory.ts";

/** Tolerance for tensors: `|a − b| ≤ ABSOLUTE + RELATIVE·|b|`. */
const ABSOLUTE = 1e-5;
const RELATIVE = 1e-4;
/** Relative tolerance for losses, gradient norms and learning rates of a trajectory. */
const TRAJECTORY = 1e-5;

/** The result of a case. */
export interface GoldenResult {
  readonly case: string;
  /** Largest error as a multiple of the tolerance; infinite for NaN, missing tensors and wrong shapes, 0 without expected values. */
  readonly worstError: number;
  readonly worstTensor: string;
  readonly ok: boolean;
  /** The computed tensors of `expected.safetensors`, or the final weights. */
  readonly tensors: ReadonlyMap<string, WritableTensor>;
  /** The computed trajectory of an optimizer case. */
  readonly trajectory?: TrajectoryResult["trajectory"];
}

/** Computes a case and compares it with the expected values. */
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
    // Only tensors that the case expects: a loss that it does not have is not a result.
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
    // The negation also catches NaN.
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

/** Writes `actual.safetensors`, and `actual.json` for an optimizer case, to `FOLDER/CASE/`. */
export async function writeActual(folder: string, result: GoldenResult): Promise<void> {
  const path = `${folder}/${result.case}`;
  await Deno.mkdir(path, { recursive: true });
  await atomicWriteFile(
    `${path}/actual.safetensors`,
    inPieces(encodeSafetensors(result.tensors)),
  );
  if (result.trajectory !== undefined) {
    await atomicWriteFile(`${path}/actual.json`, `${JSON.stringify(result.trajectory, null, 1)}\n`);
  }
}
