import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  type Corpus,
  corpusFromText,
  type Example,
  ExampleDataset,
  exampleSettings,
  NoExamplesError,
  type SentenceSpan,
} from "../../src/data/mod.ts";
import { RandomStream } from "../../src/tensor/random/mod.ts";
import { generatedCorpus, sentenceTokens } from "./generated_text.ts";

const corpus = await generatedCorpus(1, 40, 3);
const settings = exampleSettings(64);

/** The ids before masking. */
function unmasked(example: Example): number[] {
  const ids = [...example.inputIds];
  example.maskedPositions.forEach((p, i) => ids[p] = example.maskedLabels[i]);
  return ids;
}

function spanTokens(corpus: Corpus, span: SentenceSpan): number[] {
  const all = Array.from(
    { length: span.sentences },
    (_, i) => sentenceTokens(corpus, span.firstSentence + i),
  ).flat();
  assertEquals(all.length, span.tokens);
  return all.slice(span.cutFront, all.length - span.cutBack);
}

Deno.test("an example is a pure function of its number: any order, any worker, any number of ranks", () => {
  const one = new ExampleDataset(corpus, settings, 7);
  const indices = Array.from({ length: 3 * one.examplesInEpoch(0) }, (_, i) => i);
  const inOrder = indices.map((i) => one.exampleAt(i));
  const shuffled = new RandomStream(1, 1).shuffle([...indices]);
  const two = new ExampleDataset(corpus, exampleSettings(64), 7);
  for (const i of shuffled.slice(0, 200)) assertEquals(two.exampleAt(i), inOrder[i]);
  for (const ranks of [2, 3]) {
    for (let rank = 0; rank < ranks; rank++) {
      const own = new ExampleDataset(corpus, settings, 7);
      for (let i = rank; i < 60; i += ranks) assertEquals(own.exampleAt(i), inOrder[i]);
    }
  }
});

Deno.test("examples do not depend on the division of documents into shards", async () => {
  const whole = new ExampleDataset(await generatedCorpus(1, 40, 1), settings, 7);
  const parted = new ExampleDataset(corpus, settings, 7);
  for (let i = 0; i < 100; i++) assertEquals(parted.exampleAt(i), whole.exampleAt(i));
});

Deno.test("another seed changes the order and the masks", () => {
  const one = new ExampleDataset(corpus, settings, 7).exampleAt(0);
  assertNotEquals(new ExampleDataset(corpus, settings, 8).exampleAt(0), one);
  assertNotEquals(new ExampleDataset(corpus, settings, 7 + 2 ** 32).exampleAt(0), one);
});

Deno.test("every chunk appears once in an epoch, and epochs differ", () => {
  const dataset = new ExampleDataset(corpus, settings, 7);
  let index = 0;
  const firsts: string[] = [];
  for (let epoch = 0; epoch < 3; epoch++) {
    const count = dataset.examplesInEpoch(epoch);
    assertEquals(dataset.packingOf(epoch).counts.chunks, count);
    const chunks = new Set<number>();
    for (let i = 0; i < count; i++, index++) {
      const { trace } = dataset.exampleAt(index, true);
      assertEquals([trace!.epoch, trace!.position], [epoch, i]);
      chunks.add(trace!.chunk);
    }
    assertEquals(chunks.size, count);
    firsts.push(dataset.packingOf(epoch).firstSentence.join());
  }
  assertEquals(new Set(firsts).size, 3);
});

