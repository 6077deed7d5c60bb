import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { elementwiseScaleAdd, embeddingForward } from "../../../kernels/mod.ts";
import { openCpuDevice } from "../../../src/device/mod.ts";
import { type Device, DeviceError, whole } from "../../../src/device/device.ts";

async function withDevice(body: (device: Device) => Promise<void>): Promise<void> {
  const device = await openCpuDevice({ workers: 2 });
  try {
    await body(device);
  } finally {
    await device.destroy();
  }
}

const MEGABYTE = (1 << 20) / 4;

Deno.test("the CPU device's memory grows past 2 GiB, and all threads compute correctly there", () =>
  withDevice(async (device) => {
    const low = device.allocate(MEGABYTE, "f32", "low");
    device.write(whole(low), new Float32Array(MEGABYTE).map((_, i) => i % 1000));
    device.flush();
    const filler = device.allocate(2100 * MEGABYTE, "f32", "filler");
    const high = device.allocate(MEGABYTE, "f32", "high");
    device.run(elementwiseScaleAdd, {
      bindings: { x: whole(low), y: whole(high) },
      uniforms: { count: MEGABYTE, alpha: 2, beta: 0 },
    });
    const got = await device.read(whole(high));
    assert(got.every((value: number, i: number) => value === 2 * (i % 1000)));
    device.free(filler);
    assertEquals(device.memory().persistentBytes, 2 * 4 * MEGABYTE);
    assertEquals(device.memory().peakBytes, 2102 * 4 * MEGABYTE);
  }));

Deno.test("the CPU device names a buffer that does not fit, and the limit", () =>
  withDevice((device) => {
    assertThrows(
      () => device.allocate(1025 * 4 * MEGABYTE, "f32", "oversized"),
      RangeError,
      "oversized",
    );
    device.allocate(2000 * MEGABYTE, "f32", "first half");
    assertThrows(
      () => device.allocate(2500 * MEGABYTE, "f32", "second half"),
      DeviceError,
      'Cannot allocate buffer "second half"',
    );
    return Promise.resolve();
  }));

Deno.test("an error on a worker thread names the kernel", () =>
  withDevice(async (device) => {
    const [rows, columns] = [4096, 64];
    const f32 = (length: number, label: string) => whole(device.allocate(length, "f32", label));
    const ids = whole(device.allocate(rows, "u32", "ids"));
    // Rows far outside the memory.
    device.write(ids, new Uint32Array(rows).fill(0x00f0_0000));
    const bindings = {
      words: f32(columns, "words"),
      positions: f32(columns * 16, "positions"),
      types: f32(columns, "types"),
      ids,
      type_ids: whole(device.allocate(rows, "u32", "type ids")),
      out: f32(rows * columns, "out"),
    };
    device.run(embeddingForward, { bindings, uniforms: { rows, columns, sequence: 16 } });
    device.flush();
    await assertRejects(() => device.settled(), DeviceError, "Kernel embedding.forward failed");
    // The threads still work.
    device.write(ids, new Uint32Array(rows));
    device.run(embeddingForward, { bindings, uniforms: { rows, columns, sequence: 16 } });
    assertEquals((await device.read(bindings.out))[0], 0);
  }));

Deno.test("an open CPU device does not keep the process alive", async () => {
  const fixture = new URL("./exit_fixture.ts", import.meta.url);
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-read", "--no-check", "--no-lock", "--no-config", fixture.href],
  }).output();
  assertEquals(new TextDecoder().decode(stdout).trim(), "true");
  assertEquals(code, 0);
});

Deno.test("openCpuDevice() rejects a number of workers below 1", async () => {
  await assertRejects(
    () => openCpuDevice({ workers: 0 }),
    RangeError,
    "workers must be at least 1, got 0",
  );
});

Deno.test({
  name: "without permission to read the worker's module, the CPU device computes on one thread",
  permissions: { read: false },
  async fn() {
    const device = await openCpuDevice({ workers: 2 });
    assertEquals(device.description.adapter, "CPU, 1 thread");
    await device.destroy();
  },
});
