/**
 * Finds out whether a device computes what it should. Drivers exist that end long loops early, that lose NaN, or that miscompile
 * products; none of them says so.
 *
 * @module
 */
import type { Capabilities } from "../../../kernels/mod.ts";
import { type Device, type DeviceBuffer, type HostArray, whole } from "../device.ts";
import { openReferenceDevice } from "../reference/mod.ts";
import { halfProbe, loopLimitProbe, notANumberProbe, subgroupProbe } from "./probes.ts";
import { tinyStep } from "./tiny_step.ts";

/** One question and its answer. */
export interface Finding {
  /** What was asked. */
  readonly name: string;
  /** `wrong` forbids the device's use; `noted` is a peculiarity that the kernels are written for. */
  readonly outcome: "right" | "noted" | "wrong" | "skipped";
  /** The answer, or what is wrong with it. */
  readonly detail: string;
}

/** Rounds of the loop that tells; no kernel of ours makes more than `LEAST_ROUNDS` in one invocation. */
const ROUNDS = 100_000;
const LEAST_ROUNDS = 65_000;

/** Bound on |a − b| / (|b| + 0.1) between the device and the references. */
const TOLERANCE = 1e-4;

/**
 * Asks a device every question. `capabilities` are those of its adapter; a device without one answers by the kernels' references.
 * A fault of the device is a finding, not an exception.
 */
export async function selfTest(
  device: Device,
  capabilities: Capabilities | null,
): Promise<readonly Finding[]> {
  return [
    await ask(device, "loop limit", () => testLoops(device)),
    await ask(device, "NaN", () => testNotANumber(device)),
    await ask(device, "half precision", () => testHalf(device, capabilities)),
    await ask(device, "subgroups", () => testSubgroups(device, capabilities)),
    ...await testStep(device),
  ];
}

/** The findings that forbid the device's use. */
export function wrongFindings(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ outcome }) => outcome === "wrong");
}

type Answer = Omit<Finding, "name">;

async function ask(
  device: Device,
  name: string,
  question: () => Promise<Answer>,
): Promise<Finding> {
  try {
    return { name, ...await question() };
  } catch (error) {
    // The next question must not answer for this one's fault.
    await device.settled().catch(() => {});
    return { name, outcome: "wrong", detail: (error as Error).message };
  }
}

async function testLoops(device: Device): Promise<Answer> {
  const rounds = await withBuffers(device, 2, null, (y) => {
    device.run(loopLimitProbe, { bindings: { y: whole(y) }, uniforms: { count: ROUNDS } });
  });
  if (rounds[0] === ROUNDS) return { outcome: "right", detail: `${ROUNDS} rounds` };
  return {
    outcome: rounds[0] >= LEAST_ROUNDS ? "noted" : "wrong",
    detail: `a loop of ${ROUNDS} rounds ends after ${rounds[0]} without an error`,
  };
}

async function testNotANumber(device: Device): Promise<Answer> {
  const values = Float32Array.of(NaN, Infinity, 1);
  const found = await withBuffers(device, 9, values, (y, x) => {
    device.run(notANumberProbe, { bindings: { x, y: whole(y) }, uniforms: { count: 3 } });
  });
  const bits = [...found.slice(3)].join("");
  if (bits !== "100110") {
    return { outcome: "wrong", detail: "NaN and infinity are not recognized by their bits" };
  }
  return found[0] === 1 && found[1] === 0
    ? { outcome: "right", detail: "recognized by comparison and by bits" }
    : { outcome: "noted", detail: "NaN equals itself in comparisons; its bits are right" };
}

async function testHalf(device: Device, capabilities: Capabilities | null): Promise<Answer> {
  if (!capabilities?.shaderF16) return { outcome: "skipped", detail: "no half precision here" };
  const values = Float32Array.of(1, -2.5, 100, 0.125, 24);
  const found = await withBuffers(device, 20, values, (y, x) => {
    device.run(halfProbe, { bindings: { x, y: whole(y) }, uniforms: { count: 5 } });
  });
  const expected = [...values].flatMap((v) => [v + 1, v * 3, v / 4, Math.abs(v)]);
  return expected.every((v, i) => found[i] === v)
    ? { outcome: "right", detail: "exact where it should be" }
    : { outcome: "wrong", detail: `half precision gives ${[...found].join(", ")}` };
}

async function testSubgroups(device: Device, capabilities: Capabilities | null): Promise<Answer> {
  const size = capabilities?.subgroupSize ?? null;
  if (size === null || size === 1) {
    return { outcome: "skipped", detail: "no subgroups of one known size here" };
  }
  const found = await withBuffers(device, 3 * size, null, (y) => {
    device.run(subgroupProbe, { bindings: { y: whole(y) }, uniforms: { count: size } });
  });
  for (let lane = 0; lane < size; lane++) {
    const [seen, number, mixed] = found.slice(3 * lane);
    if (seen !== size || number !== lane || mixed !== 1 + size * (size - 1) / 2) {
      return {
        outcome: "wrong",
        detail: `lane ${lane} of ${size} sees size ${seen}, number ${number}, sum ${mixed - 1}`,
      };
    }
  }
  return { outcome: "right", detail: `${size} lanes` };
}

async function testStep(device: Device): Promise<Finding[]> {
  const reference = openReferenceDevice({ precision: "f32" });
  try {
    const expected = await tinyStep(reference);
    const found = await tinyStep(device);
    return Object.entries(expected).map(([name, values]) => compare(name, found, values));
  } catch (error) {
    return [{ name: "training step", outcome: "wrong", detail: (error as Error).message }];
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
    // Math.max keeps a NaN once it has one.
    worst = Math.max(worst, Math.abs(found[name][i] - value) / (Math.abs(value) + 0.1));
  });
  return {
    name,
    outcome: worst <= TOLERANCE ? "right" : "wrong",
    detail: `differs from the reference by ${worst.toExponential(1)}, at most ${TOLERANCE} allowed`,
  };
}

/** Runs something that writes `length` numbers, from `input` where there is one, and reads them. */
async function withBuffers(
  device: Device,
  length: number,
  input: Float32Array | null,
  run: (y: DeviceBuffer, x: ReturnType<typeof whole>) => void,
): Promise<HostArray> {
  const y = device.allocate(length, "f32", "self-test results");
  const x = device.allocate(input?.length ?? 1, "f32", "self-test input");
  try {
    if (input !== null) device.write(whole(x), input);
    run(y, whole(x));
    return await device.read(whole(y));
  } finally {
    device.free(x);
    device.free(y);
  }
}
