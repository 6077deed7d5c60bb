/**
 * Random labels and logits of text tasks with 2 to 5 classes, some with ties and some with a class that never occurs.
 *
 *     deno run tests/benchmarks/glue/text_cases.ts > cases.json
 *
 * writes them for `tests/fixtures/text/expected.py`.
 */
import { RandomStream } from "../../../src/tensor/random/mod.ts";

/** Rows of a task. */
export interface TextCase {
  /** Number of classes. */
  readonly classes: number;
  /** Correct class of each row. */
  readonly labels: readonly number[];
  /** Correct classes of each row of a multi-label task. */
  readonly sets: readonly (readonly number[])[];
  /** Logits of each row. */
  readonly logits: readonly (readonly number[])[];
}

const STREAM = 0x74657874;

/** Returns 100 cases. */
export function textCases(): TextCase[] {
  return Array.from({ length: 100 }, (_, i) => {
    const random = new RandomStream(5, STREAM, i);
    const classes = 2 + random.integer(4);
    const occurring = i % 5 === 4 ? classes - 1 : classes;
    // Every class occurs at least once, so that each has an area under the curve.
    const count = occurring + 5 + random.integer(20);
    const labels = Array.from(
      { length: count },
      (_, k) => k < occurring ? k : random.integer(occurring),
    );
    const logits = labels.map((label) =>
      Array.from(
        { length: classes },
        (_, id) => random.integer(8) / 2 - 2 + (id === label && random.integer(2) === 1 ? 1 : 0),
      )
    );
    const sets = labels.map((label) =>
      Array.from({ length: classes }, (_, id) => id)
        .filter((id) => id === label ? random.integer(4) > 0 : random.integer(3) === 0)
    );
    return { classes, labels, sets, logits };
  });
}

if (import.meta.main) console.log(JSON.stringify(textCases()));