Deno.test("sentence order: [CLS] A [SEP] B [SEP], consecutive sentences of one document, label 1 = swapped", () => {
  const dataset = new ExampleDataset(corpus, settings, 7);
  const labels = [0, 0];
  for (let i = 0; i < 2 * dataset.examplesInEpoch(0); i++) {
    const example = dataset.exampleAt(i, true);
    const { first, second } = example.trace!;
    labels[example.pairLabel]++;
    assertEquals(first.document, second!.document);
    const [a, b] = example.pairLabel === 0 ? [first, second!] : [second!, first];
    assertEquals(a.firstSentence + a.sentences, b.firstSentence);
    assertEquals(corpus.documentOf(a.firstSentence), first.document);
    assertEquals(corpus.documentOf(b.firstSentence + b.sentences - 1), first.document);
    const tokensA = spanTokens(corpus, first), tokensB = spanTokens(corpus, second!);
    assertEquals(unmasked(example), [2, ...tokensA, 3, ...tokensB, 3]);
    assertEquals([...example.tokenTypeIds], [
      ...new Array(tokensA.length + 2).fill(0),
      ...new Array(tokensB.length + 1).fill(1),
    ]);
    assertEquals(example.length, example.inputIds.length);
    assert(example.length <= 64 && tokensA.length > 0 && tokensB.length > 0);
    const cut = [first, second!].some(({ cutFront, cutBack }) => cutFront + cutBack > 0);
    assertEquals(example.truncated, cut);
    if (cut) assertEquals(example.length, 64);
  }
  assert(labels[0] > 100 && labels[1] > 100);
});

Deno.test("the longer segment is truncated, at both ends, until both fit", () => {
  const dataset = new ExampleDataset(corpus, settings, 7);
  let front = 0, back = 0;
  for (let i = 0; i < dataset.examplesInEpoch(0); i++) {
    const { first, second } = dataset.exampleAt(i, true).trace!;
    const left = [first, second!].map((s) => s.tokens - s.cutFront - s.cutBack);
    const cut = [first, second!].map((s) => s.cutFront + s.cutBack);
    front += first.cutFront + second!.cutFront;
    back += first.cutBack + second!.cutBack;
    // A segment that was cut is never left shorter than the other by more than one token.
    if (cut[0] > 0) assert(left[0] >= left[1] - 1);
    if (cut[1] > 0) assert(left[1] >= left[0] - 1);
  }
  assert(Math.abs(front - back) < 5 * Math.sqrt(front + back), `${front} front, ${back} back`);
});

Deno.test("next sentence: half of the pairs have a segment of another document, label 1", () => {
  const dataset = new ExampleDataset(corpus, exampleSettings(64, { pairObjective: "nsp" }), 7);
  const count = dataset.examplesInEpoch(0);
  let random = 0;
  for (let i = 0; i < count; i++) {
    const example = dataset.exampleAt(i, true);
    const { first, second, chunk } = example.trace!;
    if (example.pairLabel === 1) {
      random++;
      assertNotEquals(first.document, second!.document);
      assertEquals(
        corpus.documentOf(second!.firstSentence + second!.sentences - 1),
        second!.document,
      );
    } else {
      assertEquals(first.document, second!.document);
      assertEquals(first.firstSentence + first.sentences, second!.firstSentence);
    }
    assertEquals(unmasked(example), [
      2,
      ...spanTokens(corpus, first),
      3,
      ...spanTokens(corpus, second!),
      3,
    ]);
    // Sentences that a random segment replaced begin the next chunk of their document.
    const { firstSentence, aEnd, sentenceCount, pairing } = dataset.packingOf(0);
    const used = pairing[chunk] === 2 ? aEnd[chunk] : sentenceCount[chunk];
    const next = firstSentence[chunk] + used;
    if (chunk + 1 < count && corpus.documentOf(firstSentence[chunk + 1]) === first.document) {
      assertEquals(firstSentence[chunk + 1], next);
    }
  }
  const oneSentence = dataset.packingOf(0).sentenceCount.filter((n) => n === 1).length;
  const expected = oneSentence + (count - oneSentence) / 2;
  assert(Math.abs(random - expected) < 5 * Math.sqrt(count) / 2, `${random} of ${count}`);
});

Deno.test("no pair: one segment, label -1, no chunk left out", () => {
  const dataset = new ExampleDataset(corpus, exampleSettings(64, { pairObjective: "none" }), 7);
  const sentences = new Set<number>();
  for (let i = 0; i < dataset.examplesInEpoch(0); i++) {
    const example = dataset.exampleAt(i, true);
    const { first, second } = example.trace!;
    assertEquals([example.pairLabel, second], [-1, undefined]);
    assertEquals(unmasked(example), [2, ...spanTokens(corpus, first), 3]);
    assert(example.tokenTypeIds.every((type) => type === 0));
    for (let s = 0; s < first.sentences; s++) sentences.add(first.firstSentence + s);
  }
  assertEquals(sentences.size, corpus.sentenceCount);
  assertEquals(dataset.packingOf(0).counts.oneSentenceChunksDropped, 0);
});

