// The format of findings.json is fixed: other programs read it.
import { assert, assertEquals } from "@std/assert";
import { assess } from "../../../../tasks/paper/findings/assess.ts";
import { CLAIMS } from "../../../../tasks/paper/findings/claims.ts";
import { EXPERIMENTS } from "../../../../tasks/paper/mod.ts";
import { findingRecords } from "../../../../tasks/paper/report/findings_json.ts";
import { jobResult, measuredExperiment } from "../../../support/paper_results.ts";

/** All experiments, in which every cell has three seeds with random values and every baseline is 0. */
function invented() {
  let value = 50;
  return EXPERIMENTS.map((experiment) => {
    const contents = Object.fromEntries(
      experiment.rows.flatMap((row) =>
        experiment.columns.map((column) => {
          const { measure } = column;
          value = 50 + (value * 7.31 + 1) % 40;
          const names = "metrics" in measure ? measure.metrics : [measure.kind];
          const counted = ["parameters", "config", "cost", "recipe"].includes(measure.kind);
          const of = (seed: number) => ({
            seed,
            result: jobResult(`${experiment.id} ${row.id} ${column.id} ${seed}`, {
              seed,
              metrics: { unigram_accuracy: 0 },
            }),
          });
          const number = (i: number) => value + (value * i * i) % 3;
          const cell = counted
            ? { seeds: [{ seed: 0, values: [value] }] }
            : measure.kind === "curve"
            ? {
              curves: [1, 2, 3].map((i) => ({ ...of(i), curve: { x: [1, 2], y: [1, number(i)] } })),
            }
            : { seeds: [1, 2, 3].map((i) => ({ ...of(i), values: names.map(() => number(i)) })) };
          return [`${row.id}/${column.id}`, cell];
        })
      ),
    );
    return measuredExperiment(experiment, contents);
  });
}

Deno.test("findings.json has one record per claim of the paper, with the fixed fields", () => {
  const records = findingRecords(assess(CLAIMS, invented()));
  const ofPaper = CLAIMS.filter(({ control }) => !control);
  assertEquals(records.map(({ claim }) => claim), ofPaper.map(({ claim }) => claim));
  for (const record of JSON.parse(JSON.stringify(records))) {
    assertEquals(Object.keys(record), [
      ...["claim", "table", "statistic", "effect", "interval", "seeds", "paper", "verdict"],
    ]);
    const { claim, table, effect, interval, seeds, paper, verdict } = record;
    assert(/^(Table|Figure) \d+$/.test(table), table);
    assert(Number.isFinite(effect), claim);
    assertEquals(interval === null, seeds === "counted", claim);
    if (interval !== null) {
      assertEquals(seeds, 3);
      assert(interval[0] < effect && effect < interval[1], claim);
    }
    assert(paper === null || Number.isFinite(paper), claim);
    assert(["reproduced", "opposite", "not resolved"].includes(verdict), verdict);
  }
  const tables = new Set(records.map(({ table }) => table));
  for (const id of [1, 2, 3, 4, 5, 6, 8, 11, 12]) assert(tables.has(`Table ${id}`), `Table ${id}`);
  for (const id of [1, 2]) assert(tables.has(`Figure ${id}`), `Figure ${id}`);
});

Deno.test("claims without an interval are absent", () => {
  const records = findingRecords(
    assess(CLAIMS, EXPERIMENTS.map((one) => measuredExperiment(one, {}))),
  );
  assertEquals(records, []);
});
