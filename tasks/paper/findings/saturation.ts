/**
 * What a claim of saturation tests: the first growth of a size brings more than the last, and the growth over all brings something.
 *
 * @module
 */
import { minus, plus, type RowPattern, type Score, type Term, type Test } from "./claim.ts";

/** What growing from one row to another brings. */
export function growth(from: RowPattern, to: RowPattern, score: Score): Term[] {
  return [plus(to, score), minus(from, score)];
}

/** A growth from one row to another. */
interface Step {
  readonly from: RowPattern;
  readonly to: RowPattern;
}

/** The first growth less the last. */
export function saturationTest(
  experiment: string,
  statistic: string,
  score: Score,
  first: Step,
  last: Step,
): Test {
  const subtracted = growth(last.from, last.to, score)
    .map((term) => ({ ...term, weight: -term.weight }));
  return {
    statistic,
    experiment,
    terms: [...growth(first.from, first.to, score), ...subtracted],
    unit: "points",
    expect: { above: 0 },
  };
}

/** A growth that should bring something. */
export function gainTest(
  experiment: string,
  statistic: string,
  score: Score,
  { from, to }: Step,
): Test {
  return {
    statistic,
    experiment,
    terms: growth(from, to, score),
    unit: "points",
    expect: { above: 0 },
  };
}