Deno.test("sentence order uses each sentence once, except for one-sentence chunks, which are counted", () => {
  const dataset = new ExampleDataset(corpus, settings, 7);
  const { firstSentence, sentenceCount, counts } = dataset.packingOf(0);
  const used = sentenceCount.reduce((sum, n) => sum + n, 0);
  assertEquals(used + counts.oneSentenceChunksDropped, corpus.sentenceCount);
  assert(counts.oneSentenceChunksDropped > 0);
  assert(sentenceCount.every((n) => n >= 2));
  for (let i = 1; i < firstSentence.length; i++) {
    assert(firstSentence[i] >= firstSentence[i - 1] + sentenceCount[i - 1]);
  }
});

Deno.test("a target length is drawn per chunk, or once per document", () => {
  const chunk = new ExampleDataset(corpus, settings, 7).packingOf(0).counts;
  assertEquals(chunk.targetsDrawn, chunk.chunks + chunk.oneSentenceChunksDropped);
  const official = exampleSettings(64, { shortSeqPer: "document", shortSeqProb: 0.5 });
  const dataset = new ExampleDataset(corpus, official, 7);
  const { counts, firstSentence, target } = dataset.packingOf(0);
  assertEquals(counts.targetsDrawn, corpus.documentCount);
  const targets = new Map<number, Set<number>>();
  firstSentence.forEach((sentence, i) => {
    const document = corpus.documentOf(sentence);
    targets.set(document, (targets.get(document) ?? new Set()).add(target[i]));
  });
  for (const one of targets.values()) assertEquals(one.size, 1);
});

Deno.test("with a dupe factor of 2, epochs 0 and 2 have the same examples in another order", () => {
  const dataset = new ExampleDataset(corpus, exampleSettings(64, { dupeFactor: 2 }), 7);
  const epoch = (e: number) => {
    const start = Array.from({ length: e }, (_, i) => dataset.examplesInEpoch(i));
    const first = start.reduce((a, b) => a + b, 0);
    return Array.from({ length: dataset.examplesInEpoch(e) }, (_, i) => {
      const { inputIds, maskedLabels } = dataset.exampleAt(first + i);
      return `${inputIds} ${maskedLabels}`;
    });
  };
  const [zero, one, two] = [0, 1, 2].map(epoch);
  assertNotEquals(zero, two);
  assertEquals(zero.toSorted(), two.toSorted());
  assertNotEquals(zero.toSorted(), one.toSorted());
  // A late epoch does not need the epochs before it.
  assertEquals(dataset.placeOf(1e9 * (zero.length + one.length) + zero.length), {
    epoch: 2e9 + 1,
    position: 0,
    examples: one.length,
  });
  assertEquals(dataset.placeOf(1), { epoch: 0, position: 1, examples: zero.length });
});

Deno.test("a chunk that is the same in two epochs is masked differently", () => {
  const plain = exampleSettings(64, { shortSeqProb: 0, pairObjective: "none" });
  const dataset = new ExampleDataset(corpus, plain, 7);
  const count = dataset.examplesInEpoch(0);
  const byChunk = (epoch: number) => {
    const masks = new Map<number, string>();
    for (let i = 0; i < count; i++) {
      const { trace, maskedPositions } = dataset.exampleAt(epoch * count + i, true);
      masks.set(trace!.chunk, maskedPositions.join());
    }
    return masks;
  };
  const [zero, one] = [byChunk(0), byChunk(1)];
  let equal = 0;
  for (const [chunk, mask] of zero) equal += Number(one.get(chunk) === mask);
  assert(equal < 0.1 * count, `${equal} of ${count} masks are equal`);
});

