/**
 * The head of a report: what the run is, its result next to a baseline, and whether it works, in words.
 *
 * @module
 */
import { formatCount } from "../json/mod.ts";
import {
  baselinesOf,
  collapsedClass,
  majority,
  MIN_EXAMPLES,
  sampleSize,
  wilson,
} from "./baselines.ts";
import { formatDuration, formatPercent } from "./format.ts";
import { HELD_OUT, quantityOf } from "./quantities.ts";
import { runName, type RunRecord } from "./run_record.ts";
import { parameterCount, settingsRows } from "./run_settings.ts";

/** How good the state of a run is: `plain` if it cannot be known yet. */
export type Mood = "good" | "warn" | "bad" | "plain";

/** Whether a run works. */
export interface Verdict {
  /** How good the state is. */
  readonly mood: Mood;
  /** A few words. */
  readonly title: string;
  /** The evidence, and what to try. */
  readonly text: string;
}

/** A result with what it is compared with. */
export interface Headline {
  readonly name: string;
  readonly value: string;
  /** `[62.1%, 69.8%] of 512 pairs`; empty without an interval. */
  readonly interval: string;
  /** `without context 5.54`; empty without a baseline. */
  readonly baseline: string;
}

/** A masked-LM loss within this distance of the baseline, in nats, is not better than it. */
export const MARGIN = 0.02;
/** Sequence length and fraction of masked tokens with which small models leave the unigram plateau soonest. */
const PLATEAU_RECIPE = { maxSeqLength: 32, maskedLmProb: 0.4 };
/** Advantage over the baseline below which a model has only begun to use context, in nats. */
const BEGINNING = 0.3;
/** Evaluations without improvement after which a run counts as stalled. */
const PATIENCE = 3;

/** What a run of pretraining trains on in a phase. */
export interface PhaseExamples {
  /** Tokens per example. */
  readonly maxSeqLength: number;
  /** Fraction of masked tokens. */
  readonly maskedLmProb: number;
}

/**
 * What to try at the unigram plateau, without what the run does already.
 *
 * @param first the examples of the first phase
 */
export function plateauAdvice(first: PhaseExamples): string {
  const isShort = first.maxSeqLength <= PLATEAU_RECIPE.maxSeqLength;
  const isMasked = first.maskedLmProb >= PLATEAU_RECIPE.maskedLmProb;
  return `Try ${isShort ? "" : "shorter sequences first (--phases 32:0.8,64:0.2), "}${
    isMasked ? "" : "more masked tokens (--masked-lm-prob 0.4), "
  }more --steps, a higher --learning-rate or a longer --warmup-steps.`;
}

/** The examples of the first phase; not numbers if `run.json` does not contain them. */
function firstExamples({ settings }: RunRecord): PhaseExamples {
  const rows = settingsRows(settings);
  const numberOf = (name: string) => Number(rows.get(`settings.phases[0].examples.${name}`));
  return { maxSeqLength: numberOf("maxSeqLength"), maskedLmProb: numberOf("maskedLmProb") };
}

/** Whether all steps are done or the run stopped early; false if `run.json` does not contain their number. */
export function isFinished(record: RunRecord): boolean {
  return record.stoppedEarly || (record.step > 0 && record.step >= totalSteps(record));
}

/** Number of steps of the run; infinite if `run.json` does not contain it. */
export function totalSteps({ settings }: RunRecord): number {
  return Number(settingsRows(settings).get("settings.schedule.totalSteps") ?? Infinity);
}

/** `Step 1,200 of 3,000, 4 min 10 s of training, about 6 min left`. */
export function progressText(record: RunRecord): string {
  const total = totalSteps(record), { step, trainingSeconds } = record;
  const steps = Number.isFinite(total)
    ? `${formatCount(step)} of ${formatCount(total)}`
    : formatCount(step);
  const parts = [`Step ${steps}`];
  if (trainingSeconds > 0) parts.push(`${formatDuration(trainingSeconds)} of training`);
  const left = secondsLeft(record);
  if (record.stoppedEarly && step < total) parts.push("stopped early");
  if (left !== null) parts.push(`about ${formatDuration(left)} left`);
  return parts.join(", ");
}

