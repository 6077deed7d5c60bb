import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { loaded, WorkerCall, type WorkerModule, workerUrl } from "../../src/workers/mod.ts";
import type { handlers } from "./sample_worker.ts";

type Sample = typeof handlers;

const SAMPLE: WorkerModule<Sample> = {
  name: "sample worker",
  url: new URL("./sample_worker.ts", import.meta.url),
  load: () => import("./sample_worker.ts"),
};

/** The sample worker from other code. */
function running(code: string): WorkerModule<Sample> {
  return { ...SAMPLE, url: new URL(`data:text/javascript,${encodeURIComponent(code)}`) };
}

async function withWorker(
  module: WorkerModule<Sample>,
  run: (worker: WorkerCall<Sample>) => Promise<void>,
): Promise<void> {
  const worker = new WorkerCall(module);
  try {
    await run(worker);
  } finally {
    worker.close();
  }
}

const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

Deno.test("call() returns what the handler returns, and moves memory both ways", () =>
  withWorker(SAMPLE, async (worker) => {
    const numbers = Float32Array.of(1, 2, 3);
    const answer = worker.call("double", numbers, { transfer: [numbers.buffer] });
    assertEquals(numbers.length, 0, "moved, not copied");
    assertEquals(worker.pending, 1);
    const doubled = await answer;
    assertEquals(doubled, Float32Array.of(2, 4, 6));
    assertEquals(worker.pending, 0);
    assertEquals(await worker.call("lengthOfDoubled", undefined), 0, "moved back, not copied");
  }));

Deno.test("call() passes on what a handler reports before it returns", () =>
  withWorker(SAMPLE, async (worker) => {
    const reports: number[] = [];
    const sum = worker.call("sumTo", 4, { onReport: (value) => reports.push(value) });
    assertEquals(await worker.call("sumTo", 2), 3);
    assertEquals(await sum, 10);
    assertEquals(reports, [1, 3, 6, 10]);
  }));

Deno.test("an error of a handler rejects its own call, with its message and class", () =>
  withWorker(SAMPLE, async (worker) => {
    const [bad, good] = [worker.call("fail", "range"), worker.call("sumTo", 1)];
    await assertRejects(() => bad, RangeError, "out of range");
    assertEquals(await good, 1);
    await assertRejects(() => worker.call("fail", "text"), Error, "only text");
    await assertRejects(() => worker.call("fail", "result"), Error, "could not be cloned");
    assertEquals(await worker.call("sumTo", 3), 6, "the worker is still there");
  }));

Deno.test("an argument that cannot be sent rejects its own call", () =>
  withWorker(SAMPLE, async (worker) => {
    const symbol = Symbol("not cloneable") as unknown as number;
    await assertRejects(() => worker.call("sumTo", symbol), Error, "could not be cloned");
    assertEquals(worker.pending, 0);
    assertEquals(await worker.call("sumTo", 3), 6);
  }));

const FAILURES: Record<string, [WorkerModule<Sample>, string]> = {
  "is missing": [
    { ...SAMPLE, url: new URL("./no_such_worker.ts", import.meta.url) },
    "The sample worker failed: Module not found",
  ],
  "imports what is missing": [
    running(`import "data:text/javascript,import%20'https://127.0.0.1:1/offline.ts'"`),
    "The sample worker failed: Import 'https://127.0.0.1:1/offline.ts' failed.",
  ],
  "is not valid JavaScript": [running("let 1"), "The sample worker failed: "],
  "throws at its start": [
    running(`throw new TypeError("no start");`),
    "The sample worker failed: TypeError: no start",
  ],
  "rejects at its start": [
    running(`await Promise.reject(new Error("no start"));`),
    "The sample worker failed: Error: no start",
  ],
  "throws outside of a call": [
    running(`self.onmessage = () => { throw new Error("first\\nsecond"); };`),
    "The sample worker failed: Error: first second",
  ],
};

for (const [what, [module, message]] of Object.entries(FAILURES)) {
  Deno.test(`calls before and after a worker's failure are rejected: a module that ${what}`, () =>
    withWorker(module, async (worker) => {
      const calls = [worker.call("sumTo", 1), worker.call("sumTo", 2)];
      const errors = await Promise.all(
        [...calls, worker.ready].map((call) => assertRejects(() => call, Error, message)),
      );
      assertEquals(errors.map((error) => error.message.includes("\n")), [false, false, false]);
      await assertRejects(() => worker.call("sumTo", 3), Error, message);
      assertEquals(worker.pending, 0);
    }));

  Deno.test(`the first call after a failure that nobody waited for is rejected: a module that ${what}`, () =>
    withWorker(module, async (worker) => {
      await assertRejects(() => worker.ready, Error, message);
      await later(5);
      await assertRejects(() => worker.call("sumTo", 3), Error, message);
    }));
}

