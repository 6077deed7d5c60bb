/** Data of GLUE, SQuAD and RACE, and predictions. */
import {
  evaluateSquadV1,
  evaluateSquadV2,
  GLUE_TASK_NAMES,
  glueMetrics,
  glueTaskDefinition,
  goldQuestions,
  raceExamples,
  readGlueFile,
  readNumbers,
  readPredictions,
  readRaceFile,
  readRacePredictions,
  readSquad,
  readTexts,
  squadFeatures,
  squadTrainingFeatures,
  writePredictions,
} from "../../../src/benchmarks/mod.ts";
import type { RandomStream } from "../../../src/tensor/random/mod.ts";
import { smallTokenizer } from "../../data/small_tokenizer.ts";
import { chance, fuzzer, pick } from "../fuzzer.ts";
import { mutateJson } from "../mutate_json.ts";
import { mutateText } from "../mutate_text.ts";

const TOKENIZER = smallTokenizer();

/** A labeled file of a task with its header and a row for each label. */
function glueText(name: typeof GLUE_TASK_NAMES[number]): string {
  const task = glueTaskDefinition(name);
  const { count, header, texts, label = 0 } = task.labeled[0] ?? task.test;
  const heading = Array.from({ length: count }, (_, i) => header?.[i] ?? `column ${i}`);
  const rows = Array.from({ length: 6 }, (_, row) => {
    const fields = Array.from({ length: count }, (_, i) => `${row}.${i}`);
    for (const column of texts) fields[column] = `the cat "${row}" sat on the mat.`;
    if (label !== undefined) fields[label] = task.labels[row % task.labels.length] ?? `${row % 5}`;
    return fields.join("\t");
  });
  return [...header === undefined ? [] : [heading.join("\t")], ...rows].join("\n") + "\n";
}

const GLUE_TEXTS = GLUE_TASK_NAMES.map(glueText);

export const glueTsv = fuzzer<string>({
  rejections: ["GlueFileError"],
  make: (random) => mutateText(random, GLUE_TEXTS),
  read: (text) => {
    let refusal: unknown, taken = false;
    for (const name of GLUE_TASK_NAMES) {
      const task = glueTaskDefinition(name);
      for (const kind of ["train", "dev", "test"] as const) {
        try {
          const { rows } = readGlueFile(task, kind, text, "x.tsv");
          taken = true;
          if (kind === "dev") {
            const labels = rows.map(({ label }) => label ?? 0);
            glueMetrics(task, labels, labels);
          }
        } catch (error) {
          refusal = error;
          if ((error as Error).name !== "GlueFileError") throw error;
        }
      }
    }
    if (!taken) throw refusal;
  },
});

const SQUAD = {
  version: "v2.0",
  data: [{
    title: "Cats",
    paragraphs: [{
      context: "The cat 🐈 sat on the mat, and it ran under the house. " +
        "a dog was on. ".repeat(20),
      qas: [
        {
          id: "q1",
          question: "Who sat?",
          is_impossible: false,
          answers: [{ text: "The cat", answer_start: 0 }, { text: "cat 🐈", answer_start: 4 }],
        },
        { id: "q2", question: "Why?", is_impossible: true, answers: [], plausible_answers: [] },
        { id: "2", question: "", answers: [{ text: "under the house", answer_start: 35 }] },
      ],
    }],
  }],
};

export const squadJson = fuzzer<string>({
  rejections: ["SquadFormatError", "SquadScoreError"],
  make: (random) => mutateJson(random, [SQUAD, { data: SQUAD.data }]),
  read: (text) => {
    const dataset = readSquad(text);
    const options = { maxLength: 64, stride: 16, maxQuestionLength: 16 };
    squadFeatures(dataset, TOKENIZER, options);
    squadTrainingFeatures(dataset, TOKENIZER, options);
    const gold = goldQuestions(dataset);
    const answers = new Map(gold.map(({ id, answers }) => [id, answers[0] ?? ""]));
    if (dataset.version === "1.1") evaluateSquadV1(gold, answers);
    else evaluateSquadV2(gold, answers);
  },
});

const PASSAGE = {
  id: "high1.txt",
  article: "The cat sat on the mat. It ran under the house and then it was a dog.",
  questions: ["Who sat on the _ ?", "Why?"],
  options: [["a cat", "a dog", "he", "she"], ["a", "b", "c", "d"]],
  answers: ["A", "D"],
};

export const raceJson = fuzzer<string>({
  rejections: ["RaceFileError"],
  make: (random) =>
    chance(random, 70)
      ? mutateJson(random, [PASSAGE])
      : `${JSON.stringify(PASSAGE)}\n${mutateJson(random, [PASSAGE])}\n`,
  read: (text) => raceExamples(readRaceFile(text, "high", "1.txt"), TOKENIZER, 48),
});

const QNLI = glueTaskDefinition("qnli");
const QNLI_ROWS = Array.from({ length: 6 }, (_, i) => ({ index: `${i}`, texts: ["a", "b"] }));
const STS_B = glueTaskDefinition("sts-b");
const RACE_QUESTIONS = readRaceFile(JSON.stringify(PASSAGE), "high", "1.txt");
const TABLE = { q1: "The cat", q2: "", "2": 'under the "house" \u00e9', "007": "1.5" };
const NUMBERS = '{"q1": -3.5, "q2": Infinity, "2": 1e-7, "007": -Infinity}';

/** All kinds of predictions files. The first letter selects the kind. */
export const predictions = fuzzer<string>({
  rejections: ["GlueFileError", "RaceFileError", "SquadScoreError"],
  make: (random: RandomStream) => {
    const kind = pick(random, [..."gsrtn"]);
    const labels = QNLI_ROWS.map((_, i) => i % 2);
    const lines = { g: writePredictions(QNLI, QNLI_ROWS, labels), s: "", r: "" };
    lines.s = writePredictions(STS_B, QNLI_ROWS, [0, 1.5, 2, 3, 4, 5]);
    lines.r = "high1.txt-0\tA\nhigh1.txt-1\tD\n";
    if (kind === "t") return kind + mutateJson(random, [TABLE]);
    if (kind === "n") return kind + mutateText(random, [NUMBERS]);
    return kind + mutateText(random, [lines[kind as keyof typeof lines]]);
  },
  read: (input) => {
    const text = input.slice(1);
    if (input[0] === "g") readPredictions(QNLI, QNLI_ROWS, text, "QNLI.tsv");
    if (input[0] === "s") readPredictions(STS_B, QNLI_ROWS, text, "STS-B.tsv");
    if (input[0] === "r") readRacePredictions(RACE_QUESTIONS, text, "RACE.tsv");
    if (input[0] === "t") readTexts(text);
    if (input[0] === "n") readNumbers(text);
  },
});
