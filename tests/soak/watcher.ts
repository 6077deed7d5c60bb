/** Reads a run's files while they are written, as TensorBoard and a curious person do. */
import { maskedCrc32c } from "../../src/runs/tensorboard.ts";

/** What must be so at every moment. */
export class Watcher {
  readonly #run: string;
  #lines = 0;
  #records = 0;

  constructor(run: string) {
    this.#run = run;
  }

  /** Looks once; throws where a whole line or record cannot be read, or fewer are there than before. */
  async look(): Promise<void> {
    const text = await Deno.readTextFile(`${this.#run}/events.jsonl`);
    const lines = text.split("\n").slice(0, -1);
    for (const line of lines.slice(this.#lines)) JSON.parse(line);
    this.#lines = notFewer("lines of events.jsonl", this.#lines, lines.length);
    for (const { name } of Deno.readDirSync(this.#run)) {
      if (!name.startsWith("events.out.")) continue;
      const records = wholeRecords(await Deno.readFile(`${this.#run}/${name}`));
      this.#records = notFewer(`records of ${name}`, this.#records, records);
    }
  }
}

function notFewer(what: string, before: number, now: number): number {
  if (now < before) throw new Error(`${what}: ${before} became ${now}`);
  return now;
}

/** Counts the records that are whole; half a record may stand at the end alone. */
function wholeRecords(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer);
  let count = 0, at = 0;
  while (at + 12 <= bytes.length) {
    if (view.getUint32(at + 8, true) !== maskedCrc32c(bytes.subarray(at, at + 8))) {
      throw new Error(`record ${count} has a wrong length`);
    }
    const end = at + 12 + Number(view.getBigUint64(at, true));
    if (end + 4 > bytes.length) break;
    if (view.getUint32(end, true) !== maskedCrc32c(bytes.subarray(at + 12, end))) {
      throw new Error(`record ${count} has a wrong sum`);
    }
    count++;
    at = end + 4;
  }
  return count;
}
