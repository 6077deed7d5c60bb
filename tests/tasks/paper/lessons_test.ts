// Lessons: their text, their verdicts, their pages, and a short run that is stopped and continued.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { findLesson, lessonOutcome, LESSONS, type LessonState } from "../../../tasks/paper/disk.ts";
import { lessonConfig, lessonSizes } from "../../../tasks/paper/lessons/lesson.ts";
import { lessonPage } from "../../../tasks/paper/lessons/lesson_page.ts";
import { stories } from "../../../tasks/paper/data/stories.ts";
import { runAlbert } from "../albert_process.ts";

Deno.test("stories are a function of the seed, and their sentences have an order", () => {
  assertEquals(stories(3, 5), stories(3, 5));
  const many = stories(300, 1);
  assert(new Set(many).size > 290);
  const before = (story: string, first: RegExp, second: RegExp) => {
    const lines = story.split("\n");
    const [a, b] = [first, second].map((each) => lines.findIndex((line) => each.test(line)));
    if (a >= 0 && b >= 0) assert(a < b, story);
    return a >= 0 && b >= 0;
  };
  let compared = 0;
  for (const story of many) {
    if (before(story, /At dawn|Early in the morning/, /At night|went to bed/)) compared++;
    if (before(story, /began to rain/, /wet and cold/)) compared++;
    if (before(story, /wrong path/, /knew the way|found the road/)) compared++;
    assert(!/[@&]|[A-Z]{2}/.test(story), story);
    assert(story.split("\n").every((line) => /^[A-Z][A-Za-z ]+\.$/.test(line)), story);
  }
  assert(compared > 60, `${compared}`);
});

Deno.test("a shared model has fewer parameters and gradient bytes; both do the same arithmetic", () => {
  const { recipe, models: [none, all] } = findLesson("sharing");
  const [own, shared] = [none, all].map((model) => lessonSizes(lessonConfig(recipe, model, 400)));
  assert(own.parameters > 2 * shared.parameters);
  assertEquals(
    own.gradientBytes - shared.gradientBytes,
    4 * (own.parameters - shared.parameters),
  );
});

Deno.test("the two models of a lesson differ in the setting that the lesson is about, and in nothing else", () => {
  const expected: Record<string, string[]> = {
    "sharing": ["numHiddenGroups", "share"],
    "sentence-order": ["pairObjective"],
    "next-sentence": ["pairObjective"],
    "depth": ["numHiddenLayers"],
    "dropout": ["attentionProbsDropoutProb", "hiddenDropoutProb"],
  };
  assertEquals(LESSONS.map(({ id }) => id).sort(), Object.keys(expected).sort());
  for (const { id, recipe, models } of LESSONS) {
    const [a, b] = models.map((model) => Object.entries(lessonConfig(recipe, model, 400)));
    const others = new Map<string, unknown>(b);
    const different = a.filter(([name, value]) =>
      JSON.stringify(value) !== JSON.stringify(others.get(name))
    );
    assertEquals(different.map(([name]) => name).sort(), expected[id], id);
  }
});

/** A state with these scores per seed: a list for each model. */
function stateOf(
  name: string,
  scores: readonly (readonly Record<string, number>[])[],
): LessonState {
  const lesson = findLesson(name);
  const seeds = scores[0].length;
  return {
    ...{ lesson, recipe: lesson.recipe, seeds, text: "generated stories" },
    sizes: lesson.models.map((model) => lessonSizes(lessonConfig(lesson.recipe, model, 400))),
    runs: lesson.models.flatMap((model, i) =>
      scores[i].map((metrics, n) => ({
        ...{ model, seed: n + 1, record: null },
        result: { metrics, adapter: "CPU" },
      }))
    ),
  };
}

const mlm = (...values: number[]) =>
  values.map((value) => ({ mlm_accuracy: value, unigram_accuracy: 10 }));

Deno.test("the verdict needs three seeds, an interval on one side, and models that have learned", () => {
  const verdict = (a: number[], b: number[]) =>
    lessonOutcome(stateOf("sharing", [mlm(...a), mlm(...b)]));
  assertEquals(verdict([50, 52, 51], [40, 41, 41]).verdict, "reproduced");
  assertEquals(verdict([40, 41, 41], [50, 52, 51]).verdict, "opposite");
  const wide = verdict([50, 52, 51], [40, 60, 51]);
  assertEquals([wide.verdict, wide.reason], ["not resolved", "the interval includes 0"]);
  const few = verdict([50, 52], [40, 41]);
  assertEquals([few.verdict, few.reason], [
    "not resolved",
    "2 of at least 3 seeds are finished",
  ]);
  const weak = verdict([50, 52, 51], [10, 9, 11]);
  assertEquals([weak.verdict, weak.reason], [
    "not resolved",
    "not learned: all shared above the most frequent piece",
  ]);
  // By hand: differences 10, 11 and 10 have mean 10.33, deviation 0.577 and t(0.975; 2) = 4.303.
  const [{ estimate }] = verdict([50, 52, 51], [40, 41, 41]).statistics;
  assertEquals(
    estimate!.interval!.low.toFixed(2),
    (31 / 3 - 4.3027 * 0.57735 / Math.sqrt(3)).toFixed(2),
  );
});

