/**
 * The curve of the training: accuracy on held-out books by tokens read.
 *
 * @module
 */
import type { ChartCurve } from "../../src/report/mod.ts";
import { figureSvg } from "../paper/mod.ts";

/** An evaluation of the log. */
interface Evaluation {
  /** Number of the run, from 1. */
  readonly run: number;
  /** Tokens of all runs until then. */
  readonly tokens: number;
  readonly eval_books_accuracy_mlm: number;
}

/**
 * Draws the masked-LM accuracy on held-out books of all runs of a log.
 *
 * @param log lines of JSON; those with `eval_books_accuracy_mlm` are drawn
 * @param unigram accuracy without context, as a share
 * @returns an SVG file
 */
export function trainingCurve(log: string, unigram: number): string {
  const evaluations: Evaluation[] = log.split("\n").filter((line) => line !== "")
    .map((line) => JSON.parse(line))
    .filter(({ eval_books_accuracy_mlm }) => eval_books_accuracy_mlm !== undefined);
  const runs = [...new Set(evaluations.map(({ run }) => run))];
  const curves = runs.map((run, color): ChartCurve => ({
    label: `run ${run}`,
    color,
    kind: "marked",
    buckets: evaluations.filter((evaluation) => evaluation.run === run)
      .map(({ tokens, eval_books_accuracy_mlm }) => {
        const x = tokens / 1e6, y = 100 * eval_books_accuracy_mlm;
        return { first: x, last: x, low: y, high: y, sum: y, count: 1 };
      }),
  }));
  const title = "Masked-LM accuracy on held-out books (%)";
  const chart = {
    ...{ title, curves, format: "~r", includes: [0] },
    across: { name: "million tokens", from: 0 },
    references: [{ label: "without context", value: 100 * unigram }],
  };
  return figureSvg(title, [{ chart, title, missing: [] }]);
}