/** Expected seconds of training until the last step; null if it is unknown or the run is finished. */
function secondsLeft(record: RunRecord): number | null {
  const total = totalSteps(record), { step, trainingSeconds } = record;
  if (trainingSeconds <= 0 || isFinished(record) || !Number.isFinite(total)) return null;
  const done = record.tokensAt(step);
  return done > 0
    ? (record.tokensAt(total) - done) / done * trainingSeconds
    : (total - step) / step * trainingSeconds;
}

/** `Pretraining of nano, 524,770 parameters, from scratch, on data`. */
export function describeRun(record: RunRecord): string {
  const rows = settingsRows(record.settings);
  const at = (path: string) => rows.get(path) ?? "";
  const count = parameterCount(record);
  const size = count === null ? "" : ` (${formatCount(count)} parameters)`;
  const data = dataNames(record);
  const on = data === "" ? "" : ` on ${data}`;
  if (record.task === "pretraining") {
    const from = at("flags.initFrom");
    const model = at("flags.config") || (from === "" ? "an ALBERT model" : runName(from));
    return `Pretraining of ${model}${size}${on}, ${
      from === "" ? "from scratch" : `starting from ${from}`
    }`;
  }
  if (record.task === "") return "";
  const base = at("flags.initFrom") || at("flags.checkpoint");
  const model = base === "" ? "a model" : base;
  return at("flags.fromScratch") === "true"
    ? `Training on ${taskName(record)}${size}${on} from scratch, with the architecture of ${model}`
    : `Fine-tuning of ${model}${size} on ${taskName(record)}${on === "" ? "" : `, data ${data}`}`;
}

