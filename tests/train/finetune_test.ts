import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type Device, openDevice } from "../../src/device/mod.ts";
import { encoderSpecs, pretrainingSpecs } from "../../src/model/mod.ts";
import { glueHead, glueTaskDefinition } from "../../src/benchmarks/glue/mod.ts";
import { listedRun } from "../../src/report/mod.ts";
import { readModelFolder, type RunResult, train } from "../../src/train/disk.ts";
import {
  type FinetuneSettings,
  finetuningTask,
  loadFinetuned,
  startFrom,
  type TaskLoadReport,
  taskModel,
} from "../../src/train/mod.ts";
import { tokenizer, toyCheckpoint, toyConfig, toySettings, toyTask } from "./toy_task.ts";

interface Options {
  settings?: Partial<FinetuneSettings>;
  resume?: boolean;
  /** Number of steps after which to stop. */
  stopAfter?: number;
}

async function run(device: Device, output: string, options: Options = {}): Promise<RunResult> {
  let asked = 0;
  const settings = toySettings({
    loggingSteps: 1,
    evalSteps: 4,
    saveSteps: 8,
    ...options.settings,
  });
  return await train({
    device,
    task: finetuningTask(toyTask, {
      config: toyConfig,
      settings,
      weights: toyCheckpoint(),
      weightsSha256: "w",
      dataSha256: "d",
    }),
    config: toyConfig,
    settings,
    output,
    resume: options.resume ?? false,
    files: new Map(Object.entries(tokenizer.toFiles())),
    provenance: {},
    observer: {
      log() {},
      progress() {},
      evaluated() {},
      stopRequested: () => asked++ >= (options.stopAfter ?? Infinity),
    },
  });
}

async function withDevice(body: (device: Device, folder: string) => Promise<void>): Promise<void> {
  const device = await openDevice({ device: "cpu" });
  const folder = await Deno.makeTempDir();
  try {
    await body(device, folder);
  } finally {
    await device.destroy();
    await Deno.remove(folder, { recursive: true });
  }
}

const events = async (folder: string) =>
  (await Deno.readTextFile(`${folder}/events.jsonl`)).trim().split("\n").map((line) => {
    const { tokens_per_second, time, memory_bytes, host_bytes, ...event } = JSON.parse(line);
    assert(!("loss" in event) || tokens_per_second > 0 && memory_bytes > 0 && host_bytes > 0);
    assert(time > 0);
    return event;
  });

Deno.test("a fine-tuning run that was stopped and resumed ends in the same bytes", () =>
  withDevice(async (device, folder) => {
    await run(device, `${folder}/whole`);
    const stopped = await run(device, `${folder}/parts`, { stopAfter: 11 });
    assertEquals([stopped.step, stopped.finished], [11, false]);
    const resumed = await run(device, `${folder}/parts`, { resume: true });
    assertEquals([resumed.step, resumed.finished], [30, true]);
    for (const file of ["model.safetensors", "optimizer.safetensors"]) {
      assertEquals(
        await Deno.readFile(`${folder}/parts/checkpoints/step-30/${file}`),
        await Deno.readFile(`${folder}/whole/checkpoints/step-30/${file}`),
      );
    }
    assertEquals(await events(`${folder}/parts`), await events(`${folder}/whole`));
    // The time of both parts without the pause, the same in all places.
    const { trainingSeconds } = JSON.parse(
      await Deno.readTextFile(`${folder}/parts/results.json`),
    );
    const { summary, record } = await listedRun(`${folder}/parts`);
    assertEquals(trainingSeconds, Math.round(1000 * summary.seconds) / 1000);
    assertEquals((record.settings?.resumed as string[]).length, 1);
    const predictions = "predictions/SST-2.tsv";
    assertEquals(
      await Deno.readTextFile(`${folder}/parts/${predictions}`),
      await Deno.readTextFile(`${folder}/whole/${predictions}`),
    );
  }));

Deno.test("a fine-tuning run keeps the best checkpoint, its metrics and the class names", () =>
  withDevice(async (device, folder) => {
    const result = await run(device, folder);
    const evaluations = (await events(folder)).filter((event) => "eval_accuracy" in event);
    const best = Math.max(...evaluations.map(({ eval_accuracy }) => eval_accuracy));
    assertEquals(result.best, { accuracy: best });
    const first = evaluations.find(({ eval_accuracy }) => eval_accuracy === best)!;
    assertEquals(result.bestStep, first.step);
    const { config } = await readModelFolder(`${folder}/checkpoints/step-${first.step}`);
    assertEquals(config.extra?.id2label, { 0: "negative", 1: "positive" });
    assertEquals(config.extra?.architectures, ["AlbertForSequenceClassification"]);
    const results = JSON.parse(await Deno.readTextFile(`${folder}/results.json`));
    const { best: metrics, seed, epochs, trainExamples, evalExamples, trainingSeconds } = results;
    assertEquals([metrics, seed], [result.best, toySettings().seed]);
    assertEquals([trainExamples, evalExamples], [
      toyTask.train.length,
      toyTask.heldOut[0].examples.length,
    ]);
    const { batchSize } = toySettings();
    assertEquals(epochs, Number((results.step * batchSize / trainExamples).toPrecision(4)));
    assert(trainingSeconds > 0 && trainingSeconds < 600, `${trainingSeconds}`);
    const card = await Deno.readTextFile(`${folder}/checkpoints/step-${first.step}/README.md`);
    assertStringIncludes(card, `| accuracy | ${Number.isInteger(best) ? best : best.toFixed(4)} |`);
    assertStringIncludes(card, "pipeline_tag: text-classification");
    assertStringIncludes(card, 'run = pipeline("text-classification", "FOLDER")');
  }));

