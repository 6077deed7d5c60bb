import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "../../support/property.ts";
import {
  bestSpans,
  mayAnswer,
  slidingSpans,
  squadFeatures,
  squadTrainingFeatures,
} from "../../../src/benchmarks/squad/features.ts";
import { normalizeAnswer } from "../../../src/benchmarks/squad/metric/mod.ts";
import { readSquad } from "../../../src/benchmarks/squad/reader.ts";
import { Tokenizer } from "../../../src/text/mod.ts";
import { sharedData } from "../../text/support/shared_data.ts";
import { squadFile } from "./squad_file.ts";
import { wordTokenizer } from "./word_tokenizer.ts";

Deno.test("slidingSpans() returns spans at a stride, the last of which reaches the end", () => {
  assertEquals(slidingSpans(10, 6, 3), [
    { start: 0, length: 6 },
    { start: 3, length: 6 },
    { start: 6, length: 4 },
  ]);
  assertEquals(slidingSpans(6, 6, 3), [{ start: 0, length: 6 }]);
  assertEquals(slidingSpans(5, 2, 3).length, 3); // a stride beyond the span would leave gaps
  assertEquals(slidingSpans(0, 6, 3), []);
});

Deno.test("spans cover all tokens, and bestSpans() selects the span with the most context", () => {
  const size = fc.integer({ min: 1, max: 40 });
  fc.assert(fc.property(fc.integer({ min: 0, max: 200 }), size, size, (tokens, room, stride) => {
    const spans = slidingSpans(tokens, room, stride);
    const best = bestSpans(spans);
    assertEquals(best.length, tokens);
    for (let token = 0; token < tokens; token++) {
      const scores = spans.map(({ start, length }) =>
        token < start || token >= start + length
          ? -1
          : Math.min(token - start, start + length - 1 - token) + 0.01 * length
      );
      const largest = Math.max(...scores);
      assert(largest >= 0);
      assertEquals(best[token], scores.indexOf(largest));
    }
  }));
});

const TOKENIZER = wordTokenizer(["where", "is", "old", "the", "town", "of", "paris", "##ian", "."]);

