/** Kills training runs at chosen moments. */
import { parseSealed, sha256File } from "../../src/files/mod.ts";
import { runDifference } from "./same_bytes.ts";
import { Tally } from "./tally.ts";
import { namesIn, pause, type Running, waitUntil, type Workbench } from "./workbench.ts";

/** An uninterrupted run and its duration in milliseconds. */
export interface Baseline {
  path: string;
  time: number;
}

/** A training command. */
export interface TrainingRun {
  /** Name of the command: `pretrain`, `finetune glue`. */
  name: string;
  /** Arguments that start the run. */
  args(bench: Workbench, output: string): string[];
  /** Steps between evaluations. */
  evalSteps: number;
  /** Returns the uninterrupted run to compare with. */
  baseline(bench: Workbench): Promise<Baseline>;
}

/** When to send the signal. */
export type Moment = "anywhere" | "after a checkpoint" | "writing a checkpoint" | "evaluating";

/** Waits for a moment. Returns false if the process has exited before. */
async function waitForMoment(
  moment: Moment,
  running: Running,
  run: string,
  span: number,
  evalSteps: number,
  uniform: () => number,
): Promise<boolean> {
  if (moment === "anywhere") {
    await pause(uniform() * span);
    return !running.hasExited();
  }
  if (moment === "after a checkpoint") {
    const before = latest(run);
    const saved = await waitUntil(() => latest(run) !== before, running);
    await pause(uniform() * span / 10);
    return saved && !running.hasExited();
  }
  if (moment === "writing a checkpoint") {
    const checkpoints = `${run}/checkpoints`;
    const writing = () => namesIn(checkpoints).some((name) => name.startsWith(".step-"));
    return await waitUntil(writing, running);
  }
  // The evaluation is running if the log has the line of its step, but not yet that of the evaluation.
  const seen = lastEvent(run)?.step ?? -1;
  return await waitUntil(() => {
    const event = lastEvent(run);
    return event !== null && event.step > seen && event.step % evalSteps === 0 && "loss" in event;
  }, running);
}

/** Kills runs `kills` times, at each moment in turn, and resumes them until they finish. */
export async function killTraining(
  bench: Workbench,
  training: TrainingRun,
  kills: number,
  signal: "SIGKILL" | "SIGTERM" | "SIGINT",
  moments: readonly Moment[] = [
    "anywhere",
    "after a checkpoint",
    "writing a checkpoint",
    "evaluating",
  ],
): Promise<Tally> {
  const tally = new Tally(`${training.name}, ${signal}`);
  const { path: expected, time } = await training.baseline(bench);
  const uniform = () => bench.random.uniform();
  let run = bench.newPath("killed"),
    pending: { moment: Moment; code: number; lastLine: string }[] = [];
  const settle = async (): Promise<void> => {
    if (pending.length === 0) return;
    const end = await bench.albert(...continuing(bench, training, run));
    const difference = end.code === 0
      ? await runDifference(expected, run, { stopped: signal !== "SIGKILL" })
      : end.stderr;
    for (const { moment, code, lastLine } of pending) {
      if (difference === null) tally.pass(`${moment}: same bytes`, code, lastLine || undefined);
      else tally.fail(`${moment}: ${difference}`, code, lastLine);
    }
    await Deno.remove(run, { recursive: true });
    [run, pending] = [bench.newPath("killed"), []];
  };
  for (let done = 0; done < kills;) {
    const moment = moments[done % moments.length];
    const running = bench.start(continuing(bench, training, run));
    const reached = await waitForMoment(moment, running, run, time, training.evalSteps, uniform);
    if (reached) running.kill(signal);
    const { code, lastLine } = await running.ended;
    if (!reached || code === 0 && !lastLine.includes("--resume")) {
      // The run finished before the signal, so it is compared and a new one starts.
      await settle();
      await Deno.remove(run, { recursive: true }).catch(() => {});
      continue;
    }
    done++;
    const broken = await brokenCheckpoint(run);
    if (broken === null) pending.push({ moment, code, lastLine });
    else tally.fail(`${moment}: after the kill ${broken}`, code, lastLine);
  }
  await settle();
  return tally;
}

function continuing(bench: Workbench, { name, args }: TrainingRun, run: string): string[] {
  return namesIn(run).includes("run.json")
    ? [...name.split(" "), "--output", run, "--resume"]
    : args(bench, run);
}

/** Describes what is wrong with the latest checkpoint, or returns null. */
export async function brokenCheckpoint(run: string): Promise<string | null> {
  const name = latest(run);
  if (name === "") return null;
  const path = `${run}/checkpoints/${name}`;
  try {
    const { sha256 } = parseSealed(await Deno.readTextFile(`${path}/trainer.json`));
    for (const [file, sum] of Object.entries(sha256 as Record<string, string>)) {
      if (await sha256File(`${path}/${file}`) !== sum) return `${path}/${file} is damaged`;
    }
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

function latest(run: string): string {
  try {
    return Deno.readTextFileSync(`${run}/checkpoints/latest`).trim();
  } catch {
    return "";
  }
}

function lastEvent(run: string): { step: number } & Record<string, unknown> | null {
  try {
    const lines = Deno.readTextFileSync(`${run}/events.jsonl`).split("\n");
    return lines.length < 2 ? null : JSON.parse(lines.at(-2)!);
  } catch {
    return null;
  }
}
