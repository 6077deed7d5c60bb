import { assertEquals } from "@std/assert";
import { type DecodedAnswer, readSquad } from "../../../src/benchmarks/squad/mod.ts";
import { reviewAnswers } from "../../../src/benchmarks/squad/review.ts";
import { squadFile } from "./squad_file.ts";

const CONTEXT = `${"filler ".repeat(40)}the old harbour town by the sea`;
const at = (text: string) => ({ text, answer_start: CONTEXT.indexOf(text) });

function decoded(text: string, probability: number): DecodedAnswer {
  const start = Math.max(CONTEXT.indexOf(text), 0);
  return { nBest: [{ text, start, probability, startScore: 0, endScore: 0 }], noAnswer: 0 };
}

Deno.test("reviewAnswers() counts words as the metric does and returns the worst answers first", () => {
  const dataset = readSquad(squadFile(CONTEXT, [
    { id: "right", question: "which town?", answers: [at("the old harbour town")] },
    { id: "near", question: "what?", answers: [at("old harbour town")] },
    { id: "far", question: "where?", answers: [at("by the sea")] },
    { id: "silent", question: "who?", answers: [at("filler")] },
    { id: "invented", question: "when?", answers: [] },
  ]));
  const said: [string, string, number][] = [
    ["right", "old harbour town", 0.9],
    ["near", "harbour town", 0.6],
    ["far", "filler", 0.7],
    ["silent", "", 0.2],
    ["invented", "sea", 0.95],
  ];
  const review = reviewAnswers(
    dataset,
    new Map(said.map(([id, text, probability]) => [id, decoded(text, probability)])),
    new Map(said.map(([id, text]) => [id, text])),
  );
  assertEquals(review.answerWords?.gold.slice(0, 4), [1, 1, 1, 2]);
  assertEquals(review.answerWords?.predicted.slice(0, 4), [1, 2, 1, 1]);
  assertEquals(review.missed, 4);
  assertEquals(review.worst.map(({ id }) => id), ["invented", "far", "silent", "near"]);
  const [invented, far, silent] = review.worst;
  assertEquals([invented.gold, invented.predicted], ["(no answer)", "sea"]);
  assertEquals([far.confidence, silent.confidence], [0.7, undefined]);
  // The paragraph is shown from a little before the gold answer.
  assertEquals(far.texts[1].startsWith("… filler"), true);
  assertEquals(far.texts[1].endsWith("by the sea"), true);
});