Deno.test("a window is [CLS] question [SEP] paragraph [SEP] with the answer's position", () => {
  const dataset = readSquad(squadFile("The Parisian town. Old Paris is old", [
    {
      id: "q",
      question: "Where is the Paris?",
      answers: [{ text: "Old Paris", answer_start: 19 }],
    },
  ]));
  const { windows, dropped } = squadTrainingFeatures(dataset, TOKENIZER, {
    maxLength: 14,
    stride: 4,
    maxQuestionLength: 3,
  });
  assertEquals(dropped, undefined);
  const pieces = windows.map(({ sequences: [{ ids }] }) =>
    Array.from(ids, (id) => TOKENIZER.idToPiece(id)).join(" ")
  );
  assertEquals(pieces, [
    "[CLS] where is the [SEP] the paris ##ian town . old paris is [SEP]",
    "[CLS] where is the [SEP] . old paris is old [SEP]",
  ]);
  const [first, second] = windows;
  assertEquals([...first.sequences[0].typeIds], [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  assertEquals([first.start, first.end, second.start, second.end], [10, 11, 6, 7]);
  assertEquals([...first.maxContext], [1, 1, 1, 1, 1, 1, 0, 0]);
  assertEquals([...second.maxContext], [0, 0, 1, 1, 1]);
  const { context } = dataset.questions[0];
  const text = context.slice(first.pieceStarts[5], first.pieceEnds[6]);
  assertEquals(text, "Old Paris");
  const allowed = Array.from(first.sequences[0].ids.keys()).filter((at) => mayAnswer(first, at));
  assertEquals(allowed, [0, 5, 6, 7, 8, 9, 10, 11, 12]);
});

Deno.test("a window without the whole answer, or of an unanswerable question, is labeled [CLS]", () => {
  const dataset = readSquad(squadFile("The town of Paris", [
    { id: "q", question: "where", answers: [{ text: "town of Paris", answer_start: 4 }] },
    { id: "none", question: "where", answers: [] },
    { id: "lost", question: "where", answers: [{ text: "town", answer_start: 5 }] },
  ]));
  const { windows, dropped } = squadTrainingFeatures(dataset, TOKENIZER, {
    maxLength: 7,
    stride: 2,
  });
  assertEquals(windows.map(({ question, start, end }) => [question, start, end]), [
    [0, 0, 0],
    [0, 0, 0],
    [1, 0, 0],
    [1, 0, 0],
  ]);
  assertEquals(dropped, {
    count: 1,
    first: "question lost: its answer is not in the paragraph",
  });
  assertEquals(squadFeatures(dataset, TOKENIZER).windows.length, 3);
});

Deno.test("an answer inside a word is labeled with the pieces that contain it", () => {
  const labels = (text: string, answer_start: number) => {
    const dataset = readSquad(squadFile("The Parisian town", [
      { id: "q", answers: [{ text, answer_start }] },
    ]));
    const [window] = squadTrainingFeatures(dataset, TOKENIZER).windows;
    return [window.start - window.paragraphStart, window.end - window.paragraphStart];
  };
  assertEquals(labels("Paris", 4), [1, 1]);
  assertEquals(labels("ian", 9), [2, 2]);
  assertEquals(labels("arisi", 5), [1, 2]);
  assertEquals(labels(" Parisian ", 3), [1, 2]); // whitespace does not belong to a piece
});

Deno.test("a question that leaves no room for its paragraph is rejected", () => {
  const dataset = readSquad(squadFile("town", [{ id: "q7", question: "where is", answers: [] }]));
  assertThrows(
    () => squadFeatures(dataset, TOKENIZER, { maxLength: 5 }),
    RangeError,
    "question q7 has 2 tokens and leaves no room for its paragraph in 5; increase the maximum sequence length (--max-seq-length)",
  );
});

Deno.test("invalid lengths are rejected", () => {
  const dataset = readSquad(squadFile("town", [{ id: "q", answers: [] }]));
  for (const stride of [0, -1, 1.5, NaN]) {
    assertThrows(() => squadFeatures(dataset, TOKENIZER, { stride }), RangeError, "stride must be");
  }
});

Deno.test("the pieces of official answers contain the answers", async () => {
  const vocabulary = sharedData("data/albert/spiece.model");
  const file = sharedData("data/squad/v2.0/dev-v2.0.json");
  if (vocabulary === undefined || file === undefined) return;
  const dataset = readSquad(await Deno.readTextFile(file));
  const questions = dataset.questions.slice(0, 1500);
  const tokenizer = Tokenizer.fromModel(await Deno.readFile(vocabulary));
  const { windows } = squadTrainingFeatures({ ...dataset, questions }, tokenizer);
  const labeled = windows.filter(({ start }) => start > 0);
  const same = labeled.filter(
    ({ question, start, end, paragraphStart, pieceStarts, pieceEnds }) => {
      const { context, answers } = questions[question];
      const text = context.slice(
        pieceStarts[start - paragraphStart],
        pieceEnds[end - paragraphStart],
      );
      return normalizeAnswer(text) === normalizeAnswer(answers[0].text);
    },
  );
  // The others are answers that end inside a piece, such as 90 in "90%".
  assert(labeled.length > 500 && same.length > 0.99 * labeled.length);
});

Deno.test("an impossible question trains as unanswerable, also with plausible or empty answers", () => {
  const qas = [
    { id: "a", answers: [{ text: "town", answer_start: 13 }], is_impossible: true },
    { id: "b", answers: [{ text: "", answer_start: -1 }] },
    { id: "c", answers: [{ text: "town", answer_start: 13 }], is_impossible: false },
  ];
  const { windows, dropped } = squadTrainingFeatures(
    readSquad(squadFile("The Parisian town.", qas)),
    TOKENIZER,
    { maxLength: 14, stride: 4 },
  );
  assertEquals(dropped, undefined);
  assertEquals(windows.map(({ start, end }) => [start, end]), [[0, 0], [0, 0], [7, 7]]);
});
