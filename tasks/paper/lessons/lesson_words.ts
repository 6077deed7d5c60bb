/**
 * The outcome of a lesson in words and numbers, for its page, its Markdown file and the terminal.
 *
 * @module
 */
import { formatCount } from "../../../src/json/mod.ts";
import type { LessonEvidence, LessonOutcome, LessonState } from "./lesson_state.ts";

/** A row of the table of outcomes. */
export interface EvidenceText {
  readonly label: string;
  readonly effect: string;
  readonly interval: string;
  readonly seeds: string;
  readonly paper: string;
  readonly verdict: string;
}

/** The rows of the table: the statistics, of which the first is primary, then the preconditions. */
export function evidenceTexts({ statistics, preconditions }: LessonOutcome): EvidenceText[] {
  return [
    ...statistics.map((each, i) => evidenceText(each, i === 0 ? "" : "also: ")),
    ...preconditions.map((each) => ({
      ...evidenceText(each, "learned: "),
      verdict: each.verdict === "reproduced" ? "yes" : "not yet",
    })),
  ];
}

function evidenceText(
  { statistic, estimate, verdict }: LessonEvidence,
  prefix: string,
): EvidenceText {
  const { label, paper } = statistic;
  return {
    label: `${prefix}${label}`,
    effect: estimate === null ? "–" : `${signed(estimate.mean)} points`,
    interval: estimate === null || estimate.interval === null
      ? "–"
      : `${signed(estimate.interval.low)} to ${signed(estimate.interval.high)}`,
    seeds: `${estimate?.count ?? 0}`,
    paper: paper === undefined ? "–" : `${signed(paper.value)} (${paper.place})`,
    verdict,
  };
}

/** The verdict as a title and a sentence. */
export function outcomeText(
  { verdict, reason, statistics: [primary] }: LessonOutcome,
): { readonly title: string; readonly text: string } {
  const { statistic: { label, paper }, estimate } = primary;
  const title = verdict === "reproduced"
    ? "The claim is reproduced"
    : verdict === "opposite"
    ? "The opposite of the claim is found"
    : "Not resolved";
  const effect = estimate === null
    ? ""
    : `${upper(label)}: ${signed(estimate.mean)} points${
      estimate.interval === null
        ? ""
        : `, 95% interval ${signed(estimate.interval.low)} to ${signed(estimate.interval.high)}`
    }${paper === undefined ? "" : `; paper: ${signed(paper.value)}`}.`;
  const why = reason === undefined ? "" : `${upper(reason)}.`;
  return { title, text: [effect, why].filter((part) => part !== "").join(" ") };
}

/** Size and length of the runs: `3 layers of 64 units, 5,000 steps with 16 examples of 32 tokens, 40% of them masked`. */
export function recipeText({ lesson, recipe }: Pick<LessonState, "lesson" | "recipe">): string {
  const { hiddenSize, steps, batchSize, maxSeqLength, masked } = recipe;
  const layers = new Set(lesson.models.map(({ layers = recipe.layers }) => layers));
  return `${[...layers].join(" or ")} layers of ${hiddenSize} units, ${
    formatCount(steps)
  } steps with ${batchSize} examples of ${maxSeqLength} tokens, ${
    Math.round(100 * masked)
  }% of them masked`;
}

/** Rows of the table of models: a name, and the value of each model. */
export function sizeRows({ lesson, sizes, runs, recipe }: LessonState): string[][] {
  const metricsOf = (id: string) =>
    runs.flatMap(({ model, result }) => model.id === id && result !== null ? [result.metrics] : []);
  const scores = new Map(
    [...lesson.statistics, ...lesson.preconditions].map(({ score }) => [score.metric, score.label]),
  );
  scores.set("mlm_accuracy", "masked-LM accuracy");
  const tokens = recipe.steps * recipe.batchSize * recipe.maxSeqLength;
  return [
    ["parameters", ...sizes.map(({ parameters }) => formatCount(parameters))],
    [
      "gradient bytes per step between machines",
      ...sizes.map(({ gradientBytes }) => formatCount(gradientBytes)),
    ],
    ["tokens per run", ...sizes.map(() => formatCount(tokens))],
    ...[...scores].map(([metric, label]) => [
      `${label}, seeds`,
      ...lesson.models.map(({ id }) =>
        metricsOf(id).flatMap((metrics) =>
          metrics[metric] === undefined ? [] : [`${metrics[metric].toFixed(1)}%`]
        ).join(", ") || "–"
      ),
    ]),
  ];
}

/** `+3.2` or `−0.4`. */
function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`;
}

function upper(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}`;
}
