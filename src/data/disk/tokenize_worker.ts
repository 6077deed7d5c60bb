/**
 * The worker of `tokenize_pool.ts`.
 *
 * @module
 */
import { runTokenizeJob } from "../tokenize_job.ts";
import type { PieceTokenizer } from "../vocabulary.ts";
import { loadTokenizer } from "../../text/load_tokenizer.ts";
import type { WorkerAnswer, WorkerRequest } from "./tokenize_pool.ts";

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<WorkerRequest>) => void) | null;
  postMessage(message: WorkerAnswer, transfer: Transferable[]): void;
};
let tokenizer: Promise<PieceTokenizer> | undefined;

scope.onmessage = async ({ data }) => {
  if ("vocabulary" in data) {
    tokenizer = loadTokenizer(data.vocabulary);
    // Its failure is answered to each job; without this it would also end the worker.
    tokenizer.catch(() => {});
    return;
  }
  try {
    const result = runTokenizeJob(data.documents, await tokenizer!);
    const { ids, sentenceEnds, documentEnds } = result;
    const arrays = [ids, sentenceEnds, documentEnds];
    scope.postMessage({ result }, arrays.map((array) => array.buffer as ArrayBuffer));
  } catch (error) {
    scope.postMessage({ error: error instanceof Error ? error.message : String(error) }, []);
  }
};
