/**
 * A job's log and clock, which continue after an interruption.
 *
 * @module
 */
import { atomicWriteFile } from "../../../src/files/mod.ts";

/** Name of the log file in a job's folder. */
export const JOB_LOG = "job.log";
const CLOCK = "clock.json";
/** Seconds between saves of the clock, which is the most that a kill loses. */
const SAVE_INTERVAL = 10;

interface Clock {
  readonly seconds: number;
  readonly trainingSeconds: number;
}

/** The log and running time of a job over all attempts. */
export class JobLog {
  readonly #folder: string;
  readonly #earlier: Clock;
  readonly #started = performance.now();
  #trained = 0;
  #savedAt = 0;
  #saving: Promise<void> = Promise.resolve();

  private constructor(folder: string, earlier: Clock) {
    this.#folder = folder;
    this.#earlier = earlier;
  }

  /** Opens or continues the log of a folder. */
  static async open(folder: string): Promise<JobLog> {
    await Deno.mkdir(folder, { recursive: true });
    const earlier = await Deno.readTextFile(`${folder}/${CLOCK}`)
      .then((text) => JSON.parse(text) as Partial<Clock> | null)
      .catch(() => null);
    // A damaged clock starts again: only the reported time depends on it.
    return new JobLog(folder, {
      seconds: Number(earlier?.seconds) || 0,
      trainingSeconds: Number(earlier?.trainingSeconds) || 0,
    });
  }

  /** Appends a line with the current time. */
  readonly write = (message: string): void => {
    const line = `${new Date().toISOString()}  ${message}\n`;
    Deno.writeTextFileSync(`${this.#folder}/${JOB_LOG}`, line, { append: true });
  };

  /** Sets the seconds of this attempt spent in training. */
  trained(seconds: number): void {
    this.#trained = seconds;
    if (this.#sinceStart() - this.#savedAt < SAVE_INTERVAL) return;
    this.#savedAt = this.#sinceStart();
    this.#saving = this.#saving.then(() => this.#save());
  }

  /** Time over all attempts. */
  clock(): Clock {
    return {
      seconds: this.#earlier.seconds + this.#sinceStart(),
      trainingSeconds: this.#earlier.trainingSeconds + this.#trained,
    };
  }

  /** Saves the clock. */
  async close(): Promise<void> {
    await this.#saving;
    await this.#save();
  }

  #sinceStart(): number {
    return (performance.now() - this.#started) / 1000;
  }

  /** On a full disk, the job continues or reports what it cannot write; only the reported time depends on the clock. */
  async #save(): Promise<void> {
    const text = JSON.stringify(this.clock());
    await atomicWriteFile(`${this.#folder}/${CLOCK}`, text).catch(() => {});
  }
}
