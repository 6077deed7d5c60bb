/** Ctrl-C twice, `--max-time`, and two processes with one folder. */
import { PREPARE } from "./file_kills.ts";
import { folderDifference, runDifference } from "./same_bytes.ts";
import { Tally } from "./tally.ts";
import { brokenCheckpoint } from "./training_kills.ts";
import { baselineRun, pretrainArgs } from "./training_runs.ts";
import { namesIn, pause, waitUntil, type Workbench } from "./workbench.ts";

/** Sends a second Ctrl-C while the run still completes an evaluation after the first. */
export async function interruptTwice(bench: Workbench, times: number): Promise<Tally> {
  const tally = new Tally("Ctrl-C twice");
  await baselineRun(bench);
  for (let i = 0; i < times; i++) {
    const run = bench.newPath("twice");
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
    await waitUntil(() => lines() >= 2, running);
    running.kill("SIGINT");
    await pause(900);
    const start = performance.now();
    const alive = running.kill("SIGINT");
    const { code, stderr } = await running.ended;
    const seconds = (performance.now() - start) / 1000;
    const broken = await brokenCheckpoint(run);
    const message = stderr.split("\n").find((line) => line.includes("again to quit")) ?? "";
    if (alive && code === 130 && seconds < 10 && broken === null && message !== "") {
      tally.pass("exited at once, checkpoint intact", code, message);
    } else tally.fail(broken ?? `exited after ${seconds.toFixed(1)} s`, code, stderr);
  }
  return tally;
}

/** Trains in several runs of limited time. */
export async function maxTime(bench: Workbench): Promise<Tally> {
  const tally = new Tally("--max-time");
  const { path: expected } = await baselineRun(bench);
  const run = bench.newPath("parts");
  let args = [...pretrainArgs(bench, run), "--max-time", "1.5s"];
  const parts: { code: number; lastLine: string }[] = [];
  for (let stopped = true; stopped && parts.length < 100;) {
    const { code, lastLine, stderr } = await bench.albert(...args);
    if (code !== 0) tally.fail("failed", code, stderr);
    stopped = /albert pretrain .*--resume/.test(lastLine);
    parts.push({ code, lastLine });
    args = ["pretrain", "--output", run, "--resume", "--max-time", "3s"];
  }
  const difference = await runDifference(expected, run, { stopped: true });
  for (const { code, lastLine } of parts) {
    if (difference === null) tally.pass("same bytes", code, lastLine);
    else tally.fail(difference, code, lastLine);
  }
  return tally;
}

/** Starts a second run in the folder of a running one. The second must be rejected, and the first must continue. */
export async function twoOwners(
  bench: Workbench,
  resumes: readonly boolean[] = [false, true],
): Promise<Tally> {
  const tally = new Tally("two runs, one folder");
  const { path: expected } = await baselineRun(bench);
  for (const resume of resumes) {
    const run = bench.newPath("shared");
    const first = bench.start(pretrainArgs(bench, run));
    await waitUntil(() => namesIn(run).includes("events.jsonl"), first);
    const second = await bench.albert(
      ...pretrainArgs(bench, run),
      ...(resume ? ["--resume"] : []),
    );
    const { code } = await first.ended;
    const difference = code === 0
      ? await runDifference(expected, run, { stopped: false })
      : "failed";
    record(tally, second, first.child.pid, difference);
  }
  const expectedData = bench.newPath("whole");
  await bench.succeed(...PREPARE.args(expectedData));
  const shared = bench.newPath("shared");
  const first = bench.start(PREPARE.args(shared));
  await waitUntil(() => namesIn(`${shared}.partial`).length > 0, first);
  first.kill("SIGSTOP"); // Otherwise it may exit before the second one starts.
  const second = bench.start(PREPARE.args(shared));
  const ended = await second.ended;
  first.kill("SIGCONT");
  await first.ended;
  record(tally, ended, first.child.pid, await folderDifference(expectedData, shared));
  return tally;
}

function record(
  tally: Tally,
  { code, lastLine }: { code: number; lastLine: string },
  owner: number,
  difference: string | null,
): void {
  if (code === 1 && lastLine.includes(`process ${owner} on `) && difference === null) {
    tally.pass("rejected with the owner, the first unaffected", code, lastLine);
  } else tally.fail(difference ?? "no clear message", code, lastLine);
}
