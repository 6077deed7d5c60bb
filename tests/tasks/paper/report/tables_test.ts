import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { formatCount } from "../../../../src/json/mod.ts";
import { escapeMarkdown, tableMarkdown } from "../../../../tasks/paper/report/markdown.ts";
import { tableHtml } from "../../../../tasks/paper/report/table_html.ts";
import { tableCsv } from "../../../../tasks/paper/report/table_csv.ts";
import { escapeLatex, tableLatex } from "../../../../tasks/paper/report/table_latex.ts";
import { tableView } from "../../../../tasks/paper/report/table_view.ts";
import { findExperiments } from "../../../../tasks/paper/mod.ts";
import { jobResult, measuredExperiment, parseCsv } from "../../../support/paper_results.ts";
import { paperPreset } from "../../../../tasks/paper/presets/mod.ts";
import { presetProtocol } from "../../../../tasks/paper/report/size_text.ts";
import { EVIL, evilExperiment } from "./evil.ts";

const view = tableView(evilExperiment());

Deno.test("a table has means, standard deviations, the paper's numbers and one footnote per reason", () => {
  assertEquals(view.groups.map(({ label, rows }) => [label, rows.length]), [
    [`G ${EVIL}`, 2],
    ["Others", 1],
  ]);
  const [one, two] = view.groups[0].rows.map(({ cells }) => cells);
  assertEquals(one.map(({ measured, spread, paper }) => [measured, spread, paper]), [
    ["11.7M", null, "12M"],
    ["62.0/51.0", "2.0/1.0", "89.3/82.3"],
    ["81.3", null, null],
  ]);
  assertEquals(one.map(({ standIn }) => standIn), [false, true, false]);
  assertEquals(two.map(({ marks }) => marks), [["a"], ["a"], ["b"]]);
  assertEquals(two.map(({ failed }) => failed), [false, false, true]);
  assertEquals(view.footnotes.map(({ text }) => text), [
    `Absent ${EVIL}.`,
    `Failed: job bad: E ${EVIL} (runs/bad/log.txt)`,
  ]);
  assertEquals(view.standIns, [`S ${EVIL}`]);
});

Deno.test("CSV has one line per number and preserves every character", () => {
  const [header, ...lines] = parseCsv(tableCsv(view));
  assert(lines.every((line) => line.length === header.length), JSON.stringify(lines));
  const rows = lines.map((line) => Object.fromEntries(header.map((name, i) => [name, line[i]])));
  assertEquals(rows.length, 3 * (1 + 2 + 1));
  const [, f1, exact] = rows;
  assertEquals([f1.group, f1.metric, f1.mean, f1.spread, f1.seeds, f1.values, f1.paper], [
    ...[`G ${EVIL}`, "f1", "62", "2", "3", "60 62 64"],
    "89.3",
  ]);
  assertEquals([exact.metric, exact.mean, exact.paper], ["exact_match", "51", "82.3"]);
  assertEquals(f1.stand_ins, `S ${EVIL}`);
  assertEquals(rows.find(({ row }) => row === "two")!.note, `Absent ${EVIL}.`);
});

Deno.test("labels name the size of the run next to the paper's", () => {
  const labels = (id: string, preset: string) => {
    const experiment = findExperiments([id])[0];
    return tableView(measuredExperiment(experiment, {}, preset)).groups
      .flatMap((
        { label, rows },
      ) => [...(label === null ? [] : [label]), ...rows.map((r) => r.label)]);
  };
  assertEquals(labels("table-11", "nano"), [
    ...["1 layer", "3 layers → 2", "6 layers → 3", "12 layers → 4"],
    ...["from scratch, 12 layers → 4", "24 layers → 5", "48 layers → 6"],
  ]);
  assertEquals(labels("table-12", "nano").at(-2), "H=4096 → 192");
  assertEquals(labels("table-4", "nano")[0], "ALBERT base, E=768 → 128");
  assertEquals(labels("table-12", "paper").at(-2), "H=4096");
});

