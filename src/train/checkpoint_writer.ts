/**
 * Writes checkpoints while training continues.
 *
 * @module
 */
import { WorkerCall, workerUrl } from "../workers/mod.ts";
import { type CheckpointSnapshot, writeCheckpoint } from "./checkpoint_files.ts";

/**
 * Writes one checkpoint at a time in a worker, so that the steps do not wait for checksums and the disk. If no worker can be started, this thread writes. `latest`
 * names a checkpoint only once it is complete, so a kill during the writing leaves the one before it.
 */
export class CheckpointWriter {
  /** Started for the first checkpoint; null if it cannot be started. */
  #worker: Promise<CheckpointWorker | null> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #failure: Error | null = null;

  /**
   * Waits for the checkpoint that is being written, takes a snapshot and starts writing it.
   *
   * @param take reads the snapshot from the device; the next step may start when it resolves
   * @param last whether no step follows; then this waits until the checkpoint is written
   * @throws {Error} if this checkpoint is the last and cannot be written, or if the one before could not be written.
   */
  async save(take: () => Promise<CheckpointSnapshot>, last: boolean): Promise<void> {
    await this.settled();
    const snapshot = await take();
    const written = last ? writeCheckpoint(snapshot) : this.#write(snapshot);
    this.#writing = written.catch((error) => {
      this.#failure = error;
    });
    if (last) await this.settled();
  }

  /** @throws {Error} if a checkpoint could not be written. */
  check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /**
   * Waits for the checkpoint that is being written.
   *
   * @throws {Error} as {@linkcode check} does.
   */
  async settled(): Promise<void> {
    await this.#writing;
    this.check();
  }

  /** Waits for the checkpoint that is being written, without reporting its error, and stops the worker. */
  async close(): Promise<void> {
    await this.#writing;
    (await this.#worker)?.close();
    this.#worker = undefined;
  }

  async #write(snapshot: CheckpointSnapshot): Promise<void> {
    const worker = await (this.#worker ??= startWorker());
    if (worker === null) return await writeCheckpoint(snapshot);
    const { model: { tensors }, moments } = snapshot;
    // The memory of the tensors moves to the worker; several may share one buffer.
    const memory = new Set(
      [...tensors.values(), ...moments.values()].map(({ data }) => data.buffer as ArrayBuffer),
    );
    await worker.call("write", snapshot, { transfer: [...memory] });
  }
}

type CheckpointWorker = WorkerCall<typeof import("./checkpoint_worker.ts").handlers>;

/** Starts the worker. Returns null if that fails. */
async function startWorker(): Promise<CheckpointWorker | null> {
  try {
    const worker = new WorkerCall({
      name: "checkpoint worker",
      url: workerUrl("./checkpoint_worker.ts", import.meta.url),
      load: () => import("./checkpoint_worker.ts"),
    });
    await worker.ready;
    return worker;
  } catch {
    return null;
  }
}
