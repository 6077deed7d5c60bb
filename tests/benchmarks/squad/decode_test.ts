import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "../../support/property.ts";
import {
  averageScores,
  combineTops,
  decodeQuestion,
  linearScores,
  type SpanScore,
} from "../../../src/benchmarks/squad/decode.ts";
import { squadFeatures } from "../../../src/benchmarks/squad/features.ts";
import { readTexts, type SquadV2Metrics } from "../../../src/benchmarks/squad/metric/mod.ts";
import {
  decodeDataset,
  evaluateAnswers,
  predictionFiles,
} from "../../../src/benchmarks/squad/predictions.ts";
import { readSquad } from "../../../src/benchmarks/squad/reader.ts";
import { squadFile } from "./squad_file.ts";
import { wordTokenizer } from "./word_tokenizer.ts";

const TOKENIZER = wordTokenizer(["where", "a", "b", "c", "d"]);
const DATASET = readSquad(squadFile("a b  c d", [{ id: "q", question: "where", answers: [] }]));
const [QUESTION] = DATASET.questions;

/** Positions 3 to 6 are a, b, c, d. */
const [WINDOW] = squadFeatures(DATASET, TOKENIZER).windows;

function span(start: number, end: number, score: number): SpanScore {
  return { start, end, startScore: score, endScore: 0 };
}

function decode(spans: SpanScore[], options = {}) {
  return decodeQuestion(QUESTION, [{ window: WINDOW, scores: { spans, noAnswer: 2 } }], options);
}

const texts = (spans: SpanScore[], options = {}) =>
  decode(spans, options).nBest.map(({ text }) => text);

Deno.test("answers are parts of the paragraph, the best first, without duplicates", () => {
  assertEquals(texts([span(3, 3, 1), span(4, 5, 3), span(3, 6, 2), span(4, 5, 0)]), [
    "b  c",
    "a b  c d",
    "a",
  ]);
});

Deno.test("spans outside the paragraph, reversed spans and long spans are not answers", () => {
  const all = [span(0, 0, 9), span(1, 3, 9), span(2, 3, 9), span(4, 3, 9), span(5, 7, 9)];
  assertEquals(texts([...all, span(3, 4, 1)]), ["a b"]);
  assertEquals(texts([span(3, 6, 9), span(3, 5, 1)], { maxAnswerLength: 3 }), ["a b  c"]);
  assertEquals(texts(all), [""]);
});

Deno.test("an answer is valid only in the window with the most context of its start", () => {
  const { windows } = squadFeatures(DATASET, TOKENIZER, { maxLength: 7, stride: 2 });
  assertEquals(windows.map(({ maxContext }) => [...maxContext]), [[1, 1, 1], [0, 1]]);
  const scores = { spans: [span(3, 3, 1)], noAnswer: 0 };
  const decoded = decodeQuestion(QUESTION, [
    { window: windows[0], scores },
    { window: windows[1], scores: { spans: [span(3, 4, 9), span(4, 4, 0)], noAnswer: -1 } },
  ]);
  assertEquals(decoded.nBest.map(({ text }) => text), ["a", "d"]);
  assertEquals(decoded.noAnswer, -1);
});

Deno.test("probabilities are a softmax over the n best answers", () => {
  const { nBest } = decode([span(3, 3, 1), span(4, 4, 0), span(5, 5, -1)], { nBest: 2 });
  assertEquals(nBest.length, 2);
  assertAlmostEquals(nBest[0].probability, Math.E / (1 + Math.E), 1e-12);
  assertAlmostEquals(nBest[0].probability + nBest[1].probability, 1, 1e-12);
});

Deno.test("the linear head's no-answer score is the score of [CLS] minus that of the best answer", () => {
  const start = Float32Array.of(1, 9, 9, 0, 3, 0, 0, 9);
  const end = Float32Array.of(2, 9, 9, 0, 0, 4, 0, 9);
  const scores = linearScores(start, end);
  const { nBest, noAnswer } = decodeQuestion(QUESTION, [{ window: WINDOW, scores }], {
    againstBest: true,
  });
  assertEquals([nBest[0].text, noAnswer], ["b  c", 1 + 2 - (3 + 4)]);
});

Deno.test("combineTops() returns spans of the twenty best starts and ends", () => {
  const logits = fc.float32Array({ minLength: 30, maxLength: 60, noNaN: true });
  fc.assert(fc.property(logits, logits, (start, end) => {
    const length = Math.min(start.length, end.length);
    const spans = combineTops(start.subarray(0, length), end.subarray(0, length));
    assert(spans.every((one) => one.start <= one.end) && spans.length <= 400);
    const best = Math.max(...start.subarray(0, length));
    for (const { start: at } of spans) assert(start[at] <= best);
  }));
});

Deno.test("the threshold with the best F1 decides, and the files contain the same predictions", () => {
  const qas = ["x", "__proto__", "7"].map((id) => ({
    id,
    question: "where",
    answers: id === "x" ? [{ text: "a", answer_start: 0 }] : [],
  }));
  const dataset = readSquad(squadFile("a b c d", qas));
  const { windows } = squadFeatures(dataset, TOKENIZER);
  const scores = [-3, 1, -1].map((noAnswer) => ({ spans: [span(3, 3, 0)], noAnswer }));
  const answers = decodeDataset(dataset, windows, scores);
  const { predictions, metrics, threshold } = evaluateAnswers(dataset, answers);
  assertEquals(threshold, -3);
  assertEquals([...predictions], [["x", "a"], ["__proto__", ""], ["7", ""]]);
  const { exact, f1, total, best_f1, best_f1_thresh } = metrics as SquadV2Metrics;
  assertEquals([exact, f1, total, best_f1, best_f1_thresh], [100, 100, 3, 100, -3]);
  const files = predictionFiles(dataset, answers, predictions);
  assertEquals([...files.keys()].sort(), [
    "nbest_predictions.json",
    "null_odds.json",
    "predictions.json",
  ]);
  assertEquals([...readTexts(files.get("predictions.json")!)], [...predictions]);
  const { predictions: all } = evaluateAnswers(dataset, answers, 0);
  assertEquals([...all.values()], ["a", "", "a"]);
});

Deno.test("averageScores() averages a span over the models that propose it", () => {
  const [{ spans, noAnswer }] = averageScores([
    [{ spans: [span(3, 3, 1), span(4, 5, 3)], noAnswer: 1 }],
    [{ spans: [span(4, 5, 2), span(6, 6, 9)], noAnswer: -2 }],
  ]);
  assertEquals(spans, [span(3, 3, 1), span(4, 5, 2.5), span(6, 6, 9)]);
  assertEquals(noAnswer, -0.5);
});

Deno.test("the threshold is -Infinity if answering nothing is best", () => {
  const dataset = readSquad(squadFile("a b c d", [
    { id: "x", question: "where", answers: [] },
    { id: "y", question: "where", answers: [] },
  ]));
  const { windows } = squadFeatures(dataset, TOKENIZER);
  const scores = windows.map(() => ({ spans: [span(3, 3, 0)], noAnswer: -8 }));
  const evaluation = evaluateAnswers(dataset, decodeDataset(dataset, windows, scores));
  assertEquals(evaluation.threshold, -Infinity);
  assertEquals((evaluation.metrics as SquadV2Metrics).f1, 100);
});
