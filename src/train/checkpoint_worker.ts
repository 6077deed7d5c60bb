/**
 * The worker of `checkpoint_writer.ts`.
 *
 * @module
 */
import { type CheckpointSnapshot, writeCheckpoint } from "./checkpoint_files.ts";
import type { WriterAnswer } from "./checkpoint_writer.ts";

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<CheckpointSnapshot>) => void) | null;
  postMessage(message: WriterAnswer): void;
};

scope.onmessage = async ({ data }) => {
  try {
    await writeCheckpoint(data);
    scope.postMessage({ error: null });
  } catch (error) {
    scope.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
};
scope.postMessage({ ready: true });
