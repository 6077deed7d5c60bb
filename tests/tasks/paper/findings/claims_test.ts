// Checks every claim against the paper's own numbers.
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { EXPERIMENTS } from "../../../../tasks/paper/mod.ts";
import { assess, correctedClaims } from "../../../../tasks/paper/findings/assess.ts";
import { CLAIMS } from "../../../../tasks/paper/findings/claims.ts";
import { columnsOf, findRow } from "../../../../tasks/paper/findings/scores.ts";
import { measuredExperiment } from "../../../support/paper_results.ts";

const unmeasured = EXPERIMENTS.map((experiment) => measuredExperiment(experiment, {}));

Deno.test("the rows and columns of every claim exist in its table", () => {
  for (const { tests } of CLAIMS) {
    for (const { experiment: id, statistic, terms } of tests) {
      const experiment = EXPERIMENTS.find((one) => one.id === id);
      assert(experiment !== undefined, statistic);
      const rows = terms.map(({ row }) => findRow(experiment, row)?.id);
      assert(!rows.includes(undefined), `${statistic}: ${rows}`);
      for (const { score } of terms) assert(columnsOf(experiment, score).length > 0, statistic);
    }
  }
  assertEquals(new Set(CLAIMS.map(({ id }) => id)).size, CLAIMS.length);
});

Deno.test("preconditions have rows and columns, and the primary statistic of every claim of the paper is intrinsic, counted or has a baseline", () => {
  for (const { control, tests: [primary], preconditions = [] } of CLAIMS) {
    for (const { experiment: id, statistic, terms } of preconditions) {
      const experiment = EXPERIMENTS.find((one) => one.id === id)!;
      for (const { row, score } of terms) {
        assert(findRow(experiment, row) !== undefined, statistic);
        assert(columnsOf(experiment, score).length > 0, statistic);
      }
    }
    if (control) continue;
    const kinds = primary.terms.map(({ score }) => score.kind);
    const needsSkill = kinds.some((kind) => ["intrinsic", "curve", "downstream"].includes(kind));
    assertEquals(preconditions.length > 0, needsSkill, primary.statistic);
    if (!kinds.includes("downstream")) continue;
    const untrained = preconditions.some(({ terms }) => terms.some(({ row }) => row.steps === 0));
    assert(untrained, primary.statistic);
  }
  assertEquals(correctedClaims(CLAIMS), 12);
});

Deno.test("the claim about depth compares the paper's models, and its control the one from scratch", () => {
  const rows = (name: string) =>
    CLAIMS.find(({ id }) => id === name)!.tests[0].terms.map(({ row }) =>
      findRow(EXPERIMENTS.find(({ id }) => id === "table-11")!, row)!.id
    );
  assertEquals(rows("depth"), ["12", "1"]);
  assertEquals(rows("depth-from-scratch"), ["12-from-scratch", "1"]);
});

Deno.test("the paper's own numbers support its claims", () => {
  let printed = 0;
  for (const { evidence } of assess(CLAIMS, unmeasured)) {
    for (const { test, paper } of evidence) {
      if (paper === null) continue;
      printed++;
      const { expect } = test;
      assert("above" in expect ? paper > expect.above : paper < expect.below, test.statistic);
    }
  }
  // The paper prints all of them except masked-LM accuracy, traffic, untruncated pairs and curves.
  assertEquals(printed, 23);
});

Deno.test("the paper's effects match its tables", () => {
  const effect = (claim: string, statistic = "") =>
    assess(CLAIMS, unmeasured).find((finding) => finding.claim.id === claim)!
      .evidence.find(({ test, paper }) => paper !== null && test.statistic.includes(statistic))!
      .paper!;
  // Table 4's averages, E = 128: 81.7 and 80.2.
  assertAlmostEquals(effect("ffn-sharing"), 81.7 - 80.2, 0.11);
  assertAlmostEquals(effect("pair-transfer"), 78.9 - 52.4 - (52 - 53.3), 1e-9);
  assertAlmostEquals(effect("savings"), 334 / 18, 1e-9);
  assertAlmostEquals(effect("equal-time"), 88.7 - 87.2, 0.11);
  assertAlmostEquals(effect("depth", "12 layers minus 1 layer"), 81.5 - 52.9, 0.11);
});

Deno.test("without results no claim is resolved", () => {
  for (const { verdict, evidence } of assess(CLAIMS, unmeasured)) {
    assertEquals(verdict, "not resolved");
    for (const { missing } of evidence) assertEquals(missing, "Not run");
  }
});
