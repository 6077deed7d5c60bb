// Seeds that a run has planned but that have no result.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { assess, type Finding } from "../../../../tasks/paper/findings/assess.ts";
import { CLAIMS } from "../../../../tasks/paper/findings/claims.ts";
import { findExperiments, type PlannedSeed } from "../../../../tasks/paper/mod.ts";
import { countText, outcomeText } from "../../../../tasks/paper/report/evidence_text.ts";
import { jobResult, measuredExperiment } from "../../../support/paper_results.ts";

const claims = CLAIMS.filter(({ id }) => id === "dropout");

/** Table 8 with clear effects for `finished` seeds. */
function dropout(
  withDropout: readonly PlannedSeed[],
  without = withDropout,
  firstWithout = 1,
  finished = 3,
): Finding {
  const seeds = (row: string, accuracy: number, first = 1) =>
    Array.from({ length: finished }, (_, i) => first + i).map((seed) => {
      const metrics = { unigram_accuracy: 5 };
      const result = jobResult(`${row} ${seed}`, { seed, metrics });
      return { seed, values: [accuracy + seed / 100], result };
    });
  const measured = measuredExperiment(findExperiments(["table-8"])[0], {
    "with/mlm": { seeds: seeds("with", 20), planned: withDropout },
    "without/mlm": {
      seeds: seeds("without", 30, firstWithout).map((each) => ({
        ...each,
        values: [30 + each.seed / 50],
      })),
      planned: without,
    },
  });
  return assess(claims, [measured])[0];
}

const plan = (count: number, lost: PlannedSeed[] = []): PlannedSeed[] =>
  Array.from(
    { length: count },
    (_, i) => lost.find(({ seed }) => seed === i + 1) ?? { seed: i + 1 },
  );

Deno.test("evidence names how many of the planned seeds have finished", () => {
  const text = (finding: Finding) => countText(finding.evidence[0]);
  assertEquals(text(dropout(plan(3))), "3 seeds, paired");
  assertEquals(text(dropout(plan(7))), "3 of 7 seeds finished, paired");
  const failed = dropout(plan(5, [{ seed: 4, failed: "other" }]));
  assertEquals(text(failed), "3 of 5 seeds finished, 1 failed, paired");
  assertEquals(failed.verdict, "reproduced");
  // A pair needs both rows.
  assertEquals(text(dropout(plan(3), plan(9))), "3 seeds, paired");
});

Deno.test("a claim is not resolved if training diverged with a seed of either row", () => {
  const lost = plan(5, [{ seed: 4, failed: "other" }, { seed: 5, failed: "diverged" }]);
  for (const finding of [dropout(lost), dropout(plan(5), lost)]) {
    assertEquals(finding.verdict, "not resolved");
    assertEquals(finding.reasons, ["training diverged with 1 of 5 seeds"]);
    assertEquals(countText(finding.evidence[0]), "3 of 5 seeds finished, 2 failed, paired");
    const shown = { evidence: finding.evidence[0], role: "primary" } as const;
    assertStringIncludes(outcomeText(finding, shown), "training diverged with 1 of 5 seeds");
  }
  // Also if no seed has both rows.
  const others = [4, 5, 6].map((seed): PlannedSeed => ({ seed }));
  const unpaired = dropout(plan(3), [...others, { seed: 7, failed: "diverged" }], 4);
  assertEquals([unpaired.verdict, unpaired.reasons], [
    "not resolved",
    ["training diverged with 1 of 7 seeds"],
  ]);
  assertEquals(countText(unpaired.evidence[0]), "6 runs, 1 failed, unpaired");
});

Deno.test("a precondition with less than three seeds neither holds nor fails", () => {
  const outcomes = (finished: number) => {
    const finding = dropout(plan(3), plan(3), 1, finished);
    return finding.preconditions.map((evidence) =>
      outcomeText(finding, { evidence, role: "precondition" })
    );
  };
  const twice = (text: string) => [text, text];
  assertEquals(outcomes(3), twice("precondition holds"));
  assertEquals(outcomes(2), twice("precondition not decided (2 seeds, 3 are required)"));
  assertEquals(outcomes(1), twice("precondition not decided (a single seed has no interval)"));
});

Deno.test("a comparison with a row that is not part of the run has no seeds", () => {
  const [{ estimate, ...evidence }] = dropout(plan(5), [], 1, 0).evidence;
  assertEquals([estimate, evidence.seeds.planned], [null, 0]);
  assertEquals(countText({ estimate, ...evidence }), "no runs");
});

Deno.test("a comparison without results names what its rows lack, not benchmarks that are not part of the run", () => {
  const open = { planned: plan(3), missing: "3 of 3 runs are not finished" };
  const contents = { "sop/race": open, "none/race": open };
  const downstream = CLAIMS.filter(({ id }) => id === "sop-downstream");
  const [finding] = assess(downstream, [
    measuredExperiment(findExperiments(["table-5"])[0], contents),
  ]);
  assertEquals(finding.reasons, [open.missing]);
});
