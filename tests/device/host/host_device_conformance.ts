/** Conformance tests of devices in the host's memory. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Device, DeviceError, whole } from "../../../src/device/device.ts";
import { affine, failing, third } from "./toy_kernels.ts";

/** Registers the tests for the device that `open` returns. */
export function testHostDevice(name: string, open: () => Device | Promise<Device>): void {
  const test = (title: string, body: (device: Device) => Promise<void>) =>
    Deno.test(`${name} ${title}`, async () => {
      const device = await open();
      try {
        await body(device);
      } finally {
        await device.destroy();
      }
    });

  test("runs commands in order, with a temporary between them", async (device) => {
    const x = device.allocate(3, "f32", "x");
    const y = device.temporary(3, "f32", "y");
    const z = device.allocate(3, "f32", "z");
    device.write(whole(x), Float32Array.of(1, 2, 3));
    const run = (from: typeof x, to: typeof x, a: number) =>
      device.run(affine, {
        bindings: { x: whole(from), y: whole(to) },
        uniforms: { count: 3, a },
      });
    run(x, y, 2);
    run(y, z, 10);
    assertEquals([...await device.read(whole(z))], [20, 51, 82]);
  });

  test("zeroes allocated memory, also if it was used before", async (device) => {
    const first = device.allocate(100, "f32", "first");
    device.write(whole(first), new Float32Array(100).fill(5));
    assertEquals((await device.read(whole(first)))[99], 5);
    device.free(first);
    const second = device.allocate(100, "u32", "second");
    assertEquals([...await device.read(whole(second))], new Array(100).fill(0));
  });

  test("copies data when it is written and when it is read", async (device) => {
    const x = device.allocate(2, "u32", "x");
    const data = Uint32Array.of(7, 0xffff_ffff);
    device.write(whole(x), data);
    data.fill(1);
    const got = await device.read(whole(x));
    assertEquals([...got], [7, 0xffff_ffff]);
    got.fill(3);
    assertEquals([...await device.read(whole(x))], [7, 0xffff_ffff]);
  });

  test("changes only the range of a view", async (device) => {
    const x = device.allocate(200, "f32", "x");
    device.run(third, {
      bindings: { y: { buffer: x, offset: 64, length: 10 } },
      uniforms: { count: 10 },
    });
    const got = await device.read(whole(x));
    assertEquals(got.findIndex((v) => v !== 0), 64);
    assertEquals(got.filter((v) => v !== 0).length, 10);
  });

  test("shares one recording between reads in the same turn", async (device) => {
    const y = device.temporary(4, "f32", "y");
    device.write(whole(y), Float32Array.of(1, 2, 3, 4));
    const [a, b] = await Promise.all([device.read(whole(y)), device.read(whole(y))]);
    assertEquals([...a], [...b]);
    assertThrows(() => device.write(whole(y), a), TypeError, "its recording has ended");
  });

  test("names a kernel that fails, skips later commands, and recovers after settled()", async (device) => {
    const y = device.allocate(20, "f32", "y");
    device.run(failing, { bindings: { y: whole(y) }, uniforms: { count: 20 } });
    device.run(third, { bindings: { y: whole(y) }, uniforms: { count: 20 } });
    await assertRejects(
      () => device.read(whole(y)),
      DeviceError,
      "Kernel toy.failing failed: item 7 failed",
    );
    await assertRejects(() => device.settled(), DeviceError, "toy.failing");
    await device.settled();
    assertEquals((await device.read(whole(y)))[0], 0);
  });

  test("counts memory, which does not grow over 1,000 recordings", async (device) => {
    const x = device.allocate(1000, "f32", "x");
    const step = async () => {
      const a = device.temporary(1000, "f32", "a");
      const b = device.temporary(900, "f32", "b");
      device.run(affine, {
        bindings: { x: whole(x), y: whole(a) },
        uniforms: { count: 1000, a: 1 },
      });
      device.run(affine, {
        bindings: { x: whole(a), y: whole(b) },
        uniforms: { count: 900, a: 1 },
      });
      const scratch = device.allocate(500, "f32", "scratch");
      device.free(scratch);
      device.flush();
      await device.settled();
    };
    await step();
    const { peakBytes, persistentBytes } = device.memory();
    for (let i = 0; i < 1000; i++) await step();
    assertEquals(device.memory().peakBytes, peakBytes);
    assertEquals(device.memory().persistentBytes, persistentBytes);
    assertEquals(device.memory().buffers, 1);
  });

  test("keeps freed memory until the recording that uses it has run", async (device) => {
    const x = device.allocate(64, "f32", "x");
    const y = device.allocate(64, "f32", "y");
    device.write(whole(x), new Float32Array(64).fill(2));
    device.run(affine, { bindings: { x: whole(x), y: whole(y) }, uniforms: { count: 64, a: 1 } });
    device.free(x);
    const z = device.allocate(64, "f32", "z");
    device.write(whole(z), new Float32Array(64).fill(9));
    assertEquals((await device.read(whole(y)))[1], 3);
    assertThrows(() => device.free(x), TypeError, 'Cannot free buffer "x": it is already freed');
    assertThrows(
      () => device.write(whole(x), Float32Array.of(1)),
      TypeError,
      'buffer "x": it has been freed',
    );
  });

  test("profiles by kernel", async (device) => {
    const y = device.allocate(10, "f32", "y");
    device.startProfile();
    for (let i = 0; i < 3; i++) {
      device.run(third, { bindings: { y: whole(y) }, uniforms: { count: 10 } });
    }
    const [profile] = await device.endProfile();
    assertEquals(
      [profile.kernel, profile.calls, profile.flops, profile.bytes],
      ["toy.third", 3, 30, 240],
    );
    assertEquals(await device.endProfile(), []);
  });

  test("rejects buffers of another device", async (device) => {
    const other = await open();
    const x = other.allocate(4, "f32", "x");
    assertThrows(
      () => device.run(third, { bindings: { y: whole(x) }, uniforms: { count: 4 } }),
      TypeError,
      'binding y cannot be buffer "x": it belongs to another device',
    );
    assertThrows(() => device.write(whole(x), Float32Array.of(1)), TypeError, "another device");
    await assertRejects(() => device.read(whole(x)), TypeError, "another device");
    assertThrows(() => device.free(x), TypeError, "another device");
    await other.destroy();
  });

  test("rejects data of another type than the buffer", (device) => {
    const x = device.allocate(4, "f32", "x");
    const ids = device.allocate(4, "u32", "ids");
    assertThrows(
      () => device.write(whole(x), Uint32Array.of(1)),
      TypeError,
      'Cannot write to buffer "x": it has type f32, got a Uint32Array',
    );
    assertThrows(() => device.write(whole(ids), Float32Array.of(1)), TypeError, "has type u32");
    return Promise.resolve();
  });

  test("keeps the fault of a read that the caller never awaits", async (device) => {
    const y = device.allocate(20, "f32", "y");
    device.run(failing, { bindings: { y: whole(y) }, uniforms: { count: 20 } });
    device.read(whole(y)); // an unhandled rejection would fail this test
    await new Promise((resolve) => setTimeout(resolve, 0));
    await assertRejects(() => device.settled(), DeviceError, "toy.failing");
  });

  test("rejects work after destroy()", async (device) => {
    await device.destroy();
    assertThrows(() => device.allocate(1, "f32", "late"), DeviceError, "after destroy()");
  });
}
