/** Training that is killed at any moment. */
import { parseSealed, sha256File } from "../../src/files/mod.ts";
import { runDifference } from "./same_bytes.ts";
import { Tally } from "./tally.ts";
import { namesIn, pause, type Running, until, type Workbench } from "./workbench.ts";

/** A run that nothing happened to, and how many milliseconds it took. */
export interface Undisturbed {
  path: string;
  time: number;
}

/** A command that makes a run folder. */
export interface TrainingRun {
  /** The command: `pretrain`, `finetune glue`. */
  name: string;
  /** The words that start it. */
  words(bench: Workbench, output: string): string[];
  /** Steps from one evaluation to the next. */
  evalSteps: number;
  /** The run to compare with, made where it is not there. */
  undisturbed(bench: Workbench): Promise<Undisturbed>;
}

/** When to strike. */
export type Moment = "anywhere" | "after a checkpoint" | "writing a checkpoint" | "evaluating";

/** Waits for a moment in the life of a process; false where it ended before. */
async function comes(
  moment: Moment,
  running: Running,
  run: string,
  span: number,
  evalSteps: number,
  uniform: () => number,
): Promise<boolean> {
  if (moment === "anywhere") {
    await pause(uniform() * span);
    return !running.over();
  }
  if (moment === "after a checkpoint") {
    const before = latest(run);
    const saved = await until(() => latest(run) !== before, running);
    await pause(uniform() * span / 10);
    return saved && !running.over();
  }
  if (moment === "writing a checkpoint") {
    const checkpoints = `${run}/checkpoints`;
    const writing = () => namesIn(checkpoints).some((name) => name.startsWith(".step-"));
    return await until(writing, running);
  }
  // The log of the step is there and the evaluation's line is not: it is being computed.
  const seen = lastEvent(run)?.step ?? -1;
  return await until(() => {
    const event = lastEvent(run);
    return event !== null && event.step > seen && event.step % evalSteps === 0 && "loss" in event;
  }, running);
}

/** Kills runs so many times, at moments taken in turn, and resumes them to their end. */
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
  const { path: whole, time } = await training.undisturbed(bench);
  const uniform = () => bench.random.uniform();
  let run = bench.fresh("killed"),
    pending: { moment: Moment; code: number; sentence: string }[] = [];
  const settle = async (): Promise<void> => {
    if (pending.length === 0) return;
    const end = await bench.albert(...continuing(bench, training, run));
    const difference = end.code === 0
      ? await runDifference(whole, run, { stopped: signal !== "SIGKILL" })
      : end.stderr;
    for (const { moment, code, sentence } of pending) {
      if (difference === null) tally.good(`${moment}: same bytes`, code, sentence || undefined);
      else tally.lost(`${moment}: ${difference}`, code, sentence);
    }
    await Deno.remove(run, { recursive: true });
    [run, pending] = [bench.fresh("killed"), []];
  };
  for (let done = 0; done < kills;) {
    const moment = moments[done % moments.length];
    const running = bench.start(continuing(bench, training, run));
    const came = await comes(moment, running, run, time, training.evalSteps, uniform);
    if (came) running.kill(signal);
    const { code, sentence } = await running.ended;
    if (!came || code === 0 && !sentence.includes("go on with")) {
      // It was finished before it could be hit: that run is judged, and the next one begins.
      await settle();
      await Deno.remove(run, { recursive: true }).catch(() => {});
      continue;
    }
    done++;
    const broken = await brokenCheckpoint(run);
    if (broken === null) pending.push({ moment, code, sentence });
    else tally.lost(`${moment}: after the kill ${broken}`, code, sentence);
  }
  await settle();
  return tally;
}

function continuing(bench: Workbench, { name, words }: TrainingRun, run: string): string[] {
  return namesIn(run).includes("run.json")
    ? [...name.split(" "), "--output", run, "--resume"]
    : words(bench, run);
}

/** What is wrong with the checkpoint that `latest` names, if anything. */
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
