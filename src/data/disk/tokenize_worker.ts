/**
 * The worker of `tokenize_pool.ts`.
 *
 * @module
 */
import { Tokenizer, type TokenizerSnapshot } from "../../text/mod.ts";
import { serve, Transferred } from "../../workers/mod.ts";
import { type JobDocument, runTokenizeJob } from "../tokenize_job.ts";

let tokenizer: Tokenizer;

export const handlers = serve({
  start(snapshot: TokenizerSnapshot) {
    tokenizer = Tokenizer.fromSnapshot(snapshot);
  },
  tokenize(documents: readonly JobDocument[]) {
    const result = runTokenizeJob(documents, tokenizer);
    return new Transferred(result, [result.ids, result.sentenceEnds, result.documentEnds]);
  },
});
