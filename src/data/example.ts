/**
 * One pretraining example, and what can be asked about how it came to be.
 *
 * @module
 */
import type { MaskingTrace } from "./masking.ts";

/** Some sentences of one document, as numbered in the corpus. */
export interface SentenceSpan {
  /** The document's number. */
  readonly document: number;
  /** The first sentence's number. */
  readonly firstSentence: number;
  /** How many sentences. */
  readonly sentences: number;
  /** How many tokens they have before truncation. */
  readonly tokens: number;
  /** Tokens that truncation cut from the front. */
  readonly cutFront: number;
  /** Tokens that truncation cut from the back. */
  readonly cutBack: number;
}

/** Where an example comes from and what was drawn for it. */
export interface ExampleTrace extends MaskingTrace {
  /** The pass over the data. */
  readonly epoch: number;
  /** The place in that pass. */
  readonly position: number;
  /** The chunk's number in the pass, in the order of the text. */
  readonly chunk: number;
  /** The length that the chunk was to reach. */
  readonly target: number;
  /** What stands in the first segment. */
  readonly first: SentenceSpan;
  /** What stands in the second, where there is one. */
  readonly second?: SentenceSpan;
}

/** One pretraining example: `[CLS] A [SEP] B [SEP]`, or `[CLS] A [SEP]` without a pair. */
export interface Example {
  /** The ids after masking. */
  readonly inputIds: Uint32Array;
  /** 0 from `[CLS]` to the first `[SEP]`, 1 after it. */
  readonly tokenTypeIds: Uint8Array;
  /** How many tokens it has; what goes beyond is padding, which is not stored. */
  readonly length: number;
  /** The positions to predict, rising. */
  readonly maskedPositions: Uint32Array;
  /** The ids that stood there. */
  readonly maskedLabels: Uint32Array;
  /** 0: in order (or the true next segment); 1: swapped (or a random segment); -1: no pair. */
  readonly pairLabel: 0 | 1 | -1;
  /** Whether a segment was cut to fit. */
  readonly truncated: boolean;
  /** How it came to be, when asked for. */
  readonly trace?: ExampleTrace;
}
