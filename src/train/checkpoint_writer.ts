/**
 * Writes checkpoints while training goes on.
 *
 * @module
 */
import { type CheckpointSnapshot, writeCheckpoint } from "./checkpoint_files.ts";

/** What the worker says: that it is there, then how each checkpoint's writing ended. */
export type WriterAnswer = { readonly ready: true } | { readonly error: string | null };

/**
 * Writes one checkpoint at a time in a worker, whose summing and writing the steps do not wait for; in this thread where no worker can be started. A checkpoint that
 * is not whole yet is not named by `latest`, so that a kill meanwhile leaves the one before it.
 */
export class CheckpointWriter {
  #worker: Worker | null = null;
  #answer: PromiseWithResolvers<WriterAnswer> | null = null;
  #underWay: Promise<void> = Promise.resolve();
  #failure: Error | null = null;

  /**
   * Waits for the checkpoint under way, takes a snapshot, and begins to write it.
   *
   * @param take reads it from the device; the next step may begin once it resolves
   * @param last whether no step follows: then this waits until it is written
   * @throws {Error} what went wrong with this one if it is the last, or with the one before.
   */
  async save(take: () => Promise<CheckpointSnapshot>, last: boolean): Promise<void> {
    await this.settled();
    const snapshot = await take();
    const written = last ? writeCheckpoint(snapshot) : this.#write(snapshot);
    this.#underWay = written.catch((error) => {
      this.#failure = error;
    });
    if (last) await this.settled();
  }

  /** @throws {Error} what went wrong with a checkpoint since it was begun. */
  check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /**
   * Waits for the checkpoint under way.
   *
   * @throws {Error} as {@linkcode check} does.
   */
  async settled(): Promise<void> {
    await this.#underWay;
    this.check();
  }

  /** Waits for the checkpoint under way, however it ends, and ends the worker. */
  async close(): Promise<void> {
    await this.#underWay;
    this.#worker?.terminate();
    this.#worker = null;
  }

  async #write(snapshot: CheckpointSnapshot): Promise<void> {
    this.#worker ??= await this.#start();
    if (this.#worker === null) return await writeCheckpoint(snapshot);
    const { model: { tensors }, moments } = snapshot;
    const answer = this.#ask();
    // The tensors' memory goes over to the worker; several lie in one piece.
    const memory = new Set(
      [...tensors.values(), ...moments.values()].map(({ data }) => data.buffer),
    );
    this.#worker.postMessage(snapshot, [...memory] as ArrayBuffer[]);
    const result = await answer;
    if ("error" in result && result.error !== null) throw new Error(result.error);
  }

  /** Starts the worker; null where it cannot be. */
  async #start(): Promise<Worker | null> {
    try {
      const worker = new Worker(new URL("./checkpoint_worker.ts", import.meta.url), {
        type: "module",
      });
      worker.onmessage = ({ data }: MessageEvent<WriterAnswer>) => this.#answer?.resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        this.#answer?.reject(new Error(`A checkpoint could not be written: ${event.message}`));
      };
      await this.#ask();
      return worker;
    } catch {
      return null;
    }
  }

  /** What the worker says next. */
  #ask(): Promise<WriterAnswer> {
    this.#answer = Promise.withResolvers();
    return this.#answer.promise;
  }
}