Deno.test("a data set of some documents uses no other, also for next-sentence segments", () => {
  const documents = Uint32Array.of(3, 5, 8, 13, 21);
  const nsp = exampleSettings(64, { pairObjective: "nsp" });
  const dataset = new ExampleDataset(corpus, nsp, 7, documents);
  for (let i = 0; i < dataset.examplesInEpoch(0); i++) {
    const { first, second } = dataset.exampleAt(i, true).trace!;
    assert(documents.includes(first.document) && documents.includes(second!.document));
  }
});

Deno.test("a data set rejects too little text, a single document for next sentences, and invalid numbers", async () => {
  const tiny = await generatedCorpus(3, 1, 1, 1);
  assertThrows(() => new ExampleDataset(tiny, settings, 1), RangeError, "no example");
  const nsp = exampleSettings(64, { pairObjective: "nsp" });
  assertThrows(() => new ExampleDataset(corpus, nsp, 1, [0]), RangeError, "two documents");
  const dataset = new ExampleDataset(corpus, settings, 1);
  for (const index of [-1, 0.5, NaN]) assertThrows(() => dataset.exampleAt(index), RangeError);
});

Deno.test("the error about sentences that are too long for pairs names the shortest, the limit and a length that works", async () => {
  const letters = "#?cs_abcdefghijklmnopqrstuvwxyz.";
  const tokenizer = {
    vocabularySize: letters.length,
    specialIds: { pad: 0, unk: 1, cls: 2, sep: 3, mask: 4 },
    idToPiece: (id: number) => letters[id],
    encodeIds: (text: string) =>
      Array.from(text.toLowerCase().replaceAll(/[^a-z.]/g, ""), (c) => letters.indexOf(c, 5)),
  };
  const sentence = (tokens: number) => "S" + "o".repeat(tokens - 2) + ".";
  const texts = [[30, 20], [9], [40, 25, 50]].map((lengths) => lengths.map(sentence).join(" "));
  const long = await corpusFromText(texts, tokenizer);
  const of = (length: number) => exampleSettings(length, { shortSeqProb: 0 });
  const error = assertThrows(() => new ExampleDataset(long, of(16), 1), NoExamplesError);
  assertEquals(error.missing, "room");
  assertEquals(error.shortest, {
    ...{ document: 2, sentence: 1, tokens: 25 },
    ...{ most: 12, neededLength: 29 },
  });
  for (const part of ["sentence 2 of document 3, with 25", "at most 12 tokens", "29 or more"]) {
    assertStringIncludes(error.message, part);
  }
  assertEquals(new ExampleDataset(long, of(29), 1).examplesInEpoch(0), 1);
  assertThrows(() => new ExampleDataset(long, of(28), 1), NoExamplesError);

  const single = await corpusFromText([9, 20].map(sentence), tokenizer);
  const alone = assertThrows(() => new ExampleDataset(single, of(16), 1), NoExamplesError);
  assertEquals([alone.missing, alone.shortest], ["sentence", null]);
  assertStringIncludes(alone.message, "none of its 2 documents has two sentences");
  assertEquals(
    assertThrows(() => new ExampleDataset(long, of(16), 1, []), NoExamplesError).missing,
    "text",
  );
});

Deno.test("exampleSettings() names the setting that is out of range", () => {
  for (
    const [length, changes, name] of [
      [4, {}, "maxSeqLength"],
      [64, { maxPredictionsPerSeq: 0 }, "maxPredictionsPerSeq"],
      [64, { shortSeqProb: 1.1 }, "shortSeqProb"],
      [64, { maskedLmProb: NaN }, "maskedLmProb"],
      [64, { ngram: 0 }, "ngram"],
      [64, { pairObjective: "mlm" as "sop" }, "pairObjective"],
      [64, { dupeFactor: -1 }, "dupeFactor"],
    ] as const
  ) assertThrows(() => exampleSettings(length, changes), RangeError, name);
  assertEquals(exampleSettings(512).maxPredictionsPerSeq, 77);
  assertEquals(exampleSettings(128).maxPredictionsPerSeq, 20);
});