for (const way of ["exit", "close", "late rejection"] as const) {
  Deno.test(`a worker that dies in the middle of a call rejects all calls: ${way}`, () =>
    withWorker(SAMPLE, async (worker) => {
      await worker.ready;
      const calls = [worker.call("forever", undefined), worker.call("die", way)];
      const message = way === "late rejection"
        ? "The sample worker failed: Error: too late"
        : "The sample worker failed: it ended before it answered";
      for (const call of calls) await assertRejects(() => call, Error, message);
      await assertRejects(() => worker.call("sumTo", 3), Error, message);
    }));
}

Deno.test("messages that cannot be read reject all calls, on either side", async () => {
  const real = globalThis.Worker;
  let made: Worker | undefined;
  globalThis.Worker = class extends real {
    constructor(url: URL | string, options?: WorkerOptions) {
      super(url, options);
      made = this;
    }
  };
  try {
    await withWorker(SAMPLE, async (worker) => {
      const call = worker.call("forever", undefined);
      made!.dispatchEvent(new MessageEvent("messageerror"));
      await assertRejects(
        () => call,
        Error,
        "The sample worker failed: an answer could not be read",
      );
    });
    await withWorker(SAMPLE, async (worker) => {
      const calls = [worker.call("forever", undefined), worker.call("die", "message error")];
      for (const call of calls) {
        await assertRejects(
          () => call,
          Error,
          "The sample worker failed: a request could not be read",
        );
      }
    });
  } finally {
    globalThis.Worker = real;
  }
});

Deno.test("close() rejects what is pending, at any time and more than once", async () => {
  const worker = new WorkerCall(SAMPLE);
  const early = worker.call("sumTo", 1);
  worker.close();
  await assertRejects(() => early, Error, "The sample worker was closed");
  await assertRejects(() => worker.ready, Error, "The sample worker was closed");
  worker.close();
  await assertRejects(() => worker.call("sumTo", 1), Error, "The sample worker was closed");
  await withWorker(SAMPLE, async (worker) => {
    const stuck = worker.call("spin", undefined);
    await worker.ready;
    worker.close();
    await assertRejects(() => stuck, Error, "The sample worker was closed");
  });
});

Deno.test("an environment without workers is an error of the constructor", () => {
  const real = globalThis.Worker;
  try {
    // deno-lint-ignore no-explicit-any -- as in an environment without workers
    (globalThis as any).Worker = undefined;
    assertThrows(() => new WorkerCall(SAMPLE), Error, "The sample worker failed: ");
  } finally {
    globalThis.Worker = real;
  }
});

Deno.test("loaded() waits for all workers, and then rejects with the first failure", async () => {
  const [failing, slow] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const events: string[] = [];
  const end = loaded([{ ready: slow.promise }, { ready: failing.promise }])
    .then(() => events.push("loaded"), (error) => events.push(error.message));
  failing.reject(new Error("offline"));
  await later(0);
  events.push("slow");
  slow.resolve();
  await end;
  assertEquals(events, ["slow", "offline"]);
  const worker = new WorkerCall(SAMPLE);
  await loaded([worker, { ready: Promise.resolve() }]);
  assertEquals(await worker.call("sumTo", 2), 3);
  worker.close();
});

Deno.test("workerUrl() names the TypeScript of sources and the JavaScript of packages and bundles", () => {
  const name = (base: string) => workerUrl("./x_worker.ts", base).href;
  assertEquals(name("file:///a/src/y.ts"), "file:///a/src/x_worker.ts");
  for (const module of ["y.js", "chunk.mjs", "y.js?v=1f3a"]) {
    assertEquals(name(`file:///a/${module}`), "file:///a/x_worker.js");
  }
  const imported = (module: string) =>
    `data:text/javascript,${encodeURIComponent(`import "${module}";`)}`;
  assertEquals(name("https://jsr.io/a/y.ts"), imported("https://jsr.io/a/x_worker.ts"));
  assertEquals(name("http://[::1]:5173/y.js?v=2"), imported("http://[::1]:5173/x_worker.js"));
  // A bundle that is not a module.
  assertThrows(() => workerUrl("./x_worker.ts", undefined as unknown as string), TypeError);
});
