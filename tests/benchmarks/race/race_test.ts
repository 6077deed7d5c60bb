import { assertEquals, assertThrows } from "@std/assert";
import { loadRace } from "../../../src/benchmarks/race/disk.ts";
import {
  questionWithOption,
  raceAccuracy,
  raceExamples,
  RaceFileError,
  readRaceFile,
  readRacePredictions,
  writeRacePredictions,
} from "../../../src/benchmarks/race/mod.ts";
import { ALBERT_CLEANING, SentencePieceSegmenter, Tokenizer } from "../../../src/text/mod.ts";
import { smallModel } from "../../text/support/small_model.ts";
import { sharedData } from "../../text/support/shared_data.ts";

const passage = {
  id: "middle7.txt",
  article: "one two three four five six",
  questions: ["five _ seven ?", "what is next ?"],
  options: [["six", "one", "two", "three"], ["one", "two", "three", "four"]],
  answers: ["A", "D"],
};
const questions = readRaceFile(JSON.stringify(passage), "middle", "7.txt");
const high = readRaceFile(JSON.stringify({ ...passage, id: "high7.txt" }), "high", "7.txt");

Deno.test("readRaceFile() reads one passage per file or per line", () => {
  assertEquals(questions.map(({ id, answer }) => [id, answer]), [
    ["middle7.txt-0", 0],
    ["middle7.txt-1", 3],
  ]);
  const { id: _, ...withoutId } = passage;
  const lines = `${JSON.stringify(passage)}\n${JSON.stringify(withoutId)}\n`;
  assertEquals(
    readRaceFile(lines, "high", "RACE/dev/high/all.txt").map(({ id }) => id),
    ["middle7.txt-0", "middle7.txt-1", "highall.txt-0", "highall.txt-1"],
  );
});

Deno.test("readRaceFile() reports problems with file and line", () => {
  const cases: [unknown, string][] = [
    ["{", "7.txt: not valid JSON"],
    [{ ...passage, article: 3 }, '7.txt: "article" must be a string'],
    [{ ...passage, options: "abc" }, '7.txt: "options" must be a list'],
    [
      { ...passage, answers: ["A"] },
      "7.txt: the lists must have the same length, got 2 questions, 2 options and 1 answers",
    ],
    [{ ...passage, answers: ["A", "E"] }, '7.txt: answer 2 must be A, B, C or D, got "E"'],
    [
      { ...passage, options: [["a", "b"], passage.options[1]] },
      "7.txt: question 1 must have a text and 4 options",
    ],
  ];
  for (const [value, message] of cases) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    assertThrows(() => readRaceFile(text, "middle", "7.txt"), RaceFileError, message);
  }
  assertThrows(
    () => readRaceFile(`${JSON.stringify(passage)}\n{]\n`, "middle", "all.txt"),
    RaceFileError,
    "all.txt, line 2: not valid JSON",
  );
});

Deno.test("questionWithOption() fills all gaps, or appends the option", () => {
  assertEquals(questionWithOption("a _ b _", "$&"), "a $& b $&");
  assertEquals(questionWithOption("why ?", "so"), "why ? so");
});

Deno.test("raceExamples() encodes the article and the question with each option, and truncates the article", () => {
  const words = "[PAD] [UNK] [CLS] [SEP] [MASK] one two three four five six seven what is next ?";
  const tokenizer = Tokenizer.fromVocabulary(words.split(" ").join("\n"));
  const [first, second] = raceExamples(questions, tokenizer, 12);
  const text = (ids: ArrayLike<number>) =>
    Array.from(ids, (id) => tokenizer.idToPiece(id)).join(" ");
  assertEquals(
    text(first.sequences[0].ids),
    "[CLS] one two three four five [SEP] five six seven ? [SEP]",
  );
  assertEquals([...first.sequences[0].typeIds as Uint8Array].join(""), "000000011111");
  assertEquals(
    text(second.sequences[3].ids),
    "[CLS] one two three four [SEP] what is next ? four [SEP]",
  );
  // The last tokens of a question longer than the sequence are kept.
  const [short] = raceExamples([questions[1]], tokenizer, 7);
  assertEquals(text(short.sequences[0].ids), "[CLS] [SEP] is next ? one [SEP]");
  // The longest sequence of an example before it was truncated.
  assertEquals([first.length, second.length, short.length], [13, 14, 14]);
});

Deno.test("raceExamples() cleans question and option before it joins them, as race_utils.py", () => {
  const tokenizer = new Tokenizer(
    new SentencePieceSegmenter(
      smallModel(
        Object.fromEntries([..."▁abcdefghijklmnopqrstuvwxyz_."].map((piece) => [piece, -2])),
      ),
      { cleaning: ALBERT_CLEANING },
    ),
  );
  const joined = (question: string, option: string) => {
    const [example] = raceExamples(
      [{ ...questions[0], article: "", question, options: [option] }],
      tokenizer,
      64,
    );
    return tokenizer.decode(Array.from(example.sequences[0].ids).slice(2, -1)).trim();
  };
  assertEquals(joined("Fill \uff3f in", " The\u00a0 Gap "), "fill the gap in");
  assertEquals(joined("she _. he __", "  ran "), "she ran. he ranran");
  assertEquals(joined(" why", " so "), "why so");
});

Deno.test("raceAccuracy() scores all questions and each level", () => {
  const both = [...questions, ...high];
  assertEquals(raceAccuracy(both, [0, 3, 0, 1]), {
    accuracy: 0.75,
    accuracy_middle: 1,
    accuracy_high: 0.5,
  });
  assertEquals(raceAccuracy(questions, [1, 3]), { accuracy: 0.5, accuracy_middle: 0.5 });
  assertThrows(() => raceAccuracy(questions, [1]), RangeError, "against 2 questions");
});

Deno.test("prediction files have one letter per question, by id or in order", () => {
  const text = writeRacePredictions(questions, [2, 3]);
  assertEquals(text, "middle7.txt-0\tC\nmiddle7.txt-1\tD\n");
  assertEquals(readRacePredictions(questions, text, "f"), [2, 3]);
  assertEquals(readRacePredictions(questions, "B\nA\n", "f"), [1, 0]);
  const cases: [string, string][] = [
    ["x\tA\nmiddle7.txt-1\tD", 'f, line 1: unknown question "x"'],
    ["middle7.txt-0\tA\n", "f: 1 of 2 questions are missing, the first is middle7.txt-1"],
    ["middle7.txt-0\tA\nmiddle7.txt-0\tA", "f, line 2: question middle7.txt-0 is repeated"],
    ["middle7.txt-0\tE\n", 'f, line 1: the answer must be A, B, C or D, got "E"'],
    ["A\n", "f has 1 letters, expected 2"],
  ];
  for (const [wrong, message] of cases) {
    assertThrows(() => readRacePredictions(questions, wrong, "f"), RaceFileError, message);
  }
});

const race = sharedData("data/race");

Deno.test({
  name: "loadRace() reads the official folders, middle before high",
  ignore: race === undefined,
  async fn() {
    const { questions } = await loadRace(race!, "dev", ["middle", "high"]);
    const levels = questions.map(({ level }) => level);
    assertEquals(levels.lastIndexOf("middle") < levels.indexOf("high"), true);
    assertEquals(new Set(questions.map(({ id }) => id)).size, questions.length);
  },
});

Deno.test("loadRace() rejects a folder without RACE files", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/dev/middle`, { recursive: true });
  const error = await loadRace(folder, "dev", ["middle"]).catch((error) => error);
  assertEquals(error.message, `${folder} does not contain dev/middle/*.txt`);
  await Deno.remove(folder, { recursive: true });
});
