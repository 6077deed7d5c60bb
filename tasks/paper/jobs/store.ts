/**
 * The results of jobs: in the run's folder, and copied beside the committed ones.
 *
 * @module
 */
import { atomicWriteFile, LockedError, removeLeftovers, takeLock } from "../../../src/files/mod.ts";
import type { JobOutcome, JobResult } from "../result.ts";
import { shortAddress } from "./address.ts";
import type { Job } from "./job.ts";
import { modelFolder } from "./pretrain_job.ts";

/** Results of one run's folder. */
export class JobStore {
  readonly #output: string;
  readonly #jobs: string;
  readonly #committed?: string;

  /**
   * @param output the run's folder
   * @param committed folder of results that are kept with the project: taken from there, and copied there
   */
  constructor(output: string, committed?: string) {
    this.#output = output;
    this.#jobs = `${output}/jobs`;
    this.#committed = committed;
  }

  /** What came of a job, or null where it has not ended. A failure gives way to a committed result. */
  async read({ address }: Pick<Job, "address">): Promise<JobOutcome | null> {
    const own = await readOutcome(this.#path(address), address);
    if (own?.status === "done" || this.#committed === undefined) return own;
    return await readOutcome(this.#keptPath(address), address) ?? own;
  }

  /** Keeps a finished result with the committed ones, if it is not there. */
  async keep({ address }: Pick<Job, "address">): Promise<void> {
    if (this.#committed === undefined) return;
    const own = await readOutcome(this.#path(address), address);
    if (own?.status !== "done") return;
    if (await readOutcome(this.#keptPath(address), address) === null) await this.#writeKept(own);
  }

  /** Keeps what came of a job. */
  async write(outcome: JobOutcome): Promise<void> {
    await Deno.mkdir(this.#jobs, { recursive: true });
    await atomicWriteFile(this.#path(outcome.address), textOf(outcome));
    if (outcome.status === "done" && this.#committed !== undefined) await this.#writeKept(outcome);
  }

  /**
   * Takes a job, so that no other process does it; null where one does.
   *
   * @returns what lets go of it; so does the end of the process.
   */
  async take({ address }: Pick<Job, "address">): Promise<Disposable | null> {
    await Deno.mkdir(this.#jobs, { recursive: true });
    const name = `${shortAddress(address)}.json`;
    try {
      const lock = await takeLock(`${this.#jobs}/${shortAddress(address)}.lock`);
      await removeLeftovers(this.#jobs, [name]);
      return { [Symbol.dispose]: () => lock.close() };
    } catch (error) {
      if (error instanceof LockedError) return null;
      throw error;
    }
  }

  /** Whether some process does the job right now. */
  async isTaken({ address }: Pick<Job, "address">): Promise<boolean> {
    let lock: Deno.FsFile;
    try {
      lock = await Deno.open(`${this.#jobs}/${shortAddress(address)}.lock`, { read: true });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
    // A shared lock is refused while somebody holds the exclusive one.
    const free = await lock.tryLock(false);
    lock.close();
    return !free;
  }

  /** Whether a job's trained weights are in the run's folder. */
  async hasModel(job: Job): Promise<boolean> {
    if (job.kind !== "pretrain" && job.kind !== "untrained") return true;
    const folder = await modelFolder(job, this.#output).catch(() => null);
    if (folder === null) return false;
    // A run that was stopped has a checkpoint too.
    if (job.kind === "pretrain" && !folder.endsWith(`/step-${job.steps}`)) return false;
    return await Deno.stat(`${folder}/config.json`).then(() => true, () => false);
  }

  async #writeKept(result: JobResult): Promise<void> {
    await Deno.mkdir(this.#committed!, { recursive: true });
    await atomicWriteFile(this.#keptPath(result.address), textOf(result));
  }

  #keptPath(address: string): string {
    return `${this.#committed}/${shortAddress(address)}.json`;
  }

  #path(address: string): string {
    return `${this.#jobs}/${shortAddress(address)}.json`;
  }
}

/** All finished results in a folder of them. */
export async function readResults(folder: string): Promise<JobResult[]> {
  const results: JobResult[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (!name.endsWith(".json")) continue;
      const outcome = JSON.parse(await Deno.readTextFile(`${folder}/${name}`)) as JobOutcome;
      if (outcome.status === "done") results.push(outcome);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return results;
}

function textOf(outcome: JobOutcome): string {
  return `${JSON.stringify(outcome, null, 2)}\n`;
}

async function readOutcome(path: string, address: string): Promise<JobOutcome | null> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  try {
    const outcome = JSON.parse(text) as JobOutcome;
    if (outcome.version === 1 && outcome.address === address) return outcome;
  } catch {
    // Said below.
  }
  throw new Error(`${path} is no result of job ${shortAddress(address)}; remove it and run again`);
}
