import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  accuracy,
  f1,
  glueScore,
  matthewsCorrelation,
  pearson,
  spearman,
} from "../../../src/benchmarks/glue/metrics.ts";

/** Results of scikit-learn 1.x and SciPy for random answers, including ties and constant predictions. */
const cases: {
  classes: number;
  gold: number[];
  predicted: number[];
  accuracy?: number;
  f1?: number;
  matthews_correlation?: number;
  pearson?: number;
  spearmanr?: number;
}[] = JSON.parse(
  await Deno.readTextFile(
    Deno.env.get("GLUE_METRIC_CASES") ??
      new URL("../../fixtures/glue/metrics.json", import.meta.url),
  ),
);

Deno.test("GLUE's metrics equal scikit-learn's and SciPy's", () => {
  let compared = 0;
  for (const { classes, gold, predicted, ...expected } of cases) {
    const actual: Record<string, number> = classes === 0
      ? { pearson: pearson(gold, predicted), spearmanr: spearman(gold, predicted) }
      : {
        accuracy: accuracy(gold, predicted),
        matthews_correlation: matthewsCorrelation(gold, predicted, classes),
        ...(classes === 2 && { f1: f1(gold, predicted) }),
      };
    assertEquals(Object.keys(actual).sort(), Object.keys(expected).sort());
    for (const [name, value] of Object.entries(expected)) {
      compared++;
      assert(
        Math.abs(actual[name] - value!) <= 1e-12,
        `${name}: got ${actual[name]}, expected ${value}`,
      );
    }
  }
  assert(compared >= 30, `${compared} values`);
});

Deno.test("correlation is NaN for constant predictions, Matthews' is 0", () => {
  assertEquals(pearson([1, 2, 3], [2, 2, 2]), NaN);
  assertEquals(spearman([1, 2, 3], [2, 2, 2]), NaN);
  assertEquals(matthewsCorrelation([0, 1, 1], [1, 1, 1]), 0);
});

Deno.test("f1() is 0 if class 1 neither occurs nor is predicted", () => {
  assertEquals(f1([0, 0], [0, 0]), 0);
});

Deno.test("pearson() is NaN for constants whose mean rounds, and exact for extreme values, as SciPy", () => {
  const ramp = Array.from({ length: 10 }, (_, i) => i);
  for (const constant of [3.3, 0.7, 1.1]) {
    assertEquals(pearson(ramp, ramp.map(() => constant)), NaN);
    assertEquals(pearson(ramp.map(() => constant), ramp), NaN);
    assertEquals(spearman(ramp, ramp.map(() => constant)), NaN);
  }
  assertEquals(pearson(ramp.map(() => 0.1), ramp.map(() => 1 / 30)), NaN);
  const noisy = ramp.map((value) => value + (value % 3));
  const expected = pearson(ramp, noisy);
  assert(expected < 0.99);
  for (const factor of [1e-170, 1e-300, 1e170, 1e300]) {
    const actual = pearson(ramp.map((value) => value * factor), noisy);
    assert(Math.abs(actual - expected) < 1e-12, `${factor}: ${actual}`);
  }
});

Deno.test("metrics reject lists of different lengths and empty lists", () => {
  for (const metric of [accuracy, f1, pearson, spearman, matthewsCorrelation]) {
    assertThrows(
      () => metric([1, 0], [1]),
      RangeError,
      "Cannot score 1 predictions against 2 gold answers",
    );
    assertThrows(() => metric([], []), RangeError, "against 0 gold answers");
  }
});

Deno.test("glueScore() averages each task's metrics first, excludes AX, and is null if a task is missing", () => {
  const tasks = new Map<string, Record<string, number>>([
    ["cola", { matthews_correlation: 0.5 }],
    ["sst-2", { accuracy: 0.9 }],
    ["mrpc", { accuracy: 0.8, f1: 0.9 }],
    ["sts-b", { pearson: 0.9, spearmanr: 0.8 }],
    ["qqp", { accuracy: 0.9, f1: 0.8 }],
    ["mnli", { accuracy: 0.8, accuracy_mm: 0.9 }],
    ["qnli", { accuracy: 0.9 }],
    ["rte", { accuracy: 0.7 }],
    ["ax", { matthews_correlation: 0 }],
  ]);
  assertEquals(glueScore(tasks), null);
  tasks.set("wnli", { accuracy: 0.6 });
  const expected = 100 * (0.5 + 0.9 + 4 * 0.85 + 0.9 + 0.7 + 0.6) / 9;
  assert(Math.abs(glueScore(tasks)! - expected) < 1e-9);
});
