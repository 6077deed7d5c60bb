/**
 * Tests whether a device computes correctly. Some drivers end long loops early, lose NaN or miscompile matrix multiplications, and none
 * of them reports an error.
 *
 * @module
 */
import type { Capabilities } from "../../../kernels/mod.ts";
import { type Device, type DeviceBuffer, type HostArray, type View, whole } from "../device.ts";
import { openReferenceDevice } from "../host/reference_device.ts";
import {
  halfProbe,
  loopLimitProbe,
  notANumberProbe,
  SUBGROUP_INVOCATIONS,
  subgroupProbe,
} from "./probes.ts";
import { tinyStep } from "./tiny_step.ts";

/** The result of one test. */
export interface Finding {
  /** What was tested. */
  readonly name: string;
  /** A device with a `failed` test must not be used; `noted` is a peculiarity that the kernels work around. */
  readonly outcome: "passed" | "noted" | "failed" | "skipped";
  /** What was found. */
  readonly detail: string;
}

/** Iterations of the tested loop. No kernel of the toolkit makes more than `MIN_ITERATIONS` in one invocation. */
const ITERATIONS = 100_000;
const MIN_ITERATIONS = 65_000;

/** Bound on |a − b| / (|b| + 0.1) between the device and the references. */
const TOLERANCE = 1e-4;

/**
 * Runs every test on a device. `capabilities` are those of its adapter, or null for a device without one.
 * Errors of the device are findings, not exceptions.
 */
export async function selfTest(
  device: Device,
  capabilities: Capabilities | null,
): Promise<readonly Finding[]> {
  return [
    await test(device, "loop limit", () => testLoops(device)),
    await test(device, "NaN", () => testNotANumber(device)),
    await test(device, "half precision", () => testHalf(device, capabilities)),
    await test(device, "subgroups", () => testSubgroups(device, capabilities)),
    ...await testStep(device),
  ];
}

/** The findings of failed tests. */
export function failedFindings(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ outcome }) => outcome === "failed");
}

type Result = Omit<Finding, "name">;

async function test(device: Device, name: string, body: () => Promise<Result>): Promise<Finding> {
  try {
    return { name, ...await body() };
  } catch (error) {
    // Clears the fault, so that the next test does not report it too.
    await device.settled().catch(() => {});
    return { name, outcome: "failed", detail: (error as Error).message };
  }
}

async function testLoops(device: Device): Promise<Result> {
  const [iterations] = await withBuffers(device, 2, null, (y) => {
    device.run(loopLimitProbe, { bindings: { y }, uniforms: { count: ITERATIONS } });
  });
  if (iterations === ITERATIONS) return { outcome: "passed", detail: `${ITERATIONS} iterations` };
  return {
    outcome: iterations >= MIN_ITERATIONS ? "noted" : "failed",
    detail: `a loop of ${ITERATIONS} iterations ends after ${iterations} without an error`,
  };
}

async function testNotANumber(device: Device): Promise<Result> {
  const values = Float32Array.of(NaN, Infinity, 1);
  const found = await withBuffers(device, 9, values, (y, x) => {
    device.run(notANumberProbe, { bindings: { x, y }, uniforms: { count: 3 } });
  });
  const bits = [...found.slice(3)].join("");
  if (bits !== "100110") {
    return { outcome: "failed", detail: "NaN and infinity are not detected by their bits" };
  }
  return found[0] === 1 && found[1] === 0
    ? { outcome: "passed", detail: "detected by comparison and by bits" }
    : { outcome: "noted", detail: "NaN compares equal to itself; detected by bits" };
}

async function testHalf(device: Device, capabilities: Capabilities | null): Promise<Result> {
  if (!capabilities?.shaderF16) return { outcome: "skipped", detail: "not supported" };
  const values = Float32Array.of(1, -2.5, 100, 0.125, 24);
  const found = await withBuffers(device, 15, values, (y, x) => {
    device.run(halfProbe, { bindings: { x, y }, uniforms: { count: 5 } });
  });
  const expected = [...values].flatMap((v) => [v, v + 1, v * 3]);
  return expected.every((v, i) => found[i] === v)
    ? { outcome: "passed", detail: "exact results" }
    : {
      outcome: "failed",
      detail: `got ${[...found].join(", ")}, expected ${expected.join(", ")}`,
    };
}

async function testSubgroups(device: Device, capabilities: Capabilities | null): Promise<Result> {
  const { subgroupSize = null, minSubgroupSize = null } = capabilities ?? {};
  if (minSubgroupSize === null || minSubgroupSize === 1) {
    return { outcome: "skipped", detail: "not supported" };
  }
  const count = SUBGROUP_INVOCATIONS;
  const found = await withBuffers(device, 3 * count, null, (y) => {
    device.run(subgroupProbe, { bindings: { y }, uniforms: { count } });
  });
  const size = found[0];
  const right = size >= minSubgroupSize && Number.isInteger(count / Math.min(size, count)) &&
    (subgroupSize === null || size === subgroupSize);
  for (let i = 0; i < count; i++) {
    const [seen, number, mixed] = found.slice(3 * i);
    const lane = i % size, first = i - lane, lanes = Math.min(size, count);
    const sum = lanes * first + lanes * (lanes - 1) / 2;
    if (!right || seen !== size || number !== lane || mixed !== first + 1 + sum) {
      return {
        outcome: "failed",
        detail: `invocation ${i} of ${count} has subgroup size ${seen}, number ${number}, sum ${
          mixed - first - 1
        }`,
      };
    }
  }
  return { outcome: "passed", detail: `${size} lanes` };
}

async function testStep(device: Device): Promise<Finding[]> {
  const reference = openReferenceDevice({ precision: "f32" });
  try {
    const expected = await tinyStep(reference);
    const found = await tinyStep(device);
    return Object.entries(expected).map(([name, values]) => compare(name, found, values));
  } catch (error) {
    return [{ name: "training step", outcome: "failed", detail: (error as Error).message }];
  } finally {
    await reference.destroy();
  }
}

function compare(
  name: string,
  found: Readonly<Record<string, HostArray>>,
  expected: HostArray,
): Finding {
  let worst = 0;
  expected.forEach((value, i) => {
    // Math.max propagates NaN, which then fails the test.
    worst = Math.max(worst, Math.abs(found[name][i] - value) / (Math.abs(value) + 0.1));
  });
  return {
    name,
    outcome: worst <= TOLERANCE ? "passed" : "failed",
    detail: `differs from the reference by ${worst.toExponential(1)}, tolerance ${TOLERANCE}`,
  };
}

/** Runs a kernel that writes `length` elements of `y`, and reads `y`. `x` has `input` as its contents. */
async function withBuffers(
  device: Device,
  length: number,
  input: Float32Array | null,
  run: (y: View, x: View) => void,
): Promise<HostArray> {
  const buffers: DeviceBuffer[] = [];
  try {
    const y = device.allocate(length, "f32", "self-test results");
    buffers.push(y);
    const x = device.allocate(input?.length ?? 1, "f32", "self-test input");
    buffers.push(x);
    if (input !== null) device.write(whole(x), input);
    run(whole(y), whole(x));
    return await device.read(whole(y));
  } finally {
    for (const buffer of buffers) device.free(buffer);
  }
}
