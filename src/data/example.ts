/**
 * A pretraining example and its trace.
 *
 * @module
 */
import type { MaskingTrace } from "./masking.ts";

/** Consecutive sentences of one document. */
export interface SentenceSpan {
  /** Number of the document. */
  readonly document: number;
  /** Number of the first sentence. */
  readonly firstSentence: number;
  /** Number of sentences. */
  readonly sentences: number;
  /** Number of tokens before truncation. */
  readonly tokens: number;
  /** Number of tokens truncated at the start. */
  readonly cutFront: number;
  /** Number of tokens truncated at the end. */
  readonly cutBack: number;
}

/** The source of an example and its random choices. */
export interface ExampleTrace extends MaskingTrace {
  /** Number of the epoch. */
  readonly epoch: number;
  /** Index in the epoch. */
  readonly position: number;
  /** Index of the chunk in the epoch, in the order of the text. */
  readonly chunk: number;
  /** Target length of the chunk. */
  readonly target: number;
  /** Sentences of the first segment. */
  readonly first: SentenceSpan;
  /** Sentences of the second segment, if any. */
  readonly second?: SentenceSpan;
}

/** A pretraining example: `[CLS] A [SEP] B [SEP]`, or `[CLS] A [SEP]` without a pair. */
export interface Example {
  /** Token ids after masking. */
  readonly inputIds: Uint32Array;
  /** 0 up to the first `[SEP]`, 1 after it. */
  readonly tokenTypeIds: Uint8Array;
  /** Number of tokens. Padding is not stored. */
  readonly length: number;
  /** Positions to predict, in ascending order. */
  readonly maskedPositions: Uint32Array;
  /** Original ids at these positions. */
  readonly maskedLabels: Uint32Array;
  /** 0: original order (or the true next segment); 1: swapped (or a random segment); -1: no pair. */
  readonly pairLabel: 0 | 1 | -1;
  /** Whether a segment is truncated. */
  readonly truncated: boolean;
  /** The trace, if requested. */
  readonly trace?: ExampleTrace;
}