function dataNames({ settings }: RunRecord): string {
  const { data } = (settings?.flags ?? {}) as { data?: unknown };
  const paths = Array.isArray(data) ? data : data === undefined ? [] : [data];
  const names = paths.map((path) => runName(`${path}`));
  return names.length <= 3
    ? names.join(", ")
    : `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
}

/** Names of tasks as benchmarks write them. */
const TASKS: Readonly<Record<string, string>> = {
  "cola": "CoLA",
  "sts-b": "STS-B",
  "squad": "SQuAD",
  "text": "text classification",
};

/** The task's name as its benchmark writes it. */
function taskName({ task }: RunRecord): string {
  return Object.hasOwn(TASKS, task) ? TASKS[task] : task.toUpperCase();
}

/** The main results, the most important one first; empty before the first evaluation. */
export function headlines(record: RunRecord): Headline[] {
  const names = record.task === "pretraining"
    ? ["loss_mlm", "accuracy_mlm", "accuracy_pair_whole", "accuracy_pair"]
    : ["accuracy", "matthews_correlation", "pearson", "spearmanr", "f1", "exact_match", "exact"];
  const shown = names.flatMap((name) => {
    const value = resultOf(record)?.[HELD_OUT + name];
    return typeof value === "number" && !isAbsent(record, name)
      ? [headline(record, name, value)]
      : [];
  });
  return shown.slice(0, 4);
}

/** Runs without a sentence-pair objective log zeros for it, and a few pairs show little but chance. */
function isAbsent(record: RunRecord, name: string): boolean {
  if (!name.startsWith("accuracy_pair")) return false;
  return record.pairObjective === "none" || (sampleSize(record, name, "") ?? 0) < MIN_EXAMPLES;
}

/** Fine-tuning keeps its best checkpoint, pretraining its last. */
function resultOf({ task, lastEvaluation, bestEvaluation }: RunRecord) {
  return task === "pretraining" ? lastEvaluation : bestEvaluation ?? lastEvaluation;
}

function headline(record: RunRecord, name: string, value: number): Headline {
  const quantity = quantityOf(name, [record]);
  const baseline = baselinesOf(record, name).at(-1);
  const size = sampleSize(record, name, "");
  return {
    name: quantity.title,
    value: shownValue(record, name, value),
    interval: size === null ? "" : `${intervalText(value, size)}, n = ${formatCount(size)}`,
    baseline: baseline === undefined
      ? ""
      : `${baseline.label} ${shownValue(record, name, baseline.value)}`,
  };
}

function intervalText(value: number, size: number): string {
  const { low, high } = wilson(value, size);
  return `[${formatPercent(low)}, ${formatPercent(high)}]`;
}

/** A value in the unit of its quantity. */
export function shownValue(record: RunRecord, name: string, value: number): string {
  const { format, factor = 1 } = quantityOf(name, [record]);
  return format.endsWith("p") ? formatPercent(value * factor) : (value * factor).toFixed(3);
}

/** Whether the run works, from its evaluations. */
export function verdictOf(record: RunRecord): Verdict {
  if (record.events === 0) {
    return { mood: "plain", title: "Not started", text: "No step has been logged yet." };
  }
  const evaluation = resultOf(record);
  if (evaluation === null) {
    return {
      mood: "plain",
      title: "No evaluation yet",
      text: "The first evaluation will show whether the model learns.",
    };
  }
  const { eval_loss_mlm: loss, eval_accuracy_mlm: accuracy } = evaluation;
  if (typeof loss === "number" && Number.isFinite(loss)) return pretrainingVerdict(record, loss);
  return accuracy === undefined ? finetuningVerdict(record) : DIVERGED;
}

/** The verdict of a pretraining run whose log has no loss, since JSON has neither NaN nor infinity. */
const DIVERGED: Verdict = {
  mood: "bad",
  title: "Diverged: the loss is NaN or infinite",
  text:
    "Start a new run with a lower --learning-rate or a longer --warmup-steps; --init-from an earlier checkpoint keeps what was learned.",
};

function pretrainingVerdict(record: RunRecord, loss: number): Verdict {
  const baseline = record.lastEvaluation?.eval_baseline_loss_mlm;
  const done = isFinished(record);
  if (typeof baseline !== "number") {
    return {
      mood: "plain",
      title: done ? "Finished" : "Training",
      text: `The held-out masked-LM loss is ${
        loss.toFixed(2)
      } nats. The run has no baseline to compare it with.`,
    };
  }
  const warmup = Number(settingsRows(record.settings).get("settings.schedule.warmupSteps") ?? 0);
  if (loss > baseline - MARGIN) {
    const text = `The held-out masked-LM loss of ${loss.toFixed(2)} nats is not below ${
      baseline.toFixed(2)
    } nats, which a model reaches without using context. It knows word frequencies at best.`;
    if (record.step <= warmup) {
      return {
        mood: "plain",
        title: "Warming up, at the unigram plateau",
        text: `${text} The warm-up lasts ${formatCount(warmup)} steps.`,
      };
    }
    const title = done
      ? "Finished at the unigram plateau: nothing learned from context"
      : "Still at the unigram plateau";
    return {
      // Not a failure yet: the plateau can last for a part of the run.
      mood: 2 * record.step < totalSteps(record) ? "warn" : "bad",
      title,
      text: `${text} ${plateauAdvice(firstExamples(record))}`,
    };
  }
  const accuracy = Number(record.lastEvaluation?.eval_accuracy_mlm);
  const text = `The held-out masked-LM loss is ${
    (baseline - loss).toFixed(2)
  } nats lower than is possible without context, and ${
    formatPercent(accuracy)
  } of the masked tokens are predicted correctly.${orderText(record)}`;
  if (record.sinceBest >= PATIENCE) {
    return {
      mood: "warn",
      title: done ? "Finished, but past its best evaluation" : "Not improving",
      text: `${text} The best evaluation was ${record.sinceBest} evaluations ago, at step ${
        formatCount(Number(record.bestEvaluation?.step))
      }.`,
    };
  }
  if (baseline - loss < BEGINNING) {
    const title = "the model begins to use context";
    return {
      mood: done ? "warn" : "good",
      title: `${done ? "Finished" : "Learning"}: ${title}`,
      text,
    };
  }
  return { mood: "good", title: `${done ? "Finished" : "Learning"}: the model uses context`, text };
}

/** Whether the pair objective is learned; empty without one. */
function orderText(record: RunRecord): string {
  // A cut segment gives the order away, so uncut pairs are preferred.
  const name = isAbsent(record, "accuracy_pair_whole") ? "accuracy_pair" : "accuracy_pair_whole";
  const value = record.lastEvaluation?.[HELD_OUT + name];
  const baseline = baselinesOf(record, name).at(-1);
  const size = sampleSize(record, name, "");
  if (
    typeof value !== "number" || baseline === undefined || size === null || isAbsent(record, name)
  ) return "";
  const what = record.pairObjective === "nsp" ? "Next-sentence prediction" : "Sentence order";
  const { low } = wilson(value, size);
  const numbers = `${formatPercent(value)}, ${baseline.label} ${formatPercent(baseline.value)}`;
  return low > baseline.value
    ? ` ${what} is learned, too (${numbers}).`
    : ` ${what} is not learned (${numbers}).`;
}

function finetuningVerdict(record: RunRecord): Verdict {
  const done = isFinished(record);
  const { primary, bestEvaluation } = record;
  const confusion = record.review?.sets[0]?.confusion;
  const collapsed = confusion === undefined ? null : collapsedClass(confusion);
  if (collapsed !== null) {
    return {
      mood: "bad",
      title: `Collapsed: predicts “${collapsed.label}” for ${
        collapsed.share === 1 ? "every example" : formatPercent(collapsed.share)
      }`,
      text:
        `Even its best evaluation does not distinguish the classes; always answering the most frequent class is right in ${
          formatPercent(majority(confusion!))
        }. Try a lower --learning-rate, more steps, or a checkpoint that has learned more.`,
    };
  }
  if (primary === null || bestEvaluation === null) {
    return {
      mood: "plain",
      title: done ? "Finished" : "Training",
      text: "The run has no metric to compare.",
    };
  }
  const name = primary.field.slice(HELD_OUT.length);
  const value = Number(bestEvaluation[primary.field]);
  const shown = `${quantityOf(name, [record]).title} ${shownValue(record, name, value)} at step ${
    formatCount(Number(bestEvaluation.step))
  }`;
  const baseline = baselinesOf(record, name).at(-1) ?? zeroCorrelation(name);
  const prefix = done ? "Finished" : "Training";
  if (baseline === undefined) {
    return { mood: "plain", title: prefix, text: `Best evaluation: ${shown}.` };
  }
  const text = `Best evaluation: ${shown}; ${baseline.label} ${
    shownValue(record, name, baseline.value)
  }.`;
  const size = sampleSize(record, name, "") ?? record.review?.sets[0]?.missed ?? null;
  const reach = uncertainty(name, value, size);
  if (value - reach > baseline.value) {
    if (record.sinceBest < PATIENCE) {
      return {
        mood: "good",
        title: `${prefix}: better than ${baselineName(baseline.label)}`,
        text,
      };
    }
    return {
      mood: done ? "good" : "warn",
      title: done
        ? `Finished: better than ${baselineName(baseline.label)}`
        : "Not improving since its best evaluation",
      text: `${text} The ${record.sinceBest} evaluations after it are not better.`,
    };
  }
  return {
    mood: done ? "bad" : "warn",
    title: `${prefix}: not better than ${baselineName(baseline.label)}`,
    text: `${text} ${
      reach > 0 && value > baseline.value ? "The difference is within the 95% interval." : ""
    } Try another --learning-rate, more --epochs, or a checkpoint that has learned more.`.replace(
      "  ",
      " ",
    ),
  };
}

function baselineName(label: string): string {
  return label === "most frequent class"
    ? "the most frequent class"
    : label === "word search without training"
    ? "a word search without training"
    : label;
}

function zeroCorrelation(name: string) {
  return /correlation|pearson|spearman/.test(name) ? { label: "chance", value: 0 } : undefined;
}

/** Half the width of the 95% interval of a metric; 0 if the number of examples is unknown. */
function uncertainty(name: string, value: number, size: number | null): number {
  if (size === null || size === 0) return 0;
  if (name === "accuracy") return value - wilson(value, size).low;
  return zeroCorrelation(name) === undefined ? 0 : 1.96 / Math.sqrt(size);
}
