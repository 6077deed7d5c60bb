/**
 * The results of jobs: in the run's folder, and copied to the committed results.
 *
 * @module
 */
import {
  atomicWriteFile,
  ifExists,
  LockedError,
  removeTemporaryFiles,
  takeLock,
} from "../../../src/files/mod.ts";
import { type JsonFileKind, readJsonFile } from "../json_file.ts";
import type { JobOutcome, JobResult } from "../result.ts";
import { shortAddress } from "./address.ts";
import type { Job } from "./job.ts";
import { modelFolder } from "./pretrain_job.ts";

const OUTCOME: JsonFileKind<JobOutcome> = {
  isValid: ({ version, address }) => version === 1 && typeof address === "string",
  expected: "version 1 and the address of a job",
  fix: "delete it and run the job again",
};

/** The results of a run. */
export class JobStore {
  readonly #output: string;
  readonly #jobs: string;
  readonly #committed?: string;
  readonly #commits: boolean;

  /**
   * @param output the run's folder
   * @param committed folder of results that are committed with the project: results are read from it and copied to it
   * @param commits whether they are copied to it
   */
  constructor(output: string, committed?: string, commits = true) {
    this.#commits = commits && committed !== undefined;
    this.#output = output;
    this.#jobs = `${output}/jobs`;
    this.#committed = committed;
  }

  /** Reads the outcome of a job; null if it has not ended. A committed result takes precedence over a failure. */
  async read({ address }: Pick<Job, "address">): Promise<JobOutcome | null> {
    const own = await readOutcome(this.#path(address), address);
    if (own?.status === "done" || this.#committed === undefined) return own;
    return await readOutcome(this.#committedPath(address), address) ?? own;
  }

  /** Copies a finished result to the committed ones, unless it exists there. */
  async commit({ address }: Pick<Job, "address">): Promise<void> {
    if (!this.#commits) return;
    const own = await readOutcome(this.#path(address), address);
    if (own?.status !== "done") return;
    if (await readOutcome(this.#committedPath(address), address) === null) {
      await this.#writeCommitted(own);
    }
  }

  /** Writes the outcome of a job. */
  async write(outcome: JobOutcome): Promise<void> {
    await Deno.mkdir(this.#jobs, { recursive: true });
    await atomicWriteFile(this.#path(outcome.address), textOf(outcome));
    if (outcome.status === "done" && this.#commits) await this.#writeCommitted(outcome);
  }

  /**
   * Locks a job for this process; returns null if another process has locked it.
   *
   * @returns disposing it, or the end of the process, releases the lock
   */
  async lock({ address }: Pick<Job, "address">): Promise<Disposable | null> {
    await Deno.mkdir(this.#jobs, { recursive: true });
    const name = `${shortAddress(address)}.json`;
    try {
      const lock = await takeLock(`${this.#jobs}/${shortAddress(address)}.lock`);
      await removeTemporaryFiles(this.#jobs, [name]);
      return { [Symbol.dispose]: () => lock.close() };
    } catch (error) {
      if (error instanceof LockedError) return null;
      throw error;
    }
  }

  /** Whether a process is running the job. */
  async isLocked({ address }: Pick<Job, "address">): Promise<boolean> {
    const lock = await ifExists(Deno.open(`${this.#jobs}/${shortAddress(address)}.lock`));
    if (lock === null) return false;
    // A shared lock fails while another process has the exclusive one.
    const free = await lock.tryLock(false);
    lock.close();
    return !free;
  }

  /** Whether a job's weights are in the run's folder. */
  async hasModel(job: Job): Promise<boolean> {
    if (job.kind !== "pretrain" && job.kind !== "untrained") return true;
    const folder = await modelFolder(job, this.#output).catch(() => null);
    if (folder === null) return false;
    // A stopped run also has a checkpoint, of an earlier step.
    if (job.kind === "pretrain" && !folder.endsWith(`/step-${job.steps}`)) return false;
    return await Deno.stat(`${folder}/config.json`).then(() => true, () => false);
  }

  async #writeCommitted(result: JobResult): Promise<void> {
    await Deno.mkdir(this.#committed!, { recursive: true });
    await atomicWriteFile(this.#committedPath(result.address), textOf(result));
  }

  #committedPath(address: string): string {
    return `${this.#committed}/${shortAddress(address)}.json`;
  }

  #path(address: string): string {
    return `${this.#jobs}/${shortAddress(address)}.json`;
  }
}

/** Reads all finished results in a folder. */
export async function readResults(folder: string): Promise<JobResult[]> {
  const results: JobResult[] = [];
  for (const { name } of await ifExists(Array.fromAsync(Deno.readDir(folder))) ?? []) {
    if (!name.endsWith(".json")) continue;
    const outcome = await readJsonFile(`${folder}/${name}`, OUTCOME);
    if (outcome?.status === "done") results.push(outcome);
  }
  return results;
}

function textOf(outcome: JobOutcome): string {
  return `${JSON.stringify(outcome, null, 2)}\n`;
}

async function readOutcome(path: string, address: string): Promise<JobOutcome | null> {
  return await readJsonFile(path, {
    isValid: (value) => OUTCOME.isValid(value) && value.address === address,
    expected: `version 1 and the result of job ${shortAddress(address)}`,
    fix: OUTCOME.fix,
  });
}
