// Running jobs with runners that compute nothing.
import { assertEquals } from "@std/assert";
import {
  experimentJobs,
  type Job,
  type JobRunner,
  type JobsObserver,
  JobStore,
  runFolder,
  runJobs,
  shortAddress,
  withDependencies,
} from "../../../../tasks/paper/disk.ts";
import { findExperiments, type JobOutcome } from "../../../../tasks/paper/mod.ts";
import { planFor } from "../plans.ts";
import { failureOf, resultOf } from "./outcomes.ts";

const jobs = withDependencies(
  experimentJobs(planFor("nano"), findExperiments(["table-11"])[0]),
);

/** Finishes every job immediately, except failing ones, and creates checkpoints for models. */
class FakeRunner implements JobRunner {
  readonly done: string[] = [];
  constructor(readonly output: string, readonly fails: (job: Job) => boolean = () => false) {}

  async run(job: Job): Promise<JobOutcome> {
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.done.push(job.address);
    if (this.fails(job)) return failureOf(job);
    if (job.kind === "pretrain") {
      const checkpoints = `${this.output}/${runFolder(job)}/checkpoints`;
      await Deno.mkdir(`${checkpoints}/step-${job.steps}`, { recursive: true });
      await Deno.writeTextFile(`${checkpoints}/step-${job.steps}/config.json`, "{}");
      await Deno.writeTextFile(`${checkpoints}/latest`, `step-${job.steps}\n`);
    }
    return resultOf(job);
  }
}

function observer(changes: Partial<JobsObserver> = {}): JobsObserver {
  return {
    started: () => {},
    ended: () => {},
    blocked: () => {},
    waiting: () => {},
    stopRequested: () => false,
    ...changes,
  };
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("every job runs once, after its dependencies", () =>
  inFolder(async (folder) => {
    const runner = new FakeRunner(folder);
    const summary = await runJobs(jobs, new JobStore(folder), [runner], observer());
    assertEquals([summary.done, summary.ran, summary.left], [jobs.length, jobs.length, 0]);
    assertEquals(runner.done, jobs.map(({ address }) => address));
    const again = new FakeRunner(folder);
    const second = await runJobs(jobs, new JobStore(folder), [again], observer());
    assertEquals([second.done, second.ran, again.done], [jobs.length, 0, []]);
  }));

Deno.test("a failure blocks only dependent jobs, and is retried by the next call", () =>
  inFolder(async (folder) => {
    const broken = jobs.find((job) => job.kind === "pretrain" && job.config.numHiddenLayers === 3)!;
    const blocked: string[] = [];
    const runner = new FakeRunner(folder, ({ address }) => address === broken.address);
    const store = new JobStore(folder);
    const summary = await runJobs(jobs, store, [runner], {
      ...observer(),
      blocked: (job) => blocked.push(job.address),
    });
    assertEquals(summary.failures.map(({ error }) => error), ["It broke"]);
    // Its two fine-tuning jobs, and three deeper models with theirs.
    assertEquals([summary.blocked, blocked.length], [2 + 3 * 3, 2 + 3 * 3]);
    assertEquals(summary.done, jobs.length - 12);
    assertEquals((await store.read(broken))?.status, "failed");
    const fixed = await runJobs(jobs, store, [new FakeRunner(folder)], observer());
    assertEquals([fixed.done, fixed.ran, fixed.failures], [jobs.length, 12, []]);
  }));

Deno.test("several processes in one folder run each job once", () =>
  inFolder(async (folder) => {
    const runners = [0, 1, 2].map(() => new FakeRunner(folder));
    const summaries = await Promise.all(
      runners.map((runner) => runJobs(jobs, new JobStore(folder), [runner], observer())),
    );
    assertEquals(summaries.map(({ done }) => done), runners.map(() => jobs.length));
    const all = runners.flatMap(({ done }) => done);
    assertEquals(all.length, jobs.length);
    assertEquals(new Set(all).size, jobs.length);
  }));

Deno.test("a stop leaves jobs open, and the next call continues", () =>
  inFolder(async (folder) => {
    const runner = new FakeRunner(folder);
    const stopRequested = () => runner.done.length >= 5;
    const summary = await runJobs(jobs, new JobStore(folder), [runner], {
      ...observer(),
      stopRequested,
    });
    assertEquals([summary.done, summary.left], [5, jobs.length - 5]);
    const rest = await runJobs(jobs, new JobStore(folder), [new FakeRunner(folder)], observer());
    assertEquals([rest.done, rest.ran], [jobs.length, jobs.length - 5]);
  }));

Deno.test("results finished earlier are copied to the committed ones", () =>
  inFolder(async (folder) => {
    await runJobs(jobs, new JobStore(folder), [new FakeRunner(folder)], observer());
    const committed = `${folder}/cells`;
    await runJobs(jobs, new JobStore(folder, committed), [new FakeRunner(folder)], observer());
    assertEquals([...Deno.readDirSync(committed)].length, jobs.length);
  }));

Deno.test("committed results are reused, and their models are trained again only for dependent jobs", () =>
  inFolder(async (folder) => {
    const committed = `${folder}/cells`;
    const store = new JobStore(`${folder}/first`, committed);
    await runJobs(jobs, store, [new FakeRunner(`${folder}/first`)], observer());
    const elsewhere = new JobStore(`${folder}/second`, committed);
    const idle = new FakeRunner(`${folder}/second`);
    await runJobs(jobs, elsewhere, [idle], observer());
    assertEquals(idle.done, []);

    const finetuning = jobs.find(({ kind }) => kind === "finetune")!;
    await Deno.remove(`${committed}/${shortAddress(finetuning.address)}.json`);
    const busy = new FakeRunner(`${folder}/second`);
    await runJobs(jobs, elsewhere, [busy], observer());
    assertEquals(busy.done, [
      (finetuning as Extract<Job, { kind: "finetune" }>).from.address,
      finetuning.address,
    ]);
  }));
