/** Faults of one of several ranks, under each installed MPI. */
import { ROOT } from "../../tasks/launch/files.ts";
import { smallText } from "../data/small_tokenizer.ts";
import { findMpiruns, jobArgs, type JobPart, type Mpirun, NO_MPI } from "../support/mpirun.ts";
import { baselineRun, pretrainArgs } from "./training_runs.ts";
import { runDifference } from "./same_bytes.ts";
import { Tally } from "./tally.ts";
import { brokenCheckpoint } from "./training_kills.ts";
import { namesIn, pause, type Running, running, waitUntil, type Workbench } from "./workbench.ts";

const RANKS = 2;

/** Runs trials under each launcher, or under the first `most` of them. */
async function underEach(
  name: string,
  attempt: (mpirun: Mpirun, tally: Tally) => Promise<void>,
  most?: number,
): Promise<Tally[]> {
  const mpiruns = (await findMpiruns()).slice(0, most);
  if (mpiruns.length === 0) return [Object.assign(new Tally(name), { skipped: NO_MPI })];
  const tallies: Tally[] = [];
  for (const mpirun of mpiruns) {
    const tally = new Tally(`${name}, ${mpirun.make}`);
    await attempt(mpirun, tally);
    tallies.push(tally);
  }
  return tallies;
}