Deno.test("the protocol of a run names the preset's sizes and only the benchmarks that were run", () => {
  const protocol = (preset: string, id = "table-5") =>
    presetProtocol(measuredExperiment(findExperiments([id])[0], { "sop/sst-2": [[80]] }, preset));
  const { steps } = paperPreset("nano").pretraining;
  assertStringIncludes(protocol("nano"), `${formatCount(steps)} steps`);
  assertStringIncludes(protocol("nano"), "sst-2 (");
  assert(!protocol("nano").includes("squad"));
  const { stories, pretraining } = paperPreset("stories");
  assertStringIncludes(protocol("stories"), `${formatCount(stories!.plain)} generated stories`);
  assertStringIncludes(protocol("stories"), `${100 * pretraining.maskedLmProb!}% of them masked`);
  assert(!protocol("nano").includes("masked"));
  assertEquals(protocol("paper"), "");
  // A million steps of the paper are not eight times as many here.
  assertStringIncludes(protocol("nano", "table-8"), "(at most 3,000 for longer rows)");
  // Rows for equal arithmetic may be longer, and Table 5 has no longer ones.
  for (const id of ["table-6", "table-5"]) assert(!protocol("nano", id).includes("longer rows"));
});

Deno.test("columns that were not run are hidden, with the footnotes of only their cells", () => {
  const table = findExperiments(["table-5"])[0];
  const cells = { "sop/sst-2": [[80], [81]], "sop/mnli": { missing: "Never." } };
  const shown = tableView(measuredExperiment(table, cells, "nano"));
  assertEquals(shown.columns.map(({ id }) => id), ["sst-2"]);
  assertEquals(shown.hidden.length, table.columns.length - 1);
  assertEquals(shown.footnotes.map(({ text }) => text), ["Not run."]);
  assert(!tableMarkdown(shown).includes("Never"));
  assertStringIncludes(tableMarkdown(shown), "- Not run: MLM; NSP; SOP");
});

Deno.test("cells name what a model must exceed, and rows at the end what needs no model", () => {
  const table = findExperiments(["table-5"])[0];
  const of = (metrics: Record<string, number>) => (seed: number) => ({
    ...{ seed, values: [66], result: jobResult(`${seed}`, { seed, metrics }) },
  });
  const intrinsic = of({ sop_cue: 60.83, unigram_accuracy: 4.6 });
  const shown = tableView(measuredExperiment(table, {
    "sop/sop": { seeds: [1, 2].map(intrinsic) },
    "sop/mlm": { seeds: [1].map(intrinsic) },
    "sop/sop-uncut": { seeds: [1].map(intrinsic) },
    "sop/sst-2": { seeds: [1].map(of({ majority: 50.92, bag_of_words: 79.13 })) },
    "sop/squad-1.1": { seeds: [1].map(of({})) },
  }, "nano"));
  assertEquals(shown.columns.map(({ id }) => id), [
    "mlm",
    "sop",
    "squad-1.1",
    "sst-2",
    "sop-uncut",
  ]);
  const sop = shown.groups[0].rows.find(({ row }) => row.id === "sop")!;
  assertEquals(sop.cells.map(({ baseline }) => baseline), [
    ...["unigram 4.6", "cue 60.8", null, null, "chance 50.0"],
  ]);
  const baselines = shown.groups.at(-1)!;
  assertEquals(baselines.rows.map(({ label, cells }) => [label, ...cells.map((c) => c.measured)]), [
    ["Most frequent class", null, null, null, "50.9", null],
    ["Bag of words", null, null, null, "79.1", null],
  ]);
  const text = tableMarkdown(shown);
  assertStringIncludes(text, "66.0 ± 0.0 (n=2, cue 60.8)");
  assertStringIncludes(text, "| Bag of words⁺ |  |  |  | 79.1 |  |");
  // A number, its n and its baseline do not share a place in HTML.
  const input = { linkTo: () => null, logOf: () => null, measured: [], findings: [], command: "" };
  const page = tableHtml(shown, input).text.replace(/>\s+</g, "><");
  assertStringIncludes(page, '<span class="about">n=2, cue 60.8</span>');
  assertEquals(page.match(/<tr class="printed-row">/g)!.length, 3);
});

