/**
 * Inputs and results of {@linkcode Albert}.
 *
 * @module
 */
/** Hidden states of a text. */
export interface TextStates {
  /** The pieces of the text, with `[CLS]` and `[SEP]`. */
  readonly tokens: readonly string[];
  /** Number of values per token. */
  readonly hiddenSize: number;
  /** The input of the first block and the output of each block: `[tokens, hiddenSize]`, row-major. */
  readonly layers: readonly Float32Array[];
}

/** Attention weights of a text in one layer. */
export interface TextAttention {
  /** The pieces of the text, with `[CLS]` and `[SEP]`. */
  readonly tokens: readonly string[];
  /** Number of attention heads. */
  readonly heads: number;
  /** `[heads, tokens, tokens]`: the weight that each token (row) gives each token (column); rows sum to 1. */
  readonly weights: Float32Array;
}

/** A class and its score. */
export interface ClassScore {
  /** Name of the class in config.json, or its number. */
  readonly label: string;
  /** Probability of the class, 0 to 1; for a regression, the predicted value. */
  readonly score: number;
}

/** Options of {@linkcode Albert.classify}. */
export interface ClassifyOptions {
  /** Number of classes to return; all by default. */
  readonly top?: number;
  /** Texts on the device at once; default 32. */
  readonly batchSize?: number;
  /** Maximum number of tokens of a text or pair; the rest is cut. Default: that of fine-tuning, or the model's positions. */
  readonly maxLength?: number;
}

/** A question about a text. */
export interface QuestionAndContext {
  /** The question. */
  readonly question: string;
  /** The text with the answer, of any length. */
  readonly context: string;
}

/** An answer to a question. */
export interface Answer {
  /** A part of the context; empty for "no answer". */
  readonly text: string;
  /** Start of the answer in the context, in UTF-16 code units. */
  readonly start: number;
  /** End of the answer in the context, exclusive. */
  readonly end: number;
  /** Probability of the answer among the twenty best, 0 to 1. */
  readonly probability: number;
}

/** Options of {@linkcode Albert.answer}. */
export interface AnswerOptions {
  /** Number of answers to return; default 3. */
  readonly top?: number;
  /** Windows on the device at once; default 8. */
  readonly batchSize?: number;
}

/** A tagged span of a text. */
export interface TaggedSpan {
  /** Type of the span, such as `PER`; the tag itself if tags mark no spans. */
  readonly type: string;
  /** Text of the span. */
  readonly text: string;
  /** Start in the text, in UTF-16 code units. */
  readonly start: number;
  /** End in the text, exclusive. */
  readonly end: number;
  /** Mean probability of the tags of its words, 0 to 1. */
  readonly score: number;
}
