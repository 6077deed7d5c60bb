/**
 * A job's log and clock, which outlast its interruptions.
 *
 * @module
 */
import { atomicWriteFile } from "../../../src/files/mod.ts";

/** The log's name in a job's folder. */
export const JOB_LOG = "job.log";
const CLOCK = "clock.json";
/** Seconds between two notes of the time: what a kill makes the clock forget at most. */
const EVERY = 10;

interface Clock {
  readonly seconds: number;
  readonly trainingSeconds: number;
}

/** What a job says and how long it takes, over all its starts. */
export class JobLog {
  readonly #folder: string;
  readonly #earlier: Clock;
  readonly #started = performance.now();
  #trained = 0;
  #noted = 0;
  #writing: Promise<void> = Promise.resolve();

  private constructor(folder: string, earlier: Clock) {
    this.#folder = folder;
    this.#earlier = earlier;
  }

  /** Goes on with the log of a folder. */
  static async open(folder: string): Promise<JobLog> {
    await Deno.mkdir(folder, { recursive: true });
    const earlier = await Deno.readTextFile(`${folder}/${CLOCK}`)
      .then((text) => JSON.parse(text) as Clock)
      .catch(() => ({ seconds: 0, trainingSeconds: 0 }));
    return new JobLog(folder, earlier);
  }

  /** Adds a line. */
  readonly say = (sentence: string): void => {
    const line = `${new Date().toISOString()}  ${sentence}\n`;
    Deno.writeTextFileSync(`${this.#folder}/${JOB_LOG}`, line, { append: true });
  };

  /** Seconds of this start that went into training so far. */
  trained(seconds: number): void {
    this.#trained = seconds;
    if (this.#sinceStart() - this.#noted < EVERY) return;
    this.#noted = this.#sinceStart();
    this.#writing = this.#writing.then(() => this.#note());
  }

  /** Time over all starts. */
  clock(): Clock {
    return {
      seconds: this.#earlier.seconds + this.#sinceStart(),
      trainingSeconds: this.#earlier.trainingSeconds + this.#trained,
    };
  }

  /** Writes the time down. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#note();
  }

  #sinceStart(): number {
    return (performance.now() - this.#started) / 1000;
  }

  async #note(): Promise<void> {
    await atomicWriteFile(`${this.#folder}/${CLOCK}`, JSON.stringify(this.clock()));
  }
}
