/** Faults of one rank among several, under every MPI there is. */
import { findMpiruns, type JobPart, jobWords, type Mpirun, NO_MPI } from "../support/mpirun.ts";
import { smallText } from "../data/small_tokenizer.ts";
import { pretrainWords, undisturbedRun } from "./pretraining.ts";
import { runDifference } from "./same_bytes.ts";
import { otherCode } from "./other_code.ts";
import { Tally } from "./tally.ts";
import { brokenCheckpoint } from "./training_kills.ts";
import { namesIn, pause, type Running, running, until, type Workbench } from "./workbench.ts";

const RANKS = 2;

/** Tries something under each launcher, or under the first `most` of them. */
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

/** Starts a job whose ranks may have different words. */
async function startJob(
  bench: Workbench,
  mpirun: Mpirun,
  parts: readonly JobPart[],
): Promise<Running> {
  return running(
    new Deno.Command(mpirun.command, {
      args: await jobWords(mpirun, parts),
      cwd: bench.folder,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn(),
  );
}

async function startRun(bench: Workbench, mpirun: Mpirun, run: string): Promise<Running> {
  const words = namesIn(run).includes("run.json")
    ? ["pretrain", "--output", run, "--resume"]
    : pretrainWords(bench, run);
  return await startJob(bench, mpirun, [{ ranks: RANKS, words }]);
}

/** The run of as many ranks that nothing happens to. */
async function undisturbedRanks(bench: Workbench, mpirun: Mpirun): Promise<string> {
  await undisturbedRun(bench); // prepares the data
  const run = bench.fresh("ranks");
  const { code, stderr } = await (await startRun(bench, mpirun, run)).ended;
  if (code !== 0) throw new Error(`${mpirun.command}: ${stderr}`);
  return run;
}

/** The processes that work on a run, in the order of their start: that of their ranks. */
async function processesOf(run: string): Promise<number[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid,args"] }).output();
  const lines = new TextDecoder().decode(stdout).split("\n").map((line) =>
    line.trim().split(/\s+/)
  );
  return lines.filter(([, program, ...words]) =>
    program?.endsWith("deno") && words.includes(run) &&
    words.some((word) => word.endsWith("tasks/cli.ts"))
  ).map(([pid]) => Number(pid)).sort((a, b) => a - b);
}

function latest(run: string): string {
  return namesIn(`${run}/checkpoints`).includes("latest")
    ? Deno.readTextFileSync(`${run}/checkpoints/latest`)
    : "";
}

/** Waits for the next checkpoint and a moment more, then gives the process of a rank. */
async function strike(
  bench: Workbench,
  job: Running,
  run: string,
  rank: number,
): Promise<number | undefined> {
  const before = latest(run);
  await until(() => latest(run) !== before, job);
  await pause(bench.random.uniform() * 300);
  return job.over() ? undefined : (await processesOf(run))[rank];
}

/** Kills a rank: the others end too, and the run goes on to the same bytes. */
export function killRank(bench: Workbench, kills: number, most?: number): Promise<Tally[]> {
  return underEach("a rank, SIGKILL", async (mpirun, tally) => {
    const whole = await undisturbedRanks(bench, mpirun);
    let run = bench.fresh("killed");
    while (tally.tries < kills) {
      const rank = tally.tries % RANKS;
      const job = await startRun(bench, mpirun, run);
      const victim = await strike(bench, job, run, rank);
      if (victim !== undefined) Deno.kill(victim, "SIGKILL");
      const { code, stderr } = await job.ended;
      if (victim === undefined) {
        // It was finished before it could be hit: the next run begins.
        const difference = code === 0
          ? await runDifference(whole, run, { stopped: false })
          : stderr;
        if (difference !== null) tally.lost(`resumed: ${difference}`, code);
        run = bench.fresh("killed");
        continue;
      }
      const others = await survivors(run);
      const broken = await brokenCheckpoint(run);
      if (code === 0) tally.lost(`rank ${rank}: exit code 0`, code);
      else if (others.length > 0) tally.lost(`rank ${rank}: ${others.join(", ")} live on`, code);
      else if (broken !== null) tally.lost(`rank ${rank}: ${broken}`, code);
      else tally.good("all ranks ended, the checkpoint whole", code);
    }
    const { code, stderr } = await (await startRun(bench, mpirun, run)).ended;
    const difference = code === 0 ? await runDifference(whole, run, { stopped: false }) : stderr;
    if (difference === null) tally.good("resumed: same bytes", code);
    else tally.lost(`resumed: ${difference}`, code);
  }, most);
}

/** Processes that are still there some seconds after the end of their job. */
async function survivors(run: string): Promise<number[]> {
  for (let look = 0; look < 20; look++) {
    if ((await processesOf(run)).length === 0) return [];
    await pause(250);
  }
  return await processesOf(run);
}

/** Stops a rank for a while: the others wait, and all go on to the same bytes. */
export function stopRank(
  bench: Workbench,
  stops: number,
  time: number,
  most?: number,
): Promise<Tally[]> {
  return underEach(`a rank, SIGSTOP for ${time / 1000} s`, async (mpirun, tally) => {
    const whole = await undisturbedRanks(bench, mpirun);
    while (tally.tries < stops) {
      const run = bench.fresh("stopped");
      const job = await startRun(bench, mpirun, run);
      const victim = await strike(bench, job, run, 1);
      if (victim === undefined) continue;
      Deno.kill(victim, "SIGSTOP");
      await pause(1000);
      const step = namesIn(`${run}/checkpoints`).join();
      await pause(time - 1000);
      const waited = !job.over() && namesIn(`${run}/checkpoints`).join() === step;
      Deno.kill(victim, "SIGCONT");
      const { code, stderr } = await job.ended;
      const difference = code === 0 ? await runDifference(whole, run, { stopped: false }) : stderr;
      if (difference !== null) tally.lost(difference, code);
      else if (!waited) tally.lost("the others did not wait", code);
      else tally.good("the others waited, same bytes", code);
    }
  }, most);
}

/** Ranks that are not alike: refused by name, and nothing is written. */
export function differentRanks(bench: Workbench): Promise<Tally[]> {
  return underEach("a rank of another kind", async (mpirun, tally) => {
    await undisturbedRun(bench);
    const words = (run: string) => pretrainWords(bench, run);
    const change = (run: string, flag: string, value: string) =>
      words(run).map((word, i, all) => all[i - 1] === flag ? value : word);
    const kinds: Record<string, (run: string) => Promise<Omit<JobPart, "ranks">>> = {
      "vocabulary": async (run) => ({
        words: change(run, "--data", await otherVocabulary(bench)),
      }),
      "dataFingerprint": async (run) => ({ words: change(run, "--data", await otherData(bench)) }),
      "config.hidden_size": (run) =>
        Promise.resolve({ words: change(run, "--config", otherConfig(bench)) }),
      "batchSize": (run) => Promise.resolve({ words: change(run, "--batch-size", "6") }),
      "code": async (run) => ({ words: words(run), script: await otherCode(bench.fresh("code")) }),
    };
    for (const [name, other] of Object.entries(kinds)) {
      const run = bench.fresh("different");
      const parts = [{ ranks: 1, words: words(run) }, { ranks: 1, ...await other(run) }];
      const { code, stderr } = await (await startJob(bench, mpirun, parts)).ended;
      const sentence = stderr.split("\n").find((line) => line.startsWith("albert: ")) ?? stderr;
      const clear = sentence.startsWith(`albert: Rank 1 differs from rank 0 in ${name}`);
      if (code === 1 && clear && namesIn(run).length === 0) {
        tally.good("refused by name", code, sentence);
      } else tally.lost(`another ${name}: no clear refusal`, code, sentence);
    }
  });
}

async function otherData(bench: Workbench): Promise<string> {
  const folder = bench.fresh("other-data");
  await Deno.writeTextFile(`${folder}.txt`, smallText(2, 100));
  await bench.succeed(
    ...["prepare", "--input", `${folder}.txt`, "--vocab", "spiece.model", "--output", folder],
    ...["--validation-fraction", "0.1"],
  );
  return folder;
}

async function otherVocabulary(bench: Workbench): Promise<string> {
  const vocabulary = bench.fresh("other-vocabulary");
  await bench.succeed(
    ...["vocab", "train", "--input", "text.txt", "--vocab-size", "45", "--output", vocabulary],
  );
  const folder = bench.fresh("other-data");
  await bench.succeed(
    ...["prepare", "--input", "text.txt", "--vocab", `${vocabulary}/spiece.model`],
    ...["--output", folder, "--validation-fraction", "0.1"],
  );
  return folder;
}

function otherConfig(bench: Workbench): string {
  const path = `${bench.fresh("config")}.json`;
  const [run] = namesIn(`${bench.folder}/undisturbed/checkpoints`)
    .filter((name) => name.startsWith("step-"));
  const config = JSON.parse(
    Deno.readTextFileSync(`${bench.folder}/undisturbed/checkpoints/${run}/config.json`),
  );
  Deno.writeTextFileSync(path, JSON.stringify({ ...config, hidden_size: 64 }));
  return path;
}
