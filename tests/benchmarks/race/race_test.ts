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
import { Tokenizer } from "../../../src/text/mod.ts";
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

Deno.test("readRaceFile() reads a passage a file, or one a line", () => {
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

Deno.test("readRaceFile() names file, line and what is wrong", () => {
  const cases: [unknown, string][] = [
    ["{", "7.txt: not JSON"],
    [{ ...passage, article: 3 }, '7.txt: no "article"'],
    [{ ...passage, options: "abc" }, '7.txt: no list "options"'],
    [{ ...passage, answers: ["A"] }, "7.txt: 2 questions, 2 lists of options and 1 answers"],
    [{ ...passage, answers: ["A", "E"] }, '7.txt: answer 2 is "E", not one of A, B, C, D'],
    [
      { ...passage, options: [["a", "b"], passage.options[1]] },
      "7.txt: question 1 needs a text and 4 options",
    ],
  ];
  for (const [value, message] of cases) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    assertThrows(() => readRaceFile(text, "middle", "7.txt"), RaceFileError, message);
  }
  assertThrows(
    () => readRaceFile(`${JSON.stringify(passage)}\n{]\n`, "middle", "all.txt"),
    RaceFileError,
    "all.txt, line 2: not JSON",
  );
});

Deno.test("questionWithOption() fills every gap, or appends", () => {
  assertEquals(questionWithOption("a _ b _", "$&"), "a $& b $&");
  assertEquals(questionWithOption("why ?", "so"), "why ? so");
});

Deno.test("raceExamples() lays out article and question with each option, the article cut at its end", () => {
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
  // Of a question longer than the sequence its last tokens stay.
  const [short] = raceExamples([questions[1]], tokenizer, 7);
  assertEquals(text(short.sequences[0].ids), "[CLS] [SEP] is next ? one [SEP]");
});

Deno.test("raceAccuracy() counts all questions and each kind of school", () => {
  const both = [...questions, ...high];
  assertEquals(raceAccuracy(both, [0, 3, 0, 1]), {
    accuracy: 0.75,
    accuracy_middle: 1,
    accuracy_high: 0.5,
  });
  assertEquals(raceAccuracy(questions, [1, 3]), { accuracy: 0.5, accuracy_middle: 0.5 });
  assertThrows(() => raceAccuracy(questions, [1]), RangeError, "there are 2 questions");
});

Deno.test("predictions are a letter a question, by id or in order", () => {
  const text = writeRacePredictions(questions, [2, 3]);
  assertEquals(text, "middle7.txt-0\tC\nmiddle7.txt-1\tD\n");
  assertEquals(readRacePredictions(questions, text, "f"), [2, 3]);
  assertEquals(readRacePredictions(questions, "B\nA\n", "f"), [1, 0]);
  const cases: [string, string][] = [
    ["x\tA\nmiddle7.txt-1\tD", 'f, line 1: question "x" is unknown'],
    ["middle7.txt-0\tA\n", "f lacks 1 of 2 questions, first middle7.txt-1"],
    ["middle7.txt-0\tA\nmiddle7.txt-0\tA", "f, line 2: question middle7.txt-0 is there a second"],
    ["middle7.txt-0\tE\n", 'f, line 1: "E" is not one of A, B, C, D'],
    ["A\n", "f has 1 letters, there are 2 questions"],
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

Deno.test("loadRace() refuses a folder without RACE files", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/dev/middle`, { recursive: true });
  const error = await loadRace(folder, "dev", ["middle"]).catch((error) => error);
  assertEquals(error.message, `${folder} holds no dev/middle/*.txt`);
  await Deno.remove(folder, { recursive: true });
});
