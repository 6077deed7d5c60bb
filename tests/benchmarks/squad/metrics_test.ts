// Compares metrics with those of SQuAD's evaluation scripts (evaluate-v1.1.py, evaluate-v2.0.py, Python 3.11) for generated files. If a 2.0
// prediction is missing, evaluate-v2.0.py stops with a KeyError; it was changed to exclude the question from HasAns and NoAns.
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  evaluateSquadV1,
  evaluateSquadV2,
  normalizeAnswer,
  readNumbers,
  readTexts,
  SquadScoreError,
  writeTable,
} from "../../../src/benchmarks/squad/metric/mod.ts";
import { readSquad } from "../../../src/benchmarks/squad/reader.ts";

interface OfficialCase {
  /** Contents of the three files. */
  gold: string;
  predictions: string;
  noAnswer: string | null;
  threshold: number;
  /** Output of the script. */
  metrics: Record<string, number>;
}

const CASES: OfficialCase[] = JSON.parse(
  await Deno.readTextFile(
    new URL("../../fixtures/squad/official_scores.json", import.meta.url),
  ),
);

Deno.test("metrics equal those of SQuAD's evaluation scripts to the last bit", () => {
  let versions = "";
  for (const { gold, predictions, noAnswer, threshold, metrics } of CASES) {
    const { version, questions } = readSquad(gold);
    const golds = questions.map(({ id, answers }) => ({
      id,
      answers: answers.map(({ text }) => text),
    }));
    const answers = readTexts(predictions);
    const ours = version === "1.1"
      ? evaluateSquadV1(golds, answers)
      : evaluateSquadV2(golds, answers, {
        scores: noAnswer === null ? undefined : readNumbers(noAnswer),
        threshold,
      });
    assertEquals(Object.entries(ours), Object.entries(metrics), gold);
    versions += version;
  }
  assert(versions.includes("1.12.0") && CASES.length > 60);
});

Deno.test("normalizeAnswer() agrees with Python", () => {
  for (
    const [answer, normalized] of [
      ["The  Cat, a dog & an ox.", "cat dog ox"],
      ["theatre an-other a_b", "theatre another ab"],
      ["_a_ the", ""],
      ["áa a\u0301b", "áa \u0301b"], // a combining mark is not a word character in Python
      ["ΟΔΟΣ the", "οδος"],
      ["İ", "i\u0307"],
      ["x\u001cy\u0085z\u00a0w", "x y z w"],
      ["x\ufeffy\u180ez", "x\ufeffy\u180ez"],
      ["a١ ²the the½ 𝐀the", "a١ ²the the½ 𝐀the"],
      ["", ""],
    ]
  ) assertEquals(normalizeAnswer(answer), normalized);
});

Deno.test("ids are read in file order, including those that look like numbers", () => {
  const text = '{"7": "x", "__proto__": "y", "3": "z", "7": "w"}';
  assertEquals([...readTexts(text)], [["7", "w"], ["__proto__", "y"], ["3", "z"]]);
  assertEquals(({} as Record<string, unknown>).y, undefined);
  assertEquals([...readNumbers('{"b": -Infinity, "a": 1e-3}')], [["b", -Infinity], ["a", 0.001]]);
});

Deno.test("texts that look like numbers are written as texts, and infinite numbers without quotes", () => {
  const texts = ["Infinity", "-Infinity", "1e999", "9".repeat(400), "1", ""];
  const answers = new Map(texts.map((text, i) => [`q${i}`, text]));
  assertEquals(readTexts(writeTable(answers)), answers);
  const scores = new Map([["a", Infinity], ["b", -Infinity], ["c", 0.5]]);
  assertEquals(readNumbers(writeTable(scores)), scores);
});

Deno.test("an invalid prediction file is rejected with the id or the place", () => {
  for (
    const [text, sentence] of [
      ['{"q1": ["nbest"]}', "the answer to q1 must be a string"],
      ['{"q1": "x",\n "q2": null}', "the answer to q2 must be a string"],
      ['{"q1": "x",}', "line 1, column 12: expected a string"],
      ['{"q1": "x"\n "q2"', "line 2, column 2: expected , or }"],
      ["[]", "line 1, column 1: expected {"],
      ["", "line 1, column 1: expected {"],
      ["{} {}", "line 1, column 4: expected the end of the file"],
    ]
  ) assertThrows(() => readTexts(text), SquadScoreError, sentence);
  assertThrows(() => readNumbers('{"q": NaN}'), SquadScoreError, "the score of q must not be NaN");
  assertThrows(() => readNumbers('{"q": "1"}'), SquadScoreError, "the score of q must be a number");
});

Deno.test("predictions that cannot be scored are rejected with the reason", () => {
  const gold = [{ id: "q1", answers: ["x"] }];
  assertThrows(() => evaluateSquadV1([], new Map()), SquadScoreError, "has no questions");
  assertThrows(
    () => evaluateSquadV1([{ id: "q2", answers: [] }], new Map([["q2", ""]])),
    SquadScoreError,
    "question q2 has no gold answer",
  );
  assertEquals(evaluateSquadV1(gold, new Map()), { exact_match: 0, f1: 0 });
  assertThrows(() => evaluateSquadV2(gold, new Map()), SquadScoreError, "has a prediction");
  assertThrows(
    () => evaluateSquadV2(gold, new Map([["q1", "x"]]), { scores: new Map() }),
    SquadScoreError,
    "question q1 has no no-answer score",
  );
});
