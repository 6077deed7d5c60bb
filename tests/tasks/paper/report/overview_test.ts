// The figure of all claims.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { assess } from "../../../../tasks/paper/findings/assess.ts";
import { CLAIMS } from "../../../../tasks/paper/findings/claims.ts";
import { EXPERIMENTS } from "../../../../tasks/paper/mod.ts";
import { overviewHtml, overviewSvg } from "../../../../tasks/paper/report/overview.ts";
import { type CellContents, measuredExperiment } from "../../../support/paper_results.ts";

const ofPaper = CLAIMS.filter(({ control }) => !control);

function findings(table: string, contents: Record<string, CellContents>) {
  const experiment = EXPERIMENTS.find(({ id }) => id === table)!;
  return assess(ofPaper, [measuredExperiment(experiment, contents)]);
}

const ARROW = /d="M-?4 -4L0 0L-?4 4"/g;

/** The positions of dots, lines and shapes in percent of the width. */
function positions(text: string): number[] {
  return [...text.matchAll(/ (?:x|x1|x2|cx|width)="([-\d.e]+)%"/g)].map(([, value]) =>
    Number(value)
  );
}

const sharing = (spread: number) => ({
  "128-not-shared/mlm": [[30 + spread], [30], [30 - spread], [30]],
  "128-all-shared/mlm": [[20], [20], [20], [20]],
});

Deno.test("the figure has every claim of the paper with effect, interval and the paper's value", () => {
  const text = overviewSvg("Claims", findings("table-4", sharing(1)));
  for (const { title, compared } of ofPaper) {
    assertStringIncludes(text, title);
    assertStringIncludes(text, compared);
  }
  // Without baselines in the results, the claim is open.
  assertStringIncludes(text, "0 of 13 claims resolved");
  assert(/\+10\.00 \[\+\d\.\d\d, \+1\d\.\d\d\]/.test(text));
  // Table 4 does not print masked-LM accuracy; Table 1 has not been run, but the paper prints its numbers.
  assertStringIncludes(text, "paper +1.42 (downstream mean)");
  assertStringIncludes(text, "paper 18.56");
  assertEquals(text.match(/not measured/g)!.length, 12);
  assert(!text.includes("var(") && text.includes("prefers-color-scheme:dark"));
});

Deno.test("intervals stay within the figure; an arrow marks those that extend further", () => {
  for (const [spread, arrows] of [[0.5, 0], [50, 2]]) {
    const html = overviewHtml(findings("table-4", sharing(spread)), ["table-4"]).text;
    assertEquals(html.split("<p ")[0].match(ARROW)?.length ?? 0, arrows);
    for (const at of positions(html)) assert(at >= 0 && at <= 100, `${at}`);
  }
});

Deno.test("an axis of one claim contains its whole interval", () => {
  const speeds = { "albert-large/speed-up": [[40], [2], [-36], [2]] };
  const [, speed] = overviewHtml(findings("table-2", speeds), ["table-2"]).text.split(
    "ALBERT-large trains faster",
  );
  assertStringIncludes(speed, "<circle");
  assertEquals(speed.split("<p ")[0].match(ARROW), null);
});

Deno.test("without any result, the figure has thresholds and no effects", () => {
  const html = overviewHtml(assess(ofPaper, []), []).text.split("<p ")[0];
  assertEquals([html.includes("<circle"), html.includes("href")], [false, false]);
  assertEquals(html.match(/class="forest-row"/g)!.length, 13);
  for (const at of positions(html)) assert(at >= 0 && at <= 100, `${at}`);
});
