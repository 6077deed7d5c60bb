/**
 * Runs a lesson: both models side by side, one seed after the other.
 *
 * @module
 */
import type { DeviceName } from "../../../src/device/mod.ts";
import { atomicWriteFile, takeLock } from "../../../src/files/mod.ts";
import { isObject } from "../../../src/json/mod.ts";
import { readRun, type RunRecord } from "../../../src/report/mod.ts";
import { WorkerCall, workerUrl } from "../../../src/workers/mod.ts";
import { type JsonFileKind, readJsonFile } from "../json_file.ts";
import { type Lesson, lessonConfig, type LessonRecipe, lessonSizes } from "./lesson.ts";
import type { LessonState, LessonStateRun } from "./lesson_state.ts";
import { openLessonText, prepareLessonText, textFingerprint } from "./lesson_text.ts";
import { type LessonRun, type LessonRunResult, readLessonResult } from "./train_model.ts";

/** What to run. */
export interface LessonRequest {
  readonly lesson: Lesson;
  /** Folder of the lesson. */
  readonly output: string;
  /** Consecutive seeds, from 1. */
  readonly seeds: number;
  /** Optimizer steps of each run; the lesson's if absent. */
  readonly steps?: number;
  /** The user's text; stories if empty. */
  readonly inputs: readonly string[];
  readonly device: DeviceName;
  readonly blas?: string;
  log(line: string): void;
  stopRequested(): boolean;
  /** Called with the total number of steps before training starts, and the number done. */
  progress(done: number, total: number): void;
  /** Called when the state has changed. */
  changed(state: LessonState): void;
}

interface LessonFile {
  readonly lesson: string;
  readonly recipe: LessonRecipe;
  readonly text: string;
}

const LESSON: JsonFileKind<LessonFile> = {
  isValid: ({ lesson, recipe }) => typeof lesson === "string" && isObject(recipe),
  expected: "lesson, recipe and text",
  fix: "delete the folder and give the command again",
};

/** Milliseconds between two looks at the logs of the runs. */
const LOOK = 2000;

/**
 * Trains what is not finished.
 *
 * @returns the final state; some runs lack a result if a stop was requested
 * @throws {Error} if the folder contains another lesson, or a model cannot be trained.
 */
export async function runLesson(request: LessonRequest): Promise<LessonState> {
  const { lesson, output, seeds, log, progress, changed } = request;
  const recipe = { ...lesson.recipe, steps: request.steps ?? lesson.recipe.steps };
  await Deno.mkdir(output, { recursive: true });
  using _lock = await lockOf(output);
  const folder = `${output}/text`;
  await prepareLessonText(folder, request.inputs, log);
  const text = await openLessonText(folder);
  await record(output, { lesson: lesson.id, recipe, text: textFingerprint(text) });
  const sizes = lesson.models.map((model) =>
    lessonSizes(lessonConfig(recipe, model, text.train.corpus.vocabulary.size))
  );
  const runs = Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed) =>
    lesson.models.map((model): LessonRun => ({
      model,
      seed,
      recipe,
      folder: `${output}/runs/${model.id}-seed-${seed}`,
    }))
  );
  const stateOf = async (): Promise<LessonState> => ({
    lesson,
    recipe,
    sizes,
    seeds,
    text: request.inputs.length === 0 ? "generated stories" : "your text",
    runs: await Promise.all(runs.map(runState)),
  });
  const steps = new Map<LessonRun, number>();
  const open: LessonRun[] = [];
  for (const run of runs) {
    const done = await readLessonResult(run) !== null;
    steps.set(run, done ? recipe.steps : 0);
    if (!done) open.push(run);
  }
  const advance = () =>
    progress([...steps.values()].reduce((sum, step) => sum + step, 0), runs.length * recipe.steps);
  advance();
  changed(await stateOf());
  if (open.length === 0) return await stateOf();
  let looking = true;
  const look = (async () => {
    while (looking) {
      await new Promise((resolve) => setTimeout(resolve, LOOK));
      if (looking) changed(await stateOf());
    }
  })();
  try {
    await trainAll(request, folder, open, (run, step) => {
      steps.set(run, step);
      advance();
    });
  } finally {
    looking = false;
    await look;
  }
  const end = await stateOf();
  changed(end);
  return end;
}

/** Divides the runs between as many threads as models. */
async function trainAll(
  { lesson, device, blas, log, stopRequested }: LessonRequest,
  text: string,
  open: readonly LessonRun[],
  stepped: (run: LessonRun, step: number) => void,
): Promise<void> {
  const left = [...open];
  const work = async () => {
    const thread = new WorkerCall<typeof import("./lesson_worker.ts").handlers>({
      name: "lesson",
      url: workerUrl("./lesson_worker.ts", import.meta.url),
      load: () => import("./lesson_worker.ts"),
    });
    const stopping = setInterval(() => {
      if (stopRequested()) thread.call("stop", undefined).catch(() => {});
    }, 100);
    try {
      await thread.call("start", { text, device, blas });
      while (!stopRequested()) {
        const run = left.shift();
        if (run === undefined) break;
        const result = await thread.call("run", run, { onReport: (step) => stepped(run, step) });
        if (result === null) break;
        stepped(run, run.recipe.steps);
        log(`${run.model.label}, seed ${run.seed}: ${scoresText(lesson, result)}`);
      }
    } finally {
      clearInterval(stopping);
      await thread.call("close", undefined).catch(() => {}); // The call that failed reports it.
      thread.close();
    }
  };
  const ended = await Promise.allSettled(lesson.models.map(work));
  const failed = ended.find((each) => each.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

function scoresText({ statistics }: Lesson, { metrics }: LessonRunResult): string {
  const scores = new Map(statistics.map(({ score }) => [score.metric, score.label]));
  scores.set("mlm_accuracy", "masked-LM accuracy");
  return [...scores].flatMap(([metric, label]) =>
    metric in metrics ? [`${label} ${metrics[metric].toFixed(1)}%`] : []
  ).join(", ");
}

async function runState(run: LessonRun): Promise<LessonStateRun> {
  const record: RunRecord | null = await readRun(run.folder).catch(() => null);
  return { model: run.model, seed: run.seed, record, result: await readLessonResult(run) };
}

async function lockOf(output: string): Promise<Disposable> {
  const lock = await takeLock(`${output}/.lock`);
  return { [Symbol.dispose]: () => lock.close() };
}

async function record(output: string, file: LessonFile): Promise<void> {
  const path = `${output}/lesson.json`;
  const earlier = await readJsonFile(path, LESSON);
  if (earlier !== null && JSON.stringify(earlier) !== JSON.stringify(file)) {
    const what = earlier.lesson === file.lesson
      ? "the same lesson with other settings or text"
      : `the lesson ${earlier.lesson}`;
    throw new Error(`${output} contains ${what}; choose another --output`);
  }
  await atomicWriteFile(path, JSON.stringify(file));
}
