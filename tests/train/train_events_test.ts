import { assert, assertEquals, assertRejects } from "@std/assert";
import { openDevice } from "../../src/device/mod.ts";
import { type TrainEvent, trainEvents } from "../../src/train/disk.ts";
import { finetuningTask, Trainer, trainSteps } from "../../src/train/mod.ts";
import { toyCheckpoint, toyConfig, toySettings, toyTask } from "./toy_task.ts";

/** Opens a device and a folder, and returns a function that starts the toy run there. */
async function withRun(
  test: (
    start: (change?: object, signal?: AbortSignal) => AsyncGenerator<TrainEvent, void>,
  ) => Promise<void>,
): Promise<void> {
  await using device = await openDevice({ device: "cpu" });
  const folder = await Deno.makeTempDir();
  const settings = toySettings({ loggingSteps: 2 });
  const run = {
    ...{ device, config: toyConfig, settings, output: `${folder}/run`, resume: true },
    ...{ files: new Map(), provenance: {} },
    task: finetuningTask(toyTask, { config: toyConfig, settings, weights: toyCheckpoint() }),
  };
  try {
    await test((change = {}, signal) => trainEvents({ ...run, ...change }, { signal }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("trainEvents() yields the progress, the evaluations and the result of a run", async () => {
  await withRun(async (start) => {
    const events = await Array.fromAsync(start());
    assertEquals(events.filter(({ type }) => type === "started").length, 1);
    const steps = events.flatMap((event) => event.type === "progress" ? [event.step] : []);
    // There is also one before each evaluation.
    assertEquals(
      steps.filter((step) => step % 2 === 0),
      Array.from({ length: 15 }, (_, i) => 2 * (i + 1)),
    );
    const evaluated = events.flatMap((event) =>
      event.type === "evaluated" ? [event.evaluation] : []
    );
    assert(evaluated.length > 0 && "accuracy" in evaluated[0].metrics);
    const last = events.at(-1)!;
    assert(last.type === "finished");
    assertEquals([last.result.step, last.result.finished], [30, true]);
  });
});

Deno.test("aborting the signal or leaving the loop saves a checkpoint from which the run resumes", async () => {
  await withRun(async (start) => {
    const stop = new AbortController();
    let last: TrainEvent | undefined;
    for await (const event of start({}, stop.signal)) {
      if (event.type === "progress" && event.step === 4) stop.abort();
      last = event;
    }
    assert(last?.type === "finished" && !last.result.finished);
    const stopped = last.result.step;
    assert(stopped >= 4 && stopped < 30, `${stopped}`);
    for await (const event of start()) if (event.type === "progress") break;
    const events = await Array.fromAsync(start());
    const resumed = events.find((event) => event.type === "resumed");
    assert(resumed !== undefined && resumed.step > stopped, `${resumed?.step}`);
    const end = events.at(-1)!;
    assert(end.type === "finished" && end.result.finished);
    await assertRejects(
      () => start({}, AbortSignal.abort(new Error("not now"))).next(),
      Error,
      "not now",
    );
    await assertRejects(
      () => Array.fromAsync(start({ resume: false })),
      Error,
      "already contains a run",
    );
  });
});

Deno.test("trainSteps() yields the log of each step until the last one or an abort", async () => {
  await using device = await openDevice({ device: "cpu" });
  const settings = toySettings();
  const task = finetuningTask(toyTask, { config: toyConfig, settings, weights: toyCheckpoint() });
  const trainer = new Trainer(device, toyConfig, task, { ...settings, loggingSteps: 4 });
  task.initialize(trainer.model, settings.seed);
  const batchesAt = (step: number) => task.batches(step, { start: 0, end: settings.batchSize });
  const logs = await Array.fromAsync(trainSteps(trainer, batchesAt, { steps: 10 }));
  assertEquals(logs.map(({ step }) => step), [...Array(10).keys()]);
  const stop = new AbortController();
  const seen: number[] = [];
  const options = { steps: 30, loggingSteps: 1, signal: stop.signal };
  for await (const { step } of trainSteps(trainer, batchesAt, options)) {
    seen.push(step);
    if (step === 12) stop.abort();
  }
  assertEquals([seen, trainer.step], [[10, 11, 12], 13]);
  const rejects = (change: object, message: string) =>
    assertRejects(
      () => trainSteps(trainer, batchesAt, { steps: 20, ...change }).next(),
      Error,
      message,
    );
  await rejects({ loggingSteps: 5 }, "loggingSteps must be at most the trainer's, 4 (got 5)");
  await rejects({ steps: 0.5 }, "steps must be a positive integer, got 0.5");
  await rejects({ abort: 1 }, 'trainSteps() has no option "abort"; its options are steps');
  trainer.free();
});
