/** The CPU device on platforms without some features, each time with real work in memory that has grown. */
import { assert, assertEquals } from "@std/assert";
import process from "node:process";
import { Worker } from "node:worker_threads";
import { elementwiseScaleAdd } from "../../../kernels/mod.ts";
import { openCpuDevice } from "../../../src/device/mod.ts";
import { KIND, WORD } from "../../../src/device/cpu/control.ts";
import { PAGE_BYTES } from "../../../src/device/cpu/heap.ts";
import { makeMemory } from "../../../src/device/cpu/memory.ts";
import { whole } from "../../../src/device/device.ts";

const COUNT = 1 << 20;

/** Opens a device, computes before and after its memory grows, and returns the name of its adapter. */
async function work(): Promise<string> {
  const device = await openCpuDevice({ workers: 2 });
  try {
    const x = device.allocate(COUNT, "f32", "x");
    device.write(whole(x), new Float32Array(COUNT).map((_, i) => i % 977));
    for (const alpha of [2, 3]) {
      const y = device.allocate(COUNT, "f32", "y");
      device.run(elementwiseScaleAdd, {
        bindings: { x: whole(x), y: whole(y) },
        uniforms: { count: COUNT, alpha, beta: 0 },
      });
      const got = await device.read(whole(y));
      assert(got.every((value: number, i: number) => value === alpha * (i % 977)));
      device.allocate(20 * COUNT, "f32", "filler");
    }
    return device.description.adapter;
  } finally {
    await device.destroy();
  }
}

/** Runs `body` with a property of `object` replaced. */
async function replacing(
  object: object,
  name: string,
  value: unknown,
  body: () => Promise<void>,
): Promise<void> {
  const before = Object.getOwnPropertyDescriptor(object, name)!;
  Object.defineProperty(object, name, { value, configurable: true, writable: true });
  try {
    await body();
  } finally {
    Object.defineProperty(object, name, before);
  }
}

Deno.test("the CPU device computes on all threads if it can", async () => {
  assertEquals(await work(), "CPU, 2 threads");
});

Deno.test("without shared memory, the CPU device computes on one thread", () =>
  replacing(globalThis, "SharedArrayBuffer", undefined, async () => {
    assertEquals(await work(), "CPU, 1 thread");
  }));

Deno.test("on a thread that cannot block, such as a browser's main thread, the CPU device computes on one thread", () => {
  const wait = () => {
    throw new TypeError("Atomics.wait cannot be called in this context");
  };
  return replacing(Atomics, "wait", wait, async () => {
    assertEquals(await work(), "CPU, 1 thread");
  });
});

Deno.test("with web workers only, the CPU device computes on all threads", () =>
  replacing(process, "getBuiltinModule", undefined, async () => {
    assertEquals(await work(), "CPU, 2 threads");
  }));

Deno.test("a worker starts and ends in Node, whose workers have no global postMessage()", async () => {
  const { memory } = makeMemory(2 * PAGE_BYTES);
  const url = new URL("../../../src/device/cpu/cpu_worker.ts", import.meta.url).href;
  const code = `delete globalThis.postMessage; await import(${JSON.stringify(url)});`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
  const exited = new Promise((resolve) => worker.on("exit", resolve));
  const messages: unknown[] = [];
  const ready = new Promise<void>((resolve) =>
    worker.on("message", (message) => {
      messages.push(message);
      resolve();
    })
  );
  worker.postMessage({ memory, module: null, scratch: PAGE_BYTES });
  await ready;
  const words = new Int32Array(memory.buffer);
  words[WORD.kind] = KIND.stop;
  Atomics.add(words, WORD.sequence, 1);
  Atomics.notify(words, WORD.sequence);
  assertEquals(await exited, 0);
  // With a global postMessage(), the worker would also report its end.
  assertEquals(messages, ["ready"]);
});

Deno.test("without SIMD, the CPU device computes with references", () =>
  replacing(WebAssembly, "validate", () => false, async () => {
    assertEquals(await work(), "CPU, 2 threads");
  }));

Deno.test("without relaxed SIMD, matrix multiplications round products and sums separately", async () => {
  const { validate } = WebAssembly;
  // Only the relaxed multiply-add has this opcode.
  const withoutRelaxed = (bytes: BufferSource) => {
    const code = new Uint8Array(bytes as ArrayBuffer);
    const relaxed = code.some((byte, i) =>
      byte === 0xfd && code[i + 1] === 0x85 && code[i + 2] === 0x02
    );
    return !relaxed && validate(bytes);
  };
  await replacing(WebAssembly, "validate", withoutRelaxed, async () => {
    const device = await openCpuDevice({ workers: 1 });
    assertEquals(
      device.description.numerics.products,
      "WebAssembly SIMD, multiply, then add",
    );
    await device.destroy();
  });
});
