/**
 * The worker of `tokenize_pool.ts`.
 *
 * @module
 */
import { runTokenizeJob } from "../tokenize_job.ts";
import { Tokenizer } from "../../text/mod.ts";
import type { WorkerAnswer, WorkerRequest } from "./tokenize_pool.ts";

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<WorkerRequest>) => void) | null;
  postMessage(message: WorkerAnswer, transfer: Transferable[]): void;
};
let tokenizer: Tokenizer | undefined;
let failure: unknown;

scope.onmessage = ({ data }) => {
  try {
    if ("tokenizerJson" in data) {
      tokenizer = Tokenizer.fromJson(data.tokenizerJson);
      return;
    }
    if (tokenizer === undefined) throw failure;
    const result = runTokenizeJob(data.documents, tokenizer);
    const { ids, sentenceEnds, documentEnds } = result;
    const arrays = [ids, sentenceEnds, documentEnds];
    scope.postMessage({ result }, arrays.map((array) => array.buffer as ArrayBuffer));
  } catch (error) {
    // A vocabulary that cannot be read is told in answer to the first job.
    if ("tokenizerJson" in data) failure = error;
    else scope.postMessage({ error: error instanceof Error ? error.message : String(error) }, []);
  }
};
