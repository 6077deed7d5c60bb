import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { writePaperReport } from "../../../../tasks/paper/disk.ts";
import { assess } from "../../../../tasks/paper/findings/assess.ts";
import { CLAIMS } from "../../../../tasks/paper/findings/claims.ts";
import { EXPERIMENTS, type MeasuredExperiment } from "../../../../tasks/paper/mod.ts";
import { paperPage } from "../../../../tasks/paper/report/paper_page.ts";
import type { ReportInput } from "../../../../tasks/paper/report/report_input.ts";
import { CHART_SCRIPT } from "../../../../src/report/page_script.ts";
import { measuredExperiment } from "../../../support/paper_results.ts";
import { EVIL, evilExperiment } from "./evil.ts";

function input(measured: readonly MeasuredExperiment[]): ReportInput {
  return {
    measured,
    findings: assess(CLAIMS, measured),
    command: `albert paper run ${EVIL}`,
    linkTo: ({ address }) => `../runs/${address}/report.html?${EVIL}`,
    logOf: () => `log ${EVIL}`,
  };
}

/** The ids of a page and the targets of its internal links. */
function anchors(text: string): { ids: string[]; targets: string[] } {
  return {
    ids: [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id),
    targets: [...text.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id),
  };
}

Deno.test("the page escapes every text, loads nothing and has no script but that of the charts", () => {
  const text = paperPage(input([evilExperiment()]));
  assert(!text.includes(EVIL) && !text.includes("<b>&"));
  const scripts = [...text.matchAll(/<script[^>]*>([^]*?)<\/script>/g)].map(([, script]) => script);
  assertEquals(scripts, [CHART_SCRIPT.text]);
  assertEquals(text.match(/(?:src|href)="(?:https?:)?\/\//g), null);
  assertStringIncludes(text, "default-src 'none'");
  for (const letter of "TQPNGRSMLE") assertStringIncludes(text, `${letter} &lt;b&gt;&amp;&quot;x`);
});

Deno.test("a single run's number links to its report, a mean to its runs, and a failure shows its log", () => {
  const text = paperPage(input([evilExperiment()]));
  assert(/href="\.\.\/runs\/one-sst-1\/report\.html[^"]*">81\.3</.test(text));
  assertStringIncludes(text, '<a href="#runs-table-98-one-squad">62.0/51.0</a>');
  assertStringIncludes(text, "log &lt;b&gt;");
  for (const seed of [0, 1, 2]) assertStringIncludes(text, `../runs/three${seed}/report.html`);
});

Deno.test("without results the page has every table, and all its links have targets", () => {
  const text = paperPage(input(EXPERIMENTS.map((one) => measuredExperiment(one, {}))));
  const { ids, targets } = anchors(text);
  assertEquals(targets.filter((target) => !ids.includes(target)), []);
  assertEquals(new Set(ids).size, ids.length);
  for (const { id } of EXPERIMENTS) assert(ids.includes(id));
  // Claims without results show only their deciding test.
  assertEquals(text.match(/class="evidence"/g)!.length, CLAIMS.length);
  assertStringIncludes(text, "0 reproduced, 0 opposite, 13 not resolved at this size");
});

Deno.test("the page of some experiments opens with all claims of the paper, and links to the evidence that it has", () => {
  const some = EXPERIMENTS.filter(({ id }) => ["table-1", "table-4"].includes(id));
  const text = paperPage(input(some.map((one) => measuredExperiment(one, {}))));
  const { ids, targets } = anchors(text);
  assertEquals(targets.filter((target) => !ids.includes(target)), []);
  assertEquals(text.match(/class="forest-row"/g)!.length, 13);
  assertEquals(text.match(/<div class="forest-row"[^]*?href="#claim-/g)!.length > 0, true);
  assert(text.indexOf('class="forest"') < text.indexOf("<nav>"));
});

Deno.test("writePaperReport() writes page, summary, tables and figures, and links to existing files", async () => {
  const output = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${output}/runs/one-sst-1`, { recursive: true });
    await Deno.writeTextFile(`${output}/runs/one-sst-1/report.html`, "");
    await Deno.mkdir(`${output}/jobs`);
    await Deno.writeTextFile(`${output}/jobs/three1.json`, "{}");
    await Deno.mkdir(`${output}/runs/bad`);
    await Deno.writeTextFile(`${output}/runs/bad/log.txt`, "first\nlast line\n");
    const figure = EXPERIMENTS.find(({ id }) => id === "figure-1")!;
    const curve = { x: [1, 2, 3], y: [9, 5, 4] };
    const measured = [
      evilExperiment(),
      measuredExperiment(figure, { "bert-large/distance": [curve, curve] }),
    ];
    const written = await writePaperReport(measured, { output, command: "albert paper" });
    assertEquals(written.map((path) => path.replace(`${output}/report/`, "")), [
      ...[
        "index.html",
        "README.md",
        "overview.svg",
        "index.md",
        "findings.json",
        "table-98.md",
        "table-98.csv",
        "table-98.tex",
      ],
      "figure-1.svg",
    ]);
    const text = await Deno.readTextFile(`${output}/report/index.html`);
    assertStringIncludes(text, 'href="../runs/one-sst-1/report.html"');
    assertStringIncludes(text, "last line");
    assertStringIncludes(text, 'href="../jobs/three1.json"');
    // Neither its report nor its result exists, so there is no link.
    assert(!text.includes("../runs/three0"));
    const summary = await Deno.readTextFile(`${output}/report/README.md`);
    assertStringIncludes(summary, "![Transitions between layers](figure-1.svg)");
    assertStringIncludes(summary, "albert paper\n```");
    const index = await Deno.readTextFile(`${output}/report/index.md`);
    assertStringIncludes(index, "| 2 | 62.0/51.0 | `cells/three1.json` |");
    const before = await Promise.all(written.map((path) => Deno.readTextFile(path)));
    await writePaperReport(measured, { output, command: "albert paper" });
    assertEquals(await Promise.all(written.map((path) => Deno.readTextFile(path))), before);
  } finally {
    await Deno.remove(output, { recursive: true });
  }
});
