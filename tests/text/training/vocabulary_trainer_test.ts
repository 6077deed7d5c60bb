import { assert, assertEquals, assertThrows } from "@std/assert";
import { readSentencePieceModel, writeSentencePieceModel } from "../../../src/text/mod.ts";
import { vocabularyListing, VocabularyTrainer } from "../../../src/text/training/mod.ts";
import type {
  VocabularyTrainingOptions,
  VocabularyTrainingProgress,
} from "../../../src/text/training/mod.ts";
import { syntheticSentences } from "./synthetic_text.ts";

type Model = ReturnType<VocabularyTrainer["train"]>;

function train(sentences: readonly string[], options: VocabularyTrainingOptions): Model {
  const trainer = new VocabularyTrainer(options);
  for (const sentence of sentences) trainer.add(sentence);
  return trainer.train();
}

/**
 * The listing, special pieces left out, that Google's sentencepiece 0.2.0 trains from the same
 * sentences: `vocab_size=90 character_coverage=0.9995 normalization_rule_name=identity pad_id=0
 * unk_id=1 bos_id=-1 eos_id=-1`, ALBERT's control and user-defined symbols.
 */
const SENTENCEPIECE_LISTING = [
  "▁ -1.57345 s -3.21439 ; -3.29446 o -3.33375",
  "! -3.35107 , -3.36633 ▁and -3.67573 ▁was -3.70683",
  "▁to -3.7545 ▁it -3.75624 ▁in -3.77209 ▁the -3.78459",
  "▁that -3.78639 ▁of -3.8268 ▁he -3.83432 4 -4.80911",
  "9 -4.87114 8 -4.88307 7 -4.90956 2 -4.96033",
  "6 -5.01027 3 -5.02042 1 -5.05021 ▁talk -5.05765",
  "▁cooking -5.09229 ▁talker -5.09863 ▁walk -5.09866 ▁cooked -5.10567",
  "▁walks -5.11272 ▁looker -5.11976 ▁painter -5.12689 ▁look -5.13411",
  "▁jumping -5.13992 0 -5.14687 5 -5.1526 ▁ordering -5.15395",
  "▁cooker -5.15601 ▁jumper -5.16339 ▁order -5.17081 ▁open -5.17838",
  "▁walker -5.1784 ▁openers -5.18288 ▁answerer -5.18594 ▁printer -5.19358",
  "▁paint -5.1936 ▁ordered -5.19728 ▁print -5.20128 ▁walkers -5.20159",
  "▁orderers -5.20769 ▁printing -5.21215 ▁cook -5.21686 ▁opening -5.21967",
  "▁walked -5.21967 ▁cookers -5.22504 ▁looks -5.23363 ▁paints -5.25422",
  "▁jump -5.25685 ▁looked -5.26601 ▁walking -5.26601 f -8.39865",
  "u -8.39875 m -8.39885 j -8.39895 c -8.39905",
  "g -8.39915 h -8.39925 w -8.39935 l -8.39945",
  "d -8.39955 p -8.39965 k -8.39975 i -8.39985",
  "t -8.39995 a -8.40005 n -8.40015 r -8.40025",
  "e -8.40035",
].join(" ");

Deno.test("Training gives the same pieces, order and scores as sentencepiece", () => {
  const model = train(syntheticSentences(1500), { vocabSize: 90, characterCoverage: 0.9995 });
  const listing = vocabularyListing(model.pieces.slice(13)).trimEnd().replaceAll(/[\t\n]/g, " ");
  assertEquals(listing, SENTENCEPIECE_LISTING);
});

Deno.test("Ids 0 to 4 are ALBERT's, user-defined symbols follow, scores descend", () => {
  const options = { vocabSize: 60, userDefinedSymbols: ["<new>", "+"] };
  const { pieces, trainerSpec } = train(syntheticSentences(300), options);
  assertEquals(pieces.slice(0, 7).map(({ piece, type, score }) => [piece, type, score]), [
    ["<pad>", 3, 0],
    ["<unk>", 2, 0],
    ["[CLS]", 3, 0],
    ["[SEP]", 3, 0],
    ["[MASK]", 3, 0],
    ["<new>", 4, 0],
    ["+", 4, 0],
  ]);
  assertEquals(pieces.length, 60);
  assertEquals(new Set(pieces.map(({ piece }) => piece)).size, 60);
  for (let id = 8; id < 60; id++) assert(pieces[id].score <= pieces[id - 1].score);
  assertEquals([trainerSpec.padId, trainerSpec.unkId, trainerSpec.bosId, trainerSpec.eosId], [
    0,
    1,
    -1,
    -1,
  ]);
  assertEquals(trainerSpec.controlSymbols, ["[CLS]", "[SEP]", "[MASK]"]);
  assertEquals(trainerSpec.userDefinedSymbols, ["<new>", "+"]);
});

