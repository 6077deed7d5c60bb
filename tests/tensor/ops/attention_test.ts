import { assert, assertEquals, assertThrows } from "@std/assert";
import { PlanningDevice, whole } from "../../../src/device/mod.ts";
import { openWebGpuDevice, type WebGpuDevice } from "../../../src/device/webgpu/mod.ts";
import { presetConfig } from "../../../src/model/mod.ts";
import {
  attention,
  DropoutRandom,
  KeyLengths,
  Tape,
  temporaryTensor,
  type Tensor,
} from "../../../src/tensor/mod.ts";
import { RandomStream } from "../../../src/tensor/random/mod.ts";
import { planPretrainingStep } from "../../../src/pretraining/mod.ts";

const SHAPE = { batch: 5, sequence: 20, heads: 2, size: 30 };
/** Distance between queries, keys and values. */
const PITCH = 64;
const adapter = await navigator.gpu?.requestAdapter() ?? null;

/** Returns the output and gradients of attention with dropout. */
async function run(device: WebGpuDevice): Promise<Float32Array[]> {
  const random = new RandomStream(4, 1);
  const tensor = (columns: number): Tensor => {
    const made = temporaryTensor(device, [SHAPE.batch * SHAPE.sequence, columns], "tokens");
    const values = Float32Array.from({ length: made.view.length }, () => random.uniform() - 0.5);
    device.write(made.view, values);
    return made;
  };
  const inputs = tensor(3 * PITCH), upstream = tensor(SHAPE.heads * SHAPE.size);
  const tokens = {
    ...inputs,
    gradient: whole(device.allocate(inputs.view.length, "f32", "gradient")),
  };
  const tape = new Tape(device);
  const context = attention(
    { device, tape, dropout: new DropoutRandom(3, 1, 0) },
    tokens,
    new KeyLengths(device, Uint32Array.of(20, 7, 1, 13, 20)),
    SHAPE,
    0.3,
  );
  tape.accumulate(context, upstream);
  tape.backward();
  const views = [context.view, tokens.gradient];
  const [output, gradient] = await Promise.all(views.map((view) => device.read(view)));
  // The columns between queries, keys and values are undefined.
  const defined = gradient.filter((_, i) => i % PITCH < SHAPE.heads * SHAPE.size);
  return [output as Float32Array, defined as Float32Array];
}

Deno.test({
  name:
    "attention() gives the same bytes when examples are divided into groups that fit in a binding",
  ignore: adapter === null,
  async fn() {
    const free = (await openWebGpuDevice())!;
    const tight = (await openWebGpuDevice({ restrictions: { maxBindingBytes: 62_000 } }))!;
    const [once, grouped] = [await run(free), await run(tight)];
    assert(once.every((values) => values.some((value) => value !== 0)));
    assertEquals(grouped, once);
    await free.destroy();
    await tight.destroy();
  },
});

Deno.test("attention() throws if the tokens of one example do not fit in a binding", () => {
  const device = new PlanningDevice({ maxBufferBytes: 2 ** 30, maxBindingBytes: 4096 });
  const tokens = temporaryTensor(device, [40, 3 * PITCH], "tokens");
  const lengths = new KeyLengths(device, Uint32Array.of(20, 20));
  assertThrows(
    () => attention({ device }, tokens, lengths, { ...SHAPE, batch: 2 }, 0),
    RangeError,
    "but the device's limit is 4096. Use shorter sequences.",
  );
});

Deno.test("a step of albert-xxlarge with eight examples of 512 tokens fits in bindings of 128 MiB", () => {
  const limits = { maxBufferBytes: 2 ** 31 - 1, maxBindingBytes: 2 ** 27 };
  const plan = planPretrainingStep(presetConfig("albert-xxlarge-v2"), 8, 512, 77, { limits });
  assertEquals(plan.encoderParameters, 222_595_584);
});