Deno.test("fine-tuning stops after evaluations without improvement", () =>
  withDevice(async (device, folder) => {
    const settings = { earlyStopPatience: 2, schedule: { ...toySettings().schedule } };
    const slow = { ...settings, schedule: { ...settings.schedule, peakLearningRate: 1e-9 } };
    const result = await run(device, folder, { settings: slow });
    assertEquals([result.step, result.finished, result.bestStep], [12, true, 4]);
  }));

Deno.test("a used folder and changed settings on resume are rejected by name", () =>
  withDevice(async (device, folder) => {
    await run(device, folder, { stopAfter: 2 });
    await assertRejects(
      () => run(device, folder),
      Error,
      "already contains a run; continue it with --resume",
    );
    await assertRejects(
      () => run(device, folder, { resume: true, settings: { seed: 4 } }),
      Error,
      "--seed was 3 and is now 4",
    );
  }));

Deno.test("NaN ends fine-tuning with an error that names a tensor", () =>
  withDevice(async (device, folder) => {
    const settings = { schedule: { ...toySettings().schedule, peakLearningRate: 1e38 } };
    await assertRejects(() => run(device, folder, { settings }), Error, "NaN or infinite");
  }));

Deno.test("a head that does not match is initialized; the report names initialized and unexpected tensors", () =>
  withDevice((device) => {
    const head = toyTask.headSpecs(toyConfig);
    const model = taskModel(device, toyConfig, toyTask);
    const names = (report: TaskLoadReport) => [report.initialized, report.unexpected.length];
    const classifier = head.map(({ name }) => name);
    // The pretraining heads are not used.
    const pretrained = startFrom(model, toyTask, toyCheckpoint(), 1);
    const unused = pretrainingSpecs(toyConfig).length - encoderSpecs(toyConfig).length;
    assertEquals(names(pretrained), [classifier, unused]);
    const three = glueHead(glueTaskDefinition("mnli")).headSpecs(toyConfig);
    const other = startFrom(
      model,
      toyTask,
      toyCheckpoint([...encoderSpecs(toyConfig), ...three]),
      1,
    );
    assertEquals(other, { initialized: classifier, unexpected: classifier });
    const labeled = { ...toyConfig, extra: { id2label: toyTask.configExtra.id2label } };
    const own = taskModel(device, labeled, toyTask);
    const again = startFrom(own, toyTask, toyCheckpoint([...encoderSpecs(toyConfig), ...head]), 1);
    assertEquals(again, { initialized: [], unexpected: [] });
    // Earlier versions named the classes 0 and 1.
    const former = { ...toyConfig, extra: { id2label: { 0: "0", 1: "1" } } };
    const old = taskModel(device, former, toyTask);
    const whole = toyCheckpoint([...encoderSpecs(toyConfig), ...head]);
    assertEquals(startFrom(old, toyTask, whole, 1), { initialized: [], unexpected: [] });
    const swapped = { ...toyConfig, extra: { id2label: { 0: "positive", 1: "negative" } } };
    const wrong = taskModel(device, swapped, toyTask);
    assertEquals(startFrom(wrong, toyTask, whole, 1).initialized, classifier);
    old.parameters.free();
    wrong.parameters.free();
    assertThrows(
      () => startFrom(model, toyTask, toyCheckpoint(encoderSpecs(toyConfig).slice(1)), 1),
      Error,
      "the checkpoint lacks tensor albert.embeddings.word_embeddings.weight",
    );
    assertThrows(
      () => loadFinetuned(model, toyTask, toyCheckpoint()),
      Error,
      "the checkpoint was not fine-tuned for sst-2: it lacks tensor classifier.bias",
    );
    const { tensors } = toyCheckpoint([...encoderSpecs(toyConfig), ...head]);
    const prefixed = new Map([...tensors].map(([name, tensor]) => [`module.${name}`, tensor]));
    assertThrows(
      () => loadFinetuned(model, toyTask, { tensors: prefixed, metadata: {} }),
      Error,
      "the checkpoint lacks tensor albert.embeddings.word_embeddings.weight",
    );
    const named = { ...toyConfig, extra: { id2label: { 0: "a", 1: "b", 2: "c" } } };
    const many = taskModel(device, named, toyTask);
    assertThrows(
      () => loadFinetuned(many, toyTask, whole),
      Error,
      "id2label in config.json has 3 names, but the classifier has 2 outputs",
    );
    many.parameters.free();
    assert(own.parameters.count > 0);
    model.parameters.free();
    own.parameters.free();
    return Promise.resolve();
  }));
