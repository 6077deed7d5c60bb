/**
 * What a report needs of a run, gathered line by line and small however long the run.
 *
 * @module
 */
import { isObject } from "../json/mod.ts";
import type { NamedReview } from "../runs/mod.ts";
import type { RunEvent } from "../runs/disk.ts";
import type { RunProfile } from "./profile/mod.ts";
import { ThinnedSeries } from "./thinned_series.ts";

/** A model's guess for one masked token. */
export interface SampleMask {
  /** The piece that was hidden. */
  readonly truth: string;
  /** The likeliest pieces, best first. */
  readonly guesses: readonly { readonly piece: string; readonly probability: number }[];
  /** The probability given to the hidden piece. */
  readonly probability: number;
}

/** A held-out example with its masks filled in. */
export interface SamplePrediction {
  /** Pieces of the text; `null` where one is masked. */
  readonly pieces: readonly (string | null)[];
  /** For each masked piece, in order. */
  readonly masks: readonly SampleMask[];
}

/** A line of `samples.jsonl`. */
export interface SampleLine {
  /** Of the evaluation. */
  readonly step: number;
  /** The same examples at every step. */
  readonly samples: readonly SamplePrediction[];
}

/** One tensor of a line of `tensors.jsonl`. */
export interface TensorFigures {
  /** L2 norm of the values. */
  readonly parameter_norm: number;
  /** L2 norm of the gradient of the step, before clipping. */
  readonly gradient_norm: number;
  /** LAMB's factor of the learning rate; absent for other optimizers. */
  readonly trust_ratio?: number;
}

/** A line of `tensors.jsonl`. */
export interface TensorLine {
  /** Of the evaluation. */
  readonly step: number;
  /** By Hugging Face's name. */
  readonly tensors: Readonly<Record<string, TensorFigures>>;
}

/** A line of `reviews.jsonl`: the predictions of an evaluation that was the best until then. */
export interface ReviewLine {
  /** Of the evaluation. */
  readonly step: number;
  /** Held-out sets, the run's own first. */
  readonly sets: readonly NamedReview[];
}

/** Kept of the samples and tensors: the first, the last, and some between. */
const LINES_KEPT = 48;

/** A run as the report sees it. */
export class RunRecord {
  /** The run folder's name. */
  readonly name: string;
  /** What `run.json` says; null when there is none. */
  readonly settings: Readonly<Record<string, unknown>> | null;
  /** Curves by the name of their field. */
  readonly series: Map<string, ThinnedSeries> = new Map();
  /** The newest evaluation. */
  lastEvaluation: RunEvent | null = null;
  /** The newest step. */
  step = 0;
  /** Seconds that the logged steps took, evaluations and pauses left out. */
  trainingSeconds = 0;
  /** Lines of `events.jsonl`. */
  events = 0;
  /** Sample predictions over time. */
  readonly samples: ThinnedLines<SampleLine> = new ThinnedLines(LINES_KEPT);
  /** Norms of tensors over time. */
  readonly tensors: ThinnedLines<TensorLine> = new ThinnedLines(LINES_KEPT);
  /** Predictions of the best evaluation. */
  review: ReviewLine | null = null;
  /** Where the time and memory of some steps went; null where nobody asked. */
  profile: RunProfile | null = null;
  /** Tokens that the steps up to a step were trained on; 0 where `run.json` does not tell. */
  readonly tokensAt: (step: number) => number;
  #loggedStep = 0;

  /**
   * An empty record.
   *
   * @param name The run folder's name.
   * @param settings Its `run.json`.
   */
  constructor(name: string, settings: Readonly<Record<string, unknown>> | null) {
    this.name = name;
    this.settings = settings;
    this.tokensAt = tokenCounter(settings);
  }

  /** Adds a line of `events.jsonl`. */
  add(event: RunEvent): void {
    const step = Number(event.step);
    if (!Number.isFinite(step)) return;
    this.events++;
    this.step = Math.max(this.step, step);
    if (Object.keys(event).some((field) => field.startsWith("eval_"))) this.lastEvaluation = event;
    for (const [field, value] of Object.entries(event)) {
      if (typeof value !== "number" || field === "step" || field === "time") continue;
      let series = this.series.get(field);
      if (series === undefined) this.series.set(field, series = new ThinnedSeries());
      series.push(step, value);
    }
    const rate = Number(event.tokens_per_second);
    if (rate > 0) {
      this.trainingSeconds += (this.tokensAt(step) - this.tokensAt(this.#loggedStep)) / rate;
      this.#loggedStep = step;
    }
  }
}

/** Batch times sequence length, which changes from phase to phase. */
function tokenCounter(settings: RunRecord["settings"]): (step: number) => number {
  // What somebody changed in `run.json` counts as not said.
  const fields = (value: unknown): Record<string, unknown> => isObject(value) ? value : {};
  const number = (value: unknown, absent: number) => typeof value === "number" ? value : absent;
  const { batchSize: batch, examples, phases } = fields(settings?.settings);
  const batchSize = number(batch, 0);
  const length = (of: unknown) => number(fields(of).maxSeqLength, 0);
  const stretches = Array.isArray(phases)
    ? phases.map(fields).map((phase) => [number(phase.untilStep, 0), length(phase.examples)])
    : [[Infinity, length(examples)]];
  return (step) => {
    let tokens = 0, from = 0;
    for (const [until, length] of stretches) {
      tokens += Math.max(Math.min(step, until) - from, 0) * length * batchSize;
      from = until;
    }
    return tokens;
  };
}

/** At most so many lines, spread over all that came; the first and the last are always there. */
export class ThinnedLines<T> {
  readonly #limit: number;
  #kept: T[] = [];
  #last: T | null = null;
  #stride = 1;
  #count = 0;

  /** Keeps at most `limit + 1` lines. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds a line. */
  push(line: T): void {
    if (this.#count++ % this.#stride !== 0) {
      this.#last = line;
      return;
    }
    this.#last = null;
    this.#kept.push(line);
    if (this.#kept.length > this.#limit) {
      const newest = this.#kept.at(-1)!;
      this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
      this.#stride *= 2;
      if (this.#kept.at(-1) !== newest) this.#last = newest;
    }
  }

  /** What is kept, in order. */
  get lines(): readonly T[] {
    return this.#last === null ? this.#kept : [...this.#kept, this.#last];
  }
}