Deno.test("pairs show the better one of cue and most frequent label", () => {
  const of = (metrics: Record<string, number>) => ({
    seeds: [{ seed: 1, values: [60], result: jobResult("1", { seed: 1, metrics }) }],
  });
  const shown = tableView(measuredExperiment(findExperiments(["table-5"])[0], {
    "nsp/nsp": of({ nsp_cue: 58.2, nsp_majority: 51.3, sop_majority: 99 }),
    "nsp/sop": of({ sop_cue: 55.1, sop_majority: 56.3 }),
    "sop/sop": of({ sop_majority: 50.6 }),
  }));
  const rows = shown.groups.flatMap(({ rows }) => rows);
  const baselines = (id: string) =>
    rows.find(({ row }) => row.id === id)!.cells.map(({ baseline }) => baseline);
  assertEquals(baselines("nsp"), ["cue 58.2", "majority 56.3"]);
  assertEquals(baselines("sop"), [null, "majority 50.6"]);
});

Deno.test("a missing number leaves its place empty, and the test set has no baselines of the development set", () => {
  const table = findExperiments(["table-10"])[0];
  const of = (seed: number, values: (number | null)[]) => ({
    ...{ seed, values, result: jobResult(`${seed}`, { seed, metrics: { majority: 31.25 } }) },
  });
  const shown = tableView(measuredExperiment(table, {
    "single-albert-1m/race-test": { seeds: [of(1, [25, null, 35]), of(2, [27, null, 39])] },
  }, "smoke"));
  assertStringIncludes(tableMarkdown(shown), "26.0/–/37.0 ± 1.4/–/2.8 (n=2)");
  assertEquals(shown.groups.some(({ label }) => /Baselines/.test(label ?? "")), false);
  const [header, ...lines] = parseCsv(tableCsv(shown));
  const [metric, values, paper] = ["metric", "values", "paper"].map((name) => header.indexOf(name));
  const own = lines.filter((line) => line.includes("single-albert-1m"));
  assertEquals(own.map((line) => [line[metric], line[values], line[paper]]), [
    ["accuracy_test", "25 27", "86"],
    ["accuracy_middle_test", "", "88.2"],
    ["accuracy_high_test", "35 39", "85.1"],
  ]);
});

Deno.test("Markdown tables keep their columns whatever the cells contain", () => {
  const lines = tableMarkdown(view).split("\n").filter((line) => line.startsWith("|"));
  for (const line of lines) assertEquals(line.match(/(?<!\\)\|/g)!.length, 5, line);
  const text = tableMarkdown(view);
  assertStringIncludes(text, "62.0/51.0 ± 2.0/1.0 (n=3)†");
  assertStringIncludes(text, "| *paper* | *12M* | *89.3/82.3* |");
  assertStringIncludes(text, "failed <sup>b</sup>");
  assertStringIncludes(text, "| Two⁺ |");
  assert(!text.includes("<b>"));
  assertEquals(escapeMarkdown("a_b*c|<d>&\n`e`"), "a\\_b\\*c\\|&lt;d\\>&amp; \\`e\\`");
});

Deno.test("LaTeX escapes special characters and closes its braces and environments", () => {
  assertEquals(
    escapeLatex("50% & #1_a $x{^}~\\"),
    "50\\% \\& \\#1\\_a \\$x\\{\\textasciicircum{}\\}\\textasciitilde{}\\textbackslash{}",
  );
  const text = tableLatex(view);
  const bare = text.replaceAll(/\\[{}%&#$_]/g, "");
  assertEquals(bare.match(/{/g)!.length, bare.match(/}/g)!.length);
  assertEquals(bare.match(/\$/g)!.length % 2, 0);
  const names = (word: string) =>
    [...text.matchAll(new RegExp(`\\\\${word}{(\\w+)}`, "g"))]
      .map(([, name]) => name);
  assertEquals(names("begin"), names("end").reverse());
  // Every row has one `&` fewer than columns.
  const rows = bare.split("\n").filter((line) => line.endsWith("\\\\"));
  for (const row of rows) {
    assertEquals(row.split("&").length, row.startsWith("\\multicolumn") ? 1 : 4, row);
  }
  assert(!/(?<!\\)%/.test(text.replace(/^%.*$/m, "").replace("{!}{%", "")));
});