Deno.test("a model that stays within five points of chance does not solve sentence order", () => {
  const pairs = (...values: [sop: number, nsp: number][]) =>
    values.map(([sop, nsp]) => ({ sop_uncut_accuracy: sop, nsp_uncut_accuracy: nsp }));
  const trained = pairs([90, 60], [91, 61], [92, 62]);
  const outcome = (...nsp: [number, number][]) =>
    lessonOutcome(stateOf("next-sentence", [pairs(...nsp), trained]));
  const { verdict, statistics } = outcome([51, 80], [50, 81], [50.5, 82]);
  assertEquals(verdict, "reproduced");
  assertEquals(statistics.map((each) => each.verdict), Array(3).fill("reproduced"));
  const solved = outcome([70, 80], [71, 81], [72, 82]);
  assertEquals([solved.verdict, solved.statistics[1].verdict], ["opposite", "reproduced"]);
  assertEquals(
    outcome([51, 50], [50, 49], [50, 51]).reason,
    "not learned: next-sentence accuracy above chance, trained with NSP",
  );
});

Deno.test("the page escapes texts and has the claim, the verdict and both models", () => {
  const state = stateOf("sharing", [mlm(50, 52, 51), mlm(40, 41, 41)]);
  const page = lessonPage({ ...state, text: "<b>your text</b>" });
  assertStringIncludes(page, "The claim is reproduced");
  assertStringIncludes(page, "+10.3 points");
  assertStringIncludes(page, "&lt;b&gt;your text");
  for (const { label } of state.lesson.models) assertStringIncludes(page, label);
  assertStringIncludes(page, "3 layers of 64 units, 5,000 steps");
  const depth = lessonPage(stateOf("depth", [mlm(50, 52, 51), mlm(40, 41, 41)]));
  assertStringIncludes(depth, "3 or 1 layers of 64 units");
});

Deno.test("a lesson that was stopped continues and ends in a page with a verdict", async () => {
  const folder = await Deno.makeTempDir();
  const words = [
    ...["paper", "lesson", "sentence-order", "--device", "cpu", "--steps", "12", "--seeds", "1"],
    ...["--output", `${folder}/lesson`, "--no-page"],
  ];
  const first = await runAlbert([...words, "--max-time", "0.001s"]);
  assertEquals(first.code, 0, first.stderr);
  assertStringIncludes(first.stderr, "2 of 2 runs are not finished; run the same command again");
  assertStringIncludes(
    first.stderr,
    "The claim cannot be resolved with --seeds 1: a verdict needs at least 3.",
  );
  const { code, stdout, stderr } = await runAlbert(words);
  assertEquals(code, 0, stderr);
  assertMatch(stdout, /^Paper: Masked-LM training alone does not teach/);
  assertMatch(stdout, /\nNot resolved\. .*1 of at least 3 seeds are finished\.\n/);
  assertMatch(stdout, /\/lesson\/index\.html\n$/);
  const markdown = await Deno.readTextFile(`${folder}/lesson/README.md`);
  assertMatch(
    markdown,
    /\| sentence-order accuracy on balanced pairs, seeds \| \d+\.\d% \| \d+\.\d% \|/,
  );
  // Finished runs are not repeated, and other settings are rejected.
  const again = await runAlbert([...words, "--json"]);
  assertEquals(JSON.parse(again.stdout).left, 0);
  // More seeds continue from the finished ones.
  const more = [...words.map((word) => word === "1" ? "3" : word), "--max-time", "0.001s"];
  const three = await runAlbert(more);
  assertStringIncludes(three.stderr, "4 of 6 runs are not finished");
  assertEquals(three.stderr.includes("cannot be resolved"), false);
  const other = await runAlbert(words.map((word) => word === "12" ? "13" : word));
  assertEquals(other.code, 1);
  assertStringIncludes(other.stderr, "the same lesson with other settings or text");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a lesson learns from the user's text, and names what is wrong with it", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/short.txt`, "One. Two.\n");
  const lesson = (input: string) =>
    runAlbert([
      ...["paper", "lesson", "sharing", "--device", "cpu", "--steps", "2", "--seeds", "1"],
      ...["--output", `${folder}/out`, "--no-page", "--input", input],
    ]);
  const short = await lesson(`${folder}/short.txt`);
  assertEquals(short.code, 1);
  assertStringIncludes(short.stderr, "--input must contain at least 20 documents");
  await Deno.writeTextFile(`${folder}/long.txt`, stories(200, 3).join("\n\n\n"));
  for (let i = 0; i < 20; i++) {
    await Deno.writeTextFile(`${folder}/book-${i}.txt`, stories(12, i).join("\n"));
  }
  const long = await lesson(`${folder}/book-*.txt`);
  assertEquals(long.code, 0, long.stderr);
  assertStringIncludes(await Deno.readTextFile(`${folder}/out/README.md`), "from your text");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("without a name, the lessons are listed; an unknown one is a usage error", async () => {
  const { code, stdout } = await runAlbert(["paper", "lesson"]);
  assertEquals(code, 0);
  for (const { id, claim } of LESSONS) {
    assertStringIncludes(stdout, id);
    assertStringIncludes(stdout, claim);
  }
  const ids = LESSONS.map(({ id }) => id).join(", ");
  const help = await runAlbert(["paper", "lesson", "--help"]);
  assertStringIncludes(help.stdout, `Lessons: ${ids}.`);
  const unknown = await runAlbert(["paper", "lesson", "height"]);
  assertEquals(unknown.code, 2);
  assertStringIncludes(unknown.stderr, `Unknown lesson "height"; expected one of ${ids}`);
});
