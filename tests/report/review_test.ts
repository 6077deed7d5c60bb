import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { NamedReview } from "../../src/runs/mod.ts";
import { runPage, RunRecord } from "../../src/report/mod.ts";

const EVIL = `"><img src=x onerror=alert(1)><script>1</script>`;

function pageOf(...sets: NamedReview[]): string {
  const run = new RunRecord("run", null);
  run.review = { step: 1200, sets };
  return runPage(run);
}

Deno.test("a report shows the confusion matrix and the worst errors, escaped", () => {
  const page = pageOf({
    name: "",
    confusion: { labels: ["no", EVIL], counts: [[30, 10], [0, 0]] },
    missed: 10,
    worst: [{ id: "7", texts: [EVIL, "second"], gold: "no", predicted: EVIL, confidence: 0.987 }],
  }, { name: "mm", missed: 0, worst: [] });
  assert(!page.includes("<img") && !page.includes("<script>1"));
  assertStringIncludes(page, "best evaluation, step 1,200");
  assertStringIncludes(page, "98.7%");
  assertStringIncludes(page, "75.0%");
  assertStringIncludes(page, "<div>second</div>");
  assertStringIncludes(page, "1 of 10");
  assertStringIncludes(page, "Held-out set mm");
  assertStringIncludes(page, "No errors.");
});

Deno.test("a report compares the lengths of predicted and gold answers", () => {
  const page = pageOf({
    name: "",
    answerWords: { gold: [0, 5, 3], predicted: [2, 1, 5] },
    missed: 1,
    worst: [{ id: "q", texts: ["why"], gold: "a", predicted: "(no answer)" }],
  });
  assertStringIncludes(page, "Answer length");
  // Two bars per number of words, and no confidence column for tasks without one.
  assertEquals(page.match(/fill="var\(--curve-[12]\)"/g)?.length, 6);
  assert(!page.includes("confidence"));
});

Deno.test("a report of a run without predictions has no review section", () => {
  assert(!(runPage(new RunRecord("run", null))).includes("best evaluation"));
});

Deno.test("a report marks gold answer and prediction in the paragraph, as whole words", () => {
  const page = pageOf({
    name: "",
    answerWords: { gold: [0, 1], predicted: [0, 1] },
    missed: 1,
    worst: [{
      id: "56e16839cd28a01900c67889",
      texts: ["Which sea?", "Other seas touch the North Sea & the <coast>."],
      gold: "North Sea / the North Sea",
      predicted: "the",
    }],
  });
  assertStringIncludes(
    page,
    'Other seas touch <mark class="predicted">the</mark> <mark class="gold">North Sea</mark> &amp; the &lt;coast&gt;.',
  );
});