Deno.test("The same sentences in any order give the same bytes, which can be read", () => {
  const sentences = syntheticSentences(400);
  const options = { vocabSize: 80 };
  const bytes = writeSentencePieceModel(train(sentences, options));
  assertEquals(writeSentencePieceModel(train(sentences, options)), bytes);
  assertEquals(writeSentencePieceModel(train(sentences.toReversed(), options)), bytes);
  const model = readSentencePieceModel(bytes);
  assertEquals(model.pieces, train(sentences, options).pieces);
  assertEquals(model.normalizerSpec.name, "identity");
});

Deno.test("Sentences are cleaned as ALBERT does before anything is counted", () => {
  const clean = syntheticSentences(400);
  const raw = clean.map((sentence) =>
    `\u00a0${sentence.toUpperCase().replaceAll(" ", " \t ").replaceAll("E", "É")} `
  );
  const options = { vocabSize: 80 };
  assertEquals(train(raw, options), train(clean, options));
});

Deno.test("A character beyond the coverage gets no piece", () => {
  const sentences = [...syntheticSentences(400), "@"];
  const includes = (characterCoverage: number): boolean =>
    train(sentences, { vocabSize: 80, characterCoverage }).pieces.some(({ piece }) =>
      piece.includes("@")
    );
  assert(includes(1));
  assert(!includes(0.9995));
});

Deno.test("Sentences that are too long or contain the reserved character are skipped and counted", () => {
  const trainer = new VocabularyTrainer({ vocabSize: 30, maxSentenceLength: 20 });
  for (let i = 0; i < 50; i++) trainer.add("short and fine");
  trainer.add("é".repeat(20));
  trainer.add("è".repeat(21));
  trainer.add("has ▅ in it");
  trainer.add("   ");
  assertEquals([trainer.sentences, trainer.tooLong, trainer.reserved], [51, 1, 1]);
});

Deno.test("A vocabulary larger than the text supports is rejected with the largest size", () => {
  const sentences = syntheticSentences(50);
  const error = assertThrows(
    () => train(sentences, { vocabSize: 5000 }),
    RangeError,
    "A vocabulary of 5000 pieces is too large for this text: it supports at most ",
  );
  const most = Number(error.message.match(/at most (\d+)\./)![1]);
  assertEquals(train(sentences, { vocabSize: most }).pieces.length, most);
  assertThrows(() => train(sentences, { vocabSize: most + 1 }), RangeError, `at most ${most}.`);
});

Deno.test("No text, and a vocabulary too small for its characters, are rejected", () => {
  assertThrows(() => train([], { vocabSize: 100 }), RangeError, "There is no text");
  assertThrows(() => train(["", "  "], { vocabSize: 100 }), RangeError, "There is no text");
  assertThrows(
    () => train(["abcdefghij"], { vocabSize: 20 }),
    RangeError,
    "A vocabulary of 20 pieces is too small for 13 special pieces and 11 required characters: " +
      "ask for at least 24",
  );
});

Deno.test("Progress names each stage once and counts pieces down to the target", () => {
  const trainer = new VocabularyTrainer({ vocabSize: 80 });
  for (const sentence of syntheticSentences(400)) trainer.add(sentence);
  const seen: VocabularyTrainingProgress[] = [];
  trainer.train((progress) => seen.push(progress));
  assertEquals(seen.slice(0, 3).map(({ stage }) => stage), [
    "fragments",
    "seeds",
    "expectation-maximization",
  ]);
  const steps = seen.filter((progress) => progress.stage === "expectation-maximization");
  assertEquals(steps.map(({ step }) => step), steps.map((_, i) => i + 1));
  for (let i = 1; i < steps.length; i++) assert(steps[i].pieces <= steps[i - 1].pieces);
  const last = steps[steps.length - 1];
  assert(last.pieces <= last.target && last.target === 88);
});