/** Starts a job whose ranks may have different arguments. */
async function startJob(
  bench: Workbench,
  mpirun: Mpirun,
  parts: readonly JobPart[],
): Promise<Running> {
  return running(
    new Deno.Command(mpirun.command, {
      args: await jobArgs(mpirun, parts),
      cwd: bench.folder,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn(),
  );
}

async function startRun(bench: Workbench, mpirun: Mpirun, run: string): Promise<Running> {
  const args = namesIn(run).includes("run.json")
    ? ["pretrain", "--output", run, "--resume"]
    : pretrainArgs(bench, run);
  return await startJob(bench, mpirun, [{ ranks: RANKS, args }]);
}

/** Trains an uninterrupted run with the same number of ranks. */
async function baselineRanks(bench: Workbench, mpirun: Mpirun): Promise<string> {
  await baselineRun(bench); // Prepares the data.
  const run = bench.newPath("ranks");
  const { code, stderr } = await (await startRun(bench, mpirun, run)).ended;
  if (code !== 0) throw new Error(`${mpirun.command}: ${stderr}`);
  return run;
}

/** The process ids of a run in order of their start, which is that of the ranks. */
async function processesOf(run: string): Promise<number[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid,args"] }).output();
  const lines = new TextDecoder().decode(stdout).split("\n").map((line) =>
    line.trim().split(/\s+/)
  );
  return lines.filter(([, program, ...args]) =>
    program?.endsWith("deno") && args.includes(run) &&
    args.some((word) => word.endsWith("tasks/cli.ts"))
  ).map(([pid]) => Number(pid)).sort((a, b) => a - b);
}

function latest(run: string): string {
  return namesIn(`${run}/checkpoints`).includes("latest")
    ? Deno.readTextFileSync(`${run}/checkpoints/latest`)
    : "";
}

/** Waits for a random time after the next checkpoint and returns the process id of a rank. */
async function processAfterCheckpoint(
  bench: Workbench,
  job: Running,
  run: string,
  rank: number,
): Promise<number | undefined> {
  const before = latest(run);
  await waitUntil(() => latest(run) !== before, job);
  await pause(bench.random.uniform() * 300);
  return job.hasExited() ? undefined : (await processesOf(run))[rank];
}

/** Kills a rank. The others must exit too, and the run must resume to the same bytes. */
export function killRank(bench: Workbench, kills: number, most?: number): Promise<Tally[]> {
  return underEach("a rank, SIGKILL", async (mpirun, tally) => {
    const expected = await baselineRanks(bench, mpirun);
    let run = bench.newPath("killed");
    while (tally.trials < kills) {
      const rank = tally.trials % RANKS;
      const job = await startRun(bench, mpirun, run);
      const victim = await processAfterCheckpoint(bench, job, run, rank);
      if (victim !== undefined) Deno.kill(victim, "SIGKILL");
      const { code, stderr } = await job.ended;
      if (victim === undefined) {
        // The run finished before the kill, so a new one starts.
        const difference = code === 0
          ? await runDifference(expected, run, { stopped: false })
          : stderr;
        if (difference !== null) tally.fail(`resumed: ${difference}`, code);
        run = bench.newPath("killed");
        continue;
      }
      const others = await survivors(run);
      const broken = await brokenCheckpoint(run);
      if (code === 0) tally.fail(`rank ${rank}: exit code 0`, code);
      else if (others.length > 0) {
        tally.fail(`rank ${rank}: ${others.join(", ")} still running`, code);
      } else if (broken !== null) tally.fail(`rank ${rank}: ${broken}`, code);
      else tally.pass("all ranks exited, checkpoint intact", code);
    }
    const { code, stderr } = await (await startRun(bench, mpirun, run)).ended;
    const difference = code === 0 ? await runDifference(expected, run, { stopped: false }) : stderr;
    if (difference === null) tally.pass("resumed: same bytes", code);
    else tally.fail(`resumed: ${difference}`, code);
  }, most);
}

/** Process ids that still exist five seconds after the end of the job. */
async function survivors(run: string): Promise<number[]> {
  for (let look = 0; look < 20; look++) {
    if ((await processesOf(run)).length === 0) return [];
    await pause(250);
  }
  return await processesOf(run);
}

/** Suspends a rank for some time. The others must wait, and the run must end in the same bytes. */
export function stopRank(
  bench: Workbench,
  stops: number,
  time: number,
  most?: number,
): Promise<Tally[]> {
  return underEach(`a rank, SIGSTOP for ${time / 1000} s`, async (mpirun, tally) => {
    const expected = await baselineRanks(bench, mpirun);
    while (tally.trials < stops) {
      const run = bench.newPath("stopped");
      const job = await startRun(bench, mpirun, run);
      const victim = await processAfterCheckpoint(bench, job, run, 1);
      if (victim === undefined) continue;
      Deno.kill(victim, "SIGSTOP");
      await pause(1000);
      const step = namesIn(`${run}/checkpoints`).join();
      await pause(time - 1000);
      const waited = !job.hasExited() && namesIn(`${run}/checkpoints`).join() === step;
      Deno.kill(victim, "SIGCONT");
      const { code, stderr } = await job.ended;
      const difference = code === 0
        ? await runDifference(expected, run, { stopped: false })
        : stderr;
      if (difference !== null) tally.fail(difference, code);
      else if (!waited) tally.fail("the others did not wait", code);
      else tally.pass("the others waited, same bytes", code);
    }
  }, most);
}

/** Starts ranks that differ. The run must be rejected by name without writing anything. */
export function differentRanks(bench: Workbench): Promise<Tally[]> {
  return underEach("a rank that differs", async (mpirun, tally) => {
    await baselineRun(bench);
    const args = (run: string) => pretrainArgs(bench, run);
    const change = (run: string, flag: string, value: string) =>
      args(run).map((word, i, all) => all[i - 1] === flag ? value : word);
    const kinds: Record<string, (run: string) => Promise<Omit<JobPart, "ranks">>> = {
      "vocabulary": async (run) => ({
        args: change(run, "--data", await otherVocabulary(bench)),
      }),
      "dataFingerprint": async (run) => ({ args: change(run, "--data", await otherData(bench)) }),
      "config.hidden_size": (run) =>
        Promise.resolve({ args: change(run, "--config", otherConfig(bench)) }),
      "batchSize": (run) => Promise.resolve({ args: change(run, "--batch-size", "6") }),
      "code": async (run) => ({
        args: args(run),
        script: await copyWithChange(bench.newPath("code")),
      }),
    };
    for (const [name, other] of Object.entries(kinds)) {
      const run = bench.newPath("different");
      const parts = [{ ranks: 1, args: args(run) }, { ranks: 1, ...await other(run) }];
      const { code, stderr } = await (await startJob(bench, mpirun, parts)).ended;
      const lastLine = stderr.split("\n").find((line) => line.startsWith("albert: ")) ?? stderr;
      const clear = lastLine.startsWith(`albert: Rank 1 differs from rank 0 in ${name}`);
      if (code === 1 && clear && namesIn(run).length === 0) {
        tally.pass("rejected by name", code, lastLine);
      } else tally.fail(`different ${name}: no clear message`, code, lastLine);
    }
  });
}

async function otherData(bench: Workbench): Promise<string> {
  const folder = bench.newPath("other-data");
  await Deno.writeTextFile(`${folder}.txt`, smallText(2, 100));
  await bench.succeed(
    ...["prepare", "--input", `${folder}.txt`, "--vocab", "spiece.model", "--output", folder],
    ...["--validation-fraction", "0.1"],
  );
  return folder;
}

async function otherVocabulary(bench: Workbench): Promise<string> {
  const vocabulary = bench.newPath("other-vocabulary");
  await bench.succeed(
    ...["vocab", "train", "--input", "text.txt", "--vocab-size", "45", "--output", vocabulary],
  );
  const folder = bench.newPath("other-data");
  await bench.succeed(
    ...["prepare", "--input", "text.txt", "--vocab", `${vocabulary}/spiece.model`],
    ...["--output", folder, "--validation-fraction", "0.1"],
  );
  return folder;
}

function otherConfig(bench: Workbench): string {
  const path = `${bench.newPath("config")}.json`;
  const [run] = namesIn(`${bench.folder}/baseline/checkpoints`)
    .filter((name) => name.startsWith("step-"));
  const config = JSON.parse(
    Deno.readTextFileSync(`${bench.folder}/baseline/checkpoints/${run}/config.json`),
  );
  Deno.writeTextFileSync(path, JSON.stringify({ ...config, hidden_size: 64 }));
  return path;
}

const COPIED = ["deno.json", "imports.json", "kernels", "src", "tasks"];
const CHANGED = "src/optim/schedule.ts";

/** Copies the code, changes a comment, and returns the path of the copied `tasks/cli.ts`. */
async function copyWithChange(folder: string): Promise<string> {
  await Deno.mkdir(folder);
  for (const name of COPIED) await copy(`${ROOT}/${name}`, `${folder}/${name}`);
  await Deno.writeTextFile(`${folder}/${CHANGED}`, "// changed\n", { append: true });
  return `${folder}/tasks/cli.ts`;
}

async function copy(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}
