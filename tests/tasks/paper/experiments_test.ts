// The paper's tables and figures as experiments.
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  cellOf,
  type Experiment,
  EXPERIMENTS,
  findExperiments,
  PAPER_PRESETS,
  paperConfig,
  paperNumbers,
  paperRecipe,
  rowConfig,
  rowSteps,
} from "../../../tasks/paper/mod.ts";
import { countParameters, encoderSpecs } from "../../../src/model/mod.ts";

const experiment = (id: string): Experiment => findExperiments([id])[0];

Deno.test("all 14 tables and both figures are defined, in order", () => {
  assertEquals(EXPERIMENTS.map(({ id }) => id), [
    ...Array.from({ length: 14 }, (_, i) => `table-${i + 1}`),
    "figure-1",
    "figure-2",
  ]);
});

Deno.test("ids of rows and columns are unique, and every cell of the paper belongs to a column", () => {
  for (const { id, rows, columns } of EXPERIMENTS) {
    const names = columns.map((column) => column.id);
    assertEquals(new Set(names).size, names.length, id);
    assertEquals(new Set(rows.map((row) => row.id)).size, rows.length, id);
    for (const row of rows) {
      for (const column of Object.keys(row.paper)) {
        assert(names.includes(column), `${id} ${row.id} ${column}`);
        assert(!columns.find((each) => each.id === column)!.added, `${id} ${column}`);
      }
    }
  }
});

// Detects typing errors: the paper's averages must match its cells.
Deno.test("the paper's averages match its cells, with F1 and exact match averaged first", () => {
  let checked = 0;
  for (const { id, rows, columns } of EXPERIMENTS) {
    const average = columns.find(({ measure }) => measure.kind === "average");
    // The leaderboard's averages include numbers that Table 9 does not print.
    if (average === undefined || id === "table-9") continue;
    const { of } = average.measure as { of: readonly string[] };
    for (const row of rows.filter(({ added }) => !added)) {
      const means = of.map((column) => mean(paperNumbers(row.paper[column])));
      assertAlmostEquals(mean(means), Number(row.paper[average.id]), 0.1, `${id} ${row.id}`);
      checked++;
    }
  }
  assertEquals(checked, 6 + 8 + 8 + 3 + 2 + 2 + 2 + 6 + 4 + 2);
});

Deno.test("printed parameter counts match the models at the paper's size", () => {
  for (const { id, rows } of EXPERIMENTS) {
    for (const row of rows.filter(({ paper }) => paper.parameters !== undefined)) {
      const [printed] = paperNumbers(row.paper.parameters);
      // 235M for xxlarge matches no way of counting.
      if (printed === 235e6) continue;
      const counted = countParameters(encoderSpecs(paperConfig(row.variation!)));
      assertAlmostEquals(counted / printed, 1, 0.035, `${id} ${row.id}: ${counted}`);
    }
  }
});

Deno.test("Table 14 matches this toolkit's recipes", () => {
  for (const { benchmark, paper } of experiment("table-14").rows) {
    const recipe = paperRecipe(benchmark!);
    assertEquals(
      [
        paper.lr,
        paper.bsz,
        paper["albert-dr"],
        paper["classifier-dr"],
        paper.ts,
        paper.ws,
        paper.msl,
      ]
        .map(Number),
      [
        recipe.learningRate,
        recipe.batchSize,
        recipe.dropout,
        recipe.classifierDropout,
        recipe.maxSteps,
        recipe.warmupSteps,
        recipe.maxSeqLength,
      ],
      benchmark,
    );
  }
});

Deno.test("the rows of a table differ from each other at every size", () => {
  for (const preset of PAPER_PRESETS) {
    for (const { id, rows } of EXPERIMENTS) {
      const trained = rows.filter(({ variation }) => variation !== undefined);
      const models = trained.map((row) =>
        JSON.stringify([
          rowConfig(preset, row.variation!, preset.vocabSize),
          row.variation!.extraData ?? false,
          row.variation!.warmStartFrom ?? "",
          // Small presets limit the steps of long runs, so rows that differ only in steps are equal.
          preset.pretraining.longest < 8 ? row.id : rowSteps(preset, { rows }, row),
        ])
      );
      assertEquals(new Set(models).size, models.length, `${preset.name} ${id}`);
    }
  }
});

Deno.test("equalTimeWith adjusts the steps of a row", () => {
  const { rows } = experiment("table-6");
  const [bert, albert] = rows;
  for (const preset of PAPER_PRESETS) {
    const [own, other] = [rowSteps(preset, { rows }, bert), rowSteps(preset, { rows }, albert)];
    if (preset.name === "paper") assertEquals([own, other], [400_000, 125_000]);
    else assert(own > other, `${preset.name}: ${own} and ${other}`);
  }
});

Deno.test("findExperiments() rejects an unknown name and lists the known ones", () => {
  assertThrows(() => findExperiments(["table-15"]), RangeError, "table-1, table-2");
  assertEquals(findExperiments(["all"]).length, EXPERIMENTS.length);
});

Deno.test("cellOf() finds a cell by row and column", () => {
  const [first] = EXPERIMENTS;
  const cell = {
    row: first.rows[1],
    column: first.columns[0],
    seeds: [],
    curves: [],
    failures: [],
    standIns: [],
  };
  const measured = { experiment: first, preset: "smoke", cells: [cell], results: [] };
  assertEquals(cellOf(measured, "bert-large", "parameters"), cell);
  assertEquals(cellOf(measured, "bert-base", "parameters"), undefined);
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
