/** Ctrl-C once and twice, and `--max-time`. */
import { pretrainWords, undisturbedRun } from "./pretraining.ts";
import { runDifference } from "./same_bytes.ts";
import { Tally } from "./tally.ts";
import { brokenCheckpoint } from "./training_kills.ts";
import { namesIn, pause, until, type Workbench } from "./workbench.ts";

/** A second Ctrl-C while the first still waits for the end of an evaluation. */
export async function interruptTwice(bench: Workbench, times: number): Promise<Tally> {
  const tally = new Tally("Ctrl-C twice");
  await undisturbedRun(bench);
  for (let i = 0; i < times; i++) {
    const run = bench.fresh("twice");
    const running = bench.start([
      ...["pretrain", "--config", "nano", "--data", `${bench.folder}/data`, "--output", run],
      ...["--steps", "3", "--batch-size", "4", "--save-steps", "1", "--eval-steps", "2"],
      ...["--validation-fraction", "0.5", "--eval-examples", "100000", "--logging-steps", "1"],
      ...["--micro-batch-size", "4", "--device", "cpu"],
    ]);
    const lines = () => {
      if (!namesIn(run).includes("events.jsonl")) return 0;
      return Deno.readTextFileSync(`${run}/events.jsonl`).split("\n").length - 1;
    };
    await until(() => lines() >= 2, running);
    running.kill("SIGINT");
    await pause(900);
    const start = performance.now();
    const alive = running.kill("SIGINT");
    const { code, stderr } = await running.ended;
    const seconds = (performance.now() - start) / 1000;
    const broken = await brokenCheckpoint(run);
    const said = stderr.split("\n").find((line) => line.includes("again to quit")) ?? "";
    if (alive && code === 130 && seconds < 2 && broken === null && said !== "") {
      tally.good("quit at once, checkpoint whole", code, said);
    } else tally.lost(broken ?? `quit after ${seconds.toFixed(1)} s`, code, stderr);
  }
  return tally;
}

/** A run in portions of time. */
export async function maxTime(bench: Workbench): Promise<Tally> {
  const tally = new Tally("--max-time");
  const { path: undisturbed } = await undisturbedRun(bench);
  const run = bench.fresh("portions");
  let words = [...pretrainWords(bench, run), "--max-time", "1.5s"];
  const portions: { code: number; sentence: string }[] = [];
  for (let stopped = true; stopped && portions.length < 100;) {
    const { code, sentence, stderr } = await bench.albert(...words);
    if (code !== 0) tally.lost("failed", code, stderr);
    stopped = sentence.includes("go on with: albert pretrain");
    portions.push({ code, sentence });
    words = ["pretrain", "--output", run, "--resume", "--max-time", "3s"];
  }
  const difference = await runDifference(undisturbed, run, { stopped: true });
  for (const { code, sentence } of portions) {
    if (difference === null) tally.good("same bytes", code, sentence);
    else tally.lost(difference, code, sentence);
  }
  return tally;
}
