import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RunFolder } from "../../src/train/disk.ts";
import { readRun } from "../../src/report/mod.ts";
import { RunRecorder } from "../../src/train/run_recorder.ts";
import { eventFiles } from "../../src/runs/disk.ts";

const SETTINGS = { settings: { schedule: { totalSteps: 40 } } };

/** Calls `work` with a recorder in the folder of a run that was killed after `done` steps, and with its log. */
async function record(
  path: string,
  done: number,
  work: (recorder: RunRecorder, said: string[]) => Promise<void>,
): Promise<void> {
  const folder = await RunFolder.open(path);
  try {
    await folder.writeSettings(SETTINGS);
    await folder.cutEvents(done);
    const said: string[] = [];
    const recorder = await RunRecorder.start(folder, (line) => said.push(line));
    try {
      await work(recorder, said);
    } finally {
      recorder.close();
    }
  } finally {
    await folder.close();
  }
}

async function inFolder(test: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    await test(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

/** In a new run folder. */
function withRecorder(
  test: (recorder: RunRecorder, path: string, said: string[]) => Promise<void>,
): Promise<void> {
  return inFolder((path) => record(path, 0, (recorder, said) => test(recorder, path, said)));
}

const norms = [{ name: "bias", parameterNorm: 1, gradientNorm: 2, trustRatio: 3 }];
const samples = [{
  pieces: ["▁a", null],
  masks: [{ truth: "b", probability: 0.5, guesses: [{ piece: "b", probability: 0.5 }] }],
}];

/** Returns the number of scalars of this name in the TensorBoard file, by a search for its tag. */
async function countOf(folder: string, tag: string): Promise<number> {
  const names = await eventFiles(folder);
  assertEquals(names.length, 1);
  const text = new TextDecoder("latin1").decode(await Deno.readFile(`${folder}/${names[0]}`));
  return text.split(tag).length - 1;
}

Deno.test("a recorder writes log files, the event file and the report", () =>
  withRecorder(async (recorder, path, said) => {
    await recorder.event({ step: 10, loss: 2 });
    await recorder.event({ step: 10, eval_loss: 3 });
    await recorder.tensors(10, norms);
    await recorder.samples(10, samples);
    await recorder.draw(true);
    assertEquals(said, []);
    const run = await readRun(path);
    assertEquals([run.step, run.events], [10, 2]);
    assertEquals(run.tensors.lines[0].tensors, {
      bias: { parameter_norm: 1, gradient_norm: 2, trust_ratio: 3 },
    });
    assertEquals(run.samples.lines, [{ step: 10, samples }]);
    for (const tag of ["train/loss", "eval/loss", "gradient_norm/bias", "trust_ratio/bias"]) {
      assertEquals(await countOf(path, tag), 1, tag);
    }
    assertStringIncludes(await Deno.readTextFile(`${path}/report.html`), "10 of 40");
  }));

Deno.test("a resumed run cuts the lines of steps that it repeats from every file", () =>
  inFolder(async (path) => {
    await record(path, 0, async (killed) => {
      for (const step of [10, 20, 30]) {
        await killed.event({ step, loss: step });
        await killed.tensors(step, norms);
        await killed.samples(step, samples);
      }
    });
    await record(path, 20, async (resumed) => {
      await resumed.event({ step: 30, loss: 31 });
    });
    const run = await readRun(path);
    assertEquals(
      run.series.get("loss")!.buckets.map(({ first, sum }) => [first, sum]),
      [[10, 10], [20, 20], [30, 31]],
    );
    assertEquals(run.tensors.lines.map(({ step }) => step), [10, 20]);
    assertEquals(run.samples.lines.map(({ step }) => step), [10, 20]);
    assertEquals(await countOf(path, "train/loss"), 3);
    assertEquals(await countOf(path, "parameter_norm/bias"), 2);
  }));

Deno.test("a run continues if its report cannot be written, and logs the error", () =>
  withRecorder(async (recorder, path, said) => {
    // A file cannot replace a folder that is not empty.
    await Deno.mkdir(`${path}/report.html/occupied`, { recursive: true });
    await recorder.event({ step: 10, loss: 2 });
    await recorder.draw(true);
    assertEquals(said.length, 1);
    assertMatch(said[0], /^Cannot draw report\.html: Cannot write .*report\.html/);
    await recorder.event({ step: 20, loss: 1 });
    assertEquals((await readRun(path)).step, 20);
  }));

Deno.test("a report is not redrawn at once, but always at the end", () =>
  withRecorder(async (recorder, path) => {
    const drawn = async () => (await Deno.stat(`${path}/report.html`)).ino;
    await recorder.event({ step: 10, loss: 2 });
    await recorder.draw(false);
    const first = await drawn();
    await recorder.event({ step: 20, loss: 1 });
    await recorder.draw(false);
    assertEquals(await drawn(), first);
    await recorder.draw(true);
    assert(await drawn() !== first);
    assertStringIncludes(await Deno.readTextFile(`${path}/report.html`), "20 of 40");
  }));
