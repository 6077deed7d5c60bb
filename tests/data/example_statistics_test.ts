// The shares that the paper's recipe promises, counted over 20,000 examples.
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { openShards, prepare } from "../../src/data/disk/mod.ts";
import {
  type Corpus,
  describeExamples,
  ExampleDataset,
  exampleSettings,
  exampleStatistics,
} from "../../src/data/mod.ts";
import { Tokenizer } from "../../src/text/mod.ts";
import { sharedData } from "../text/support/shared_data.ts";
import { generatedCorpus, sentenceTokens } from "./generated_text.ts";

const EXAMPLES = 20_000;
/** One point. */
const POINT = 0.01;

function checkShares(dataset: ExampleDataset): void {
  const statistics = exampleStatistics(dataset, EXAMPLES);
  console.log(describeExamples(statistics).split("\n\n")[0]);
  assertAlmostEquals(statistics.pairsWithLabelOne, 0.5, POINT);
  assertAlmostEquals(statistics.shortTargetsDrawn, 0.1, POINT);
  [6 / 11, 3 / 11, 2 / 11].forEach((p, i) =>
    assertAlmostEquals(statistics.spansDrawn[i], p, POINT)
  );
  assertAlmostEquals(statistics.replacements.mask, 0.8, POINT);
  assertAlmostEquals(statistics.replacements.kept, 0.1, POINT);
  assertAlmostEquals(statistics.replacements.random, 0.1, POINT);
  assert(statistics.budgetsMet >= 0.97);
  assertEquals([statistics.pairsAcrossDocuments, statistics.pairsNotConsecutive], [0, 0]);
}

/** Every example against the corpus itself: its pair, its words, its count of masks. */
function checkEachExample(corpus: Corpus, dataset: ExampleDataset): void {
  const { wordStarts } = corpus.vocabulary;
  let met = 0;
  for (let index = 0; index < EXAMPLES; index++) {
    const example = dataset.exampleAt(index, true);
    const { first, second } = example.trace!;
    const ids = example.inputIds.slice();
    example.maskedPositions.forEach((p, i) => ids[p] = example.maskedLabels[i]);
    const [a, b] = example.pairLabel === 0 ? [first, second!] : [second!, first];
    assert(corpus.documentOf(a.firstSentence) === corpus.documentOf(b.firstSentence));
    assert(a.firstSentence + a.sentences === b.firstSentence);
    let position = 1;
    for (const span of [first, second!]) {
      const all: number[] = [];
      for (let s = 0; s < span.sentences; s++) {
        for (const id of sentenceTokens(corpus, span.firstSentence + s)) all.push(id);
      }
      for (let i = span.cutFront; i < all.length - span.cutBack; i++) {
        assert(ids[position++] === all[i]);
      }
      assert(ids[position++] === corpus.vocabulary.special.sep);
    }
    assert(position === example.length);
    const masked = new Uint8Array(example.length);
    for (const p of example.maskedPositions) masked[p] = 1;
    for (let p = 1; p < example.length; p++) {
      // A continuation piece is masked if and only if the piece before it is.
      if (ids[p] > 4 && wordStarts[ids[p]] === 0) assert(masked[p] === masked[p - 1]);
    }
    for (const { start, end } of example.trace!.spans) {
      assert(masked.subarray(start, end).every((bit) => bit === 1));
    }
    const expected = Math.max(1, Math.round(0.15 * example.length));
    const cap = dataset.settings.maxPredictionsPerSeq;
    met += Number(example.maskedPositions.length === Math.min(cap, expected));
  }
  assert(met >= 0.97 * EXAMPLES, `${met} of ${EXAMPLES}`);
}

for (const shortSeqPer of ["chunk", "document"] as const) {
  Deno.test(`20,000 examples of generated text, short targets per ${shortSeqPer}, have the paper's shares`, async () => {
    const corpus = await generatedCorpus(5, 1000, 4);
    const dataset = new ExampleDataset(corpus, exampleSettings(128, { shortSeqPer }), 42);
    checkShares(dataset);
    checkEachExample(corpus, dataset);
  });
}

const shared = sharedData("data");
Deno.test({
  name: "20,000 examples of real books have the paper's shares",
  ignore: shared === undefined,
  fn: async () => {
    const model = await Deno.readFile(`${shared}/albert/spiece.model`);
    const folder = await Deno.makeTempDir();
    try {
      await prepare({
        inputs: [`${shared}/text/books/*.txt`],
        tokenizer: Tokenizer.fromModel(model),
        output: `${folder}/data`,
        workers: 0,
      });
      const { corpus } = await openShards(`${folder}/data`);
      const dataset = new ExampleDataset(corpus, exampleSettings(128), 42);
      checkShares(dataset);
      checkEachExample(corpus, dataset);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
