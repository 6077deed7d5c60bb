/**
 * The work of `albert paper lesson`.
 *
 * @module
 */
import { openDevice } from "../../src/device/mod.ts";
import { formatCount } from "../../src/json/mod.ts";
import { type ReportServer, serveReport } from "../../src/report/mod.ts";
import {
  findLesson,
  lessonOutcome,
  LESSONS,
  LiveLesson,
  MIN_SEEDS,
  outcomeText,
  runLesson,
  writeLesson,
} from "../paper/disk.ts";
import { usage } from "./errors.ts";
import { onInterrupt } from "./interrupt.ts";
import { deadlineOf } from "./options.ts";
import type { PaperLessonFlags } from "./paper.ts";
import { createProgress, printNotice } from "./progress.ts";

/** Prints all lessons. */
function listLessons({ json }: PaperLessonFlags): void {
  const list = LESSONS.map(({ id, title, claim, source }) => ({ id, title, claim, source }));
  if (json) return console.log(JSON.stringify(list, null, 2));
  for (const { id, title, claim, source } of list) {
    console.log(`${id.padEnd(16)} ${title}`);
    console.log(`${"".padEnd(16)} ${claim} (${source})`);
  }
}

/** Runs a lesson, or lists all without a name. */
export async function runPaperLesson(
  flags: PaperLessonFlags,
  name: string | undefined,
): Promise<void> {
  if (name === undefined) return listLessons(flags);
  const lesson = usage(() => findLesson(name));
  const { seeds, steps, quiet, input = [], output = `lessons/${lesson.id}` } = flags;
  const deadline = deadlineOf(flags);
  let progress: ReturnType<typeof createProgress> | undefined;
  const log = (line: string) => {
    if (quiet) return;
    if (progress === undefined) printNotice(line);
    else progress.log(line);
  };
  // Every thread opens its own device; this one only decides which.
  const chosen = await openDevice({ device: flags.device, blas: flags.blas, onNotice: log });
  const { kind, blas = "none", adapter } = chosen.description;
  await chosen.destroy();
  let stop = false;
  const endInterrupt = onInterrupt(() => {
    stop = true;
    log("Saving and stopping. Press Ctrl-C again to quit now.");
  });
  const live = new LiveLesson(lesson, output);
  const server = flags.page === false ? null : serve(live, flags.port);
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  try {
    log(
      `${lesson.title}: two models, ${formatCount(seeds, "seed")}, on ${kind} (${adapter})`,
    );
    if (seeds < MIN_SEEDS) {
      log(
        `The claim cannot be resolved with --seeds ${seeds}: a verdict needs at least ${MIN_SEEDS}. ` +
          `--seeds ${MIN_SEEDS} continues from the runs of this command.`,
      );
    }
    const state = await runLesson({
      lesson,
      output,
      seeds,
      steps,
      inputs: input,
      device: kind,
      ...(kind === "cpu" && { blas }),
      log,
      stopRequested: () => stop || performance.now() > deadline,
      progress(done, total) {
        progress ??= createProgress({ title: lesson.id, total, unit: "step", from: done, quiet });
        progress.update(done);
      },
      changed: (state) => live.update(state),
    });
    progress?.end();
    progress = undefined;
    const { user, system } = process.cpuUsage(cpu);
    const written = await writeLesson(output, state, {
      command: commandOf(flags, lesson.id, output),
      cpuSeconds: (user + system) / 1e6,
      seconds: (performance.now() - started) / 1000,
    });
    const left = state.runs.filter(({ result }) => result === null).length;
    const outcome = lessonOutcome(state);
    if (flags.json) {
      const { verdict, reason, statistics: [{ estimate }] } = outcome;
      console.log(JSON.stringify({ lesson: lesson.id, verdict, reason, ...estimate, left }));
      return;
    }
    const { title, text } = outcomeText(outcome);
    if (left > 0) {
      const are = left === 1 ? "is" : "are";
      log(`${left} of ${state.runs.length} runs ${are} not finished; run the same command again`);
    }
    if (!quiet) {
      console.log(`Paper: ${lesson.claim} (${lesson.source})`);
      console.log(`${title}. ${text}`);
    }
    console.log(written[0]);
  } finally {
    progress?.end();
    endInterrupt();
    await server?.close();
  }
}

function commandOf(
  { seeds, steps, input }: PaperLessonFlags,
  name: string,
  output: string,
): string {
  return [
    `albert paper lesson ${name} --seeds ${seeds}`,
    ...(steps === undefined ? [] : [`--steps ${steps}`]),
    ...(input === undefined ? [] : [`--input ${input.map((each) => `'${each}'`).join(" ")}`]),
    `--output ${output}`,
  ].join(" ");
}

/** Serves the page and prints its address. A failure is a notice: the lesson does not depend on it. */
function serve(live: LiveLesson, port?: number): ReportServer | null {
  try {
    const server = serveReport(live, port);
    printNotice(`Watch the lesson at ${server.url}`);
    return server;
  } catch (error) {
    printNotice(`Cannot serve the page: ${(error as Error).message}`);
    return null;
  }
}
