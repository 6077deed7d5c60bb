// Errors of the playground: in the words of the page, and still shown after a reload.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Problem, problemOf, readFile } from "../../examples/browser/problem.ts";
import type { Settings } from "../../examples/browser/settings.ts";
import { BROWSERS, click, deviceOf, fill, withPlayground } from "../support/playground.ts";
import { testVisits, Visit } from "../support/playground_visit.ts";
import { usePrivateFiles } from "../support/private_files.ts";

const [chromium] = BROWSERS;

/** What a page does not have: flags, commands, names of settings in code, and errors of the platform. */
const FOREIGN =
  /--[a-z]|\balbert [a-z]+ |\bdeno\b|max_\w+|maxSeqLength|DOMException|undefined|Cannot read prop/;

/** Two documents of two long sentences. */
const LONG = Array.from(
  { length: 2 },
  (_, i) =>
    ["The fox", "A crow"].map((who) =>
      `${who} ${"saw one more hill and one more tree and ".repeat(3 + i)}then slept.`
    ).join(" "),
).join("\n\n");

const CASES: readonly [text: string, changes: Partial<Settings>, ...parts: string[]][] = [
  [
    LONG,
    {},
    "too long for pairs",
    "“the fox saw one",
    "or choose “None” as “Second objective”",
    "reads 20 tokens",
    "at most 16",
    "sentence 1 of document 1",
  ],
  ["The sun rises.\n\nThe moon sets.", {}, "each document of the text has one", "blank lines"],
  ["The sun rises. It sets.", { objective: "nsp" }, "need two documents", "Sentence order (SOP)"],
  [
    Array.from({ length: 300 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join(" "),
    { vocabulary: 60 },
    "300 different characters",
    "60 pieces",
    "Raise “Vocabulary”",
  ],
];

for (const [text, changes, ...parts] of CASES) {
  testVisits(`a run fails in the words of the page: ${parts[0]}`, async () => {
    const root = usePrivateFiles();
    const visit = await Visit.open();
    await visit.start(text, changes);
    await visit.until("failed");
    const message = visit.states.at(-1)!.replace("failed: ", "");
    for (const part of parts) assertStringIncludes(message, part);
    assertEquals(FOREIGN.exec(message), null, message);
    // The next visit shows it again.
    root.close();
    const [saved] = await (await Visit.open()).engine.saved();
    assertEquals([saved.state, saved.message], ["failed", message]);
  });
}

testVisits("a failed run that is resumed and finishes has no reason any more", async () => {
  const root = usePrivateFiles();
  const visit = await Visit.open();
  visit.onEvent = ({ type }) => root.full = type === "metrics";
  await visit.start();
  await visit.until("failed");
  visit.onEvent = () => {};
  root.full = false;
  await visit.engine.resume("run");
  await visit.until("finished");
  assertEquals((await visit.engine.saved())[0].message, null);
});

testVisits(
  "a run of next sentences is evaluated although its sentences are too long for their order",
  async () => {
    usePrivateFiles();
    const visit = await Visit.open();
    await visit.start(LONG, { objective: "nsp" });
    await visit.until("finished");
    const { sop, nsp, pairs } = await visit.engine.evaluate("run");
    assertEquals(sop, null);
    assert(nsp !== null && pairs > 0);
  },
);

Deno.test("errors of the platform and the library become sentences with something to do", async () => {
  const { error: log } = console;
  const logged: unknown[] = [];
  console.error = (error) => logged.push(error);
  try {
    const errors = [
      new DOMException("The quota has been exceeded.", "QuotaExceededError"),
      new DOMException("", "NotFoundError"),
      new DOMException("denied", "SecurityError"),
      new RangeError("Array buffer allocation failed"),
      new TypeError("Cannot read properties of undefined (reading 'x')"),
      new RangeError("too many words: train on a sample (--input-sentence-size)."),
      "text",
    ];
    const messages = errors.map((error) => problemOf(error, "open the model").message);
    assertEquals(logged, errors, "the console has the originals");
    for (const message of messages) {
      assertEquals(FOREIGN.exec(message), null);
      assert(/^[A-Z].*\. [A-Z].*\.$/.test(message), message);
    }
    assertStringIncludes(messages[3], "memory");
    assertStringIncludes(messages[4], "Cannot open the model");
    const own = new Problem("Paste a text first.");
    assertEquals(problemOf(own, "start"), own);
    const gone = new File(["a"], "a.txt");
    await assertRejects(
      () => readFile(gone, () => Promise.reject(new DOMException("", "NotReadableError"))),
      Problem,
      "a.txt cannot be read",
    );
  } finally {
    console.error = log;
  }
});

Deno.test({
  name: "the page shows why a run failed, also after a reload",
  ignore: chromium.path === null,
  fn: () =>
    withPlayground(chromium, {}, async (page) => {
      await deviceOf(page);
      await click(page, "#tab-train");
      await fill(page, "#setting-text", "own");
      await fill(page, "#own-text", "The sun rises.\n\nThe moon sets.");
      await fill(page, "#setting-vocabulary", "60");
      await click(page, "#train");
      const reason = `document.querySelector(".progress .notice")?.textContent`;
      await page.until(`document.querySelector("#state")?.textContent.includes("Failed")`);
      const shown = await page.evaluate<string>(reason);
      assertStringIncludes(shown, "each document of the text has one");
      assertEquals(await page.evaluate(`document.querySelectorAll(".chart").length`), 0);
      await page.go();
      await deviceOf(page);
      await click(page, "#tab-train");
      assertEquals(await page.until(reason), shown);
    }),
});
