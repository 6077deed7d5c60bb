import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { comparisonPage, RunRecord } from "../../src/report/mod.ts";
import { settingName } from "../../src/report/setting_names.ts";

/** A run with these held-out losses at steps 10, 20 … */
function run(name: string, losses: readonly number[], change: Record<string, unknown> = {}) {
  const record = new RunRecord(name, {
    task: "pretraining",
    adapter: "a GPU",
    flags: { data: ["books"] },
    settings: { schedule: { peakLearningRate: 0.01, totalSteps: 40 } },
    ...change,
  });
  losses.forEach((loss, i) => record.add({ step: 10 * (i + 1), eval_loss_mlm: loss }));
  return record;
}

/** The rows of the first table as text: name, value at equal steps, best, last. */
function ranking(page: string): string[][] {
  const [table] = page.match(/<table class="ranking">[^]*?<\/table>/)!;
  const rows = [...table.matchAll(/<tr><th>[^]*?<\/tr>/g)].slice(-3).map(([row]) => row);
  return rows.filter((row) => row.includes("<td")).map((row) => {
    const name = row.match(/<\/span>([^<]*)<br>/)![1];
    const cells = [...row.matchAll(/<td class="(n(?: best)?)">([^<]*)/g)].slice(0, 3);
    return [
      name,
      ...cells.map(([, kind, value]) => `${value.trim()}${kind === "n" ? "" : " bold"}`),
    ];
  });
}

Deno.test("a comparison orders runs at the last step that all have, and marks only values without a tie", () => {
  const page = comparisonPage([run("long", [6, 5.5, 4, 3.5]), run("short", [6, 5, 4.5])]);
  assertStringIncludes(page, "long has the lowest masked-LM loss at equal steps");
  assertStringIncludes(page, "Masked-LM loss (nats) 4.000 at step 30, 4.500 of short");
  assertEquals(ranking(page), [
    ["long", "4.000 bold", "3.500 bold", "3.500 bold"],
    ["short", "4.500", "4.500", "4.500"],
  ]);
  const tied = comparisonPage([run("a", [5, 4]), run("b", [5.2, 4]), run("c", [5, 4.2])]);
  assertStringIncludes(tied, "a and b are equal");
  assert(!tied.includes("n best"), "ties are not bold");
});

Deno.test("a comparison names the settings that differ by their flags, without internal names", () => {
  const change = {
    flags: { data: ["plays"] },
    adapter: "another GPU",
    settings: {
      schedule: { peakLearningRate: 0.02, totalSteps: 80 },
      phases: [{ untilStep: 80, examples: { maxSeqLength: 64 } }],
    },
    determinants: { numerics: { vendor: 65541 }, dataFingerprint: "ff" },
  };
  const page = comparisonPage([run("a", [5]), run("b", [4], change)]);
  for (const name of ["--data", "--learning-rate", "--steps", "--max-seq-length", "device"]) {
    assertStringIncludes(page, `<code>${name}</code>`);
  }
  for (const name of ["untilStep", "numerics", "dataFingerprint", "phases"]) {
    assert(!page.includes(`<code>${name}`), name);
  }
  assertEquals(
    ["optimizer.maxGradientNorm", "phases[0].examples.dupeFactor", "config.hidden_size", "odd.one"]
      .map(settingName),
    ["--max-grad-norm", "--dupe-factor", "config.json: hidden_size", "odd one"],
  );
});
