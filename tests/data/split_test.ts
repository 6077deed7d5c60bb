import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { Corpus, ShardBuilder, splitDocuments, splitTextStream } from "../../src/data/mod.ts";
import { generatedCorpus } from "./generated_text.ts";

const heldShare = (corpus: Corpus, documents: Uint32Array): number =>
  documents.reduce((sum, d) => sum + corpus.lengthOf(d), 0) / corpus.tokenCount;

Deno.test("splitDocuments() assigns every document, close to the fraction of tokens", async () => {
  const corpus = await generatedCorpus(1, 300);
  for (const fraction of [0.01, 0.05, 0.3, 0.9]) {
    const { train, validation } = splitDocuments(corpus, fraction);
    const all = [...train, ...validation].toSorted((a, b) => a - b);
    assertEquals(all, Array.from({ length: 300 }, (_, i) => i));
    assertAlmostEquals(heldShare(corpus, validation), fraction, 0.005);
  }
});

function corpusOf(documents: { hash: number; tokens: number }[]): Corpus {
  const builder = new ShardBuilder(10);
  for (const { hash, tokens } of documents) {
    builder.add({ sentences: [new Array(tokens).fill(7)], hash: [hash, hash * 7919 >>> 0] });
  }
  return new Corpus([builder.take()], {} as never, "");
}

Deno.test("splitDocuments() chooses by hash, whatever the order of documents", () => {
  const documents = Array.from({ length: 40 }, (_, i) => ({
    hash: Math.imul(i + 1, 2654435761) >>> 0,
    tokens: 10 + i,
  }));
  const chosen = (list: typeof documents) =>
    [...splitDocuments(corpusOf(list), 0.2).validation].map((d) => list[d].hash).toSorted();
  assertEquals(chosen(documents.toReversed()), chosen(documents));
});

Deno.test("splitDocuments() holds out at least one document and leaves at least one", () => {
  const two = corpusOf([{ hash: 1, tokens: 100 }, { hash: 2, tokens: 90 }]);
  for (const fraction of [0.001, 0.999]) {
    const { train, validation } = splitDocuments(two, fraction);
    assertEquals([train.length, validation.length], [1, 1]);
  }
  assertEquals([...splitDocuments(two, 0.001).validation], [1], "the shorter one");
});

Deno.test("splitDocuments() does not hold out a copy of a training document", () => {
  const copies = Array.from({ length: 60 }, (_, i) => ({
    hash: Math.imul(i % 20 + 1, 2654435761) >>> 0,
    tokens: 10 + i % 20,
  }));
  for (const fraction of [0.001, 0.01, 0.05, 0.4, 0.999]) {
    const { train, validation } = splitDocuments(corpusOf(copies), fraction);
    const trained = new Set([...train].map((d) => copies[d].hash));
    assertEquals([...validation].filter((d) => trained.has(copies[d].hash)), []);
    assert(validation.length >= 3 && train.length >= 3);
  }
  const same = corpusOf(copies.slice(0, 2).map(() => copies[0]));
  assertThrows(() => splitDocuments(same, 0.1), RangeError, "all equal");
});

Deno.test("splitDocuments() rejects a single document and fractions out of range", () => {
  const one = corpusOf([{ hash: 1, tokens: 100 }]);
  assertThrows(() => splitDocuments(one, 0.1), RangeError, "--format documents");
  for (const fraction of [1, -1, NaN]) {
    assert(
      assertThrows(() => splitDocuments(one, fraction), RangeError).message.includes("less than 1"),
    );
  }
});

Deno.test("splitDocuments() holds out no document at a fraction of 0", () => {
  const { train, validation } = splitDocuments(corpusOf([{ hash: 1, tokens: 100 }]), 0);
  assertEquals([[...train], [...validation]], [[0], []]);
});

Deno.test("splitTextStream() takes linear time for long documents and lines in small pieces", async () => {
  const piece = ReadableStream.from([
    ..." \t a".repeat(100_000),
    "\n",
    ...new Array(100_000).fill(" \n"),
  ]);
  const documents = await Array.fromAsync(splitTextStream(piece));
  assertEquals(documents.length, 1);
  const lines = ReadableStream.from(new Array(200_000).fill("A line of a long document.\n"));
  assertEquals((await Array.fromAsync(splitTextStream(lines))).length, 1);
});

Deno.test("splitTextStream() splits at blank lines wherever the pieces of the stream end", async () => {
  const text = "one\ntwo\n\nthree\r\n \r\n\n\nfour\n\n";
  for (const size of [1, 2, 3, 5, 100]) {
    const pieces = Array.from(
      { length: Math.ceil(text.length / size) },
      (_, i) => text.slice(i * size, (i + 1) * size),
    );
    const documents = await Array.fromAsync(splitTextStream(ReadableStream.from(pieces)));
    assertEquals(documents.map((document) => document.trim()), ["one\ntwo", "three", "four"]);
  }
});
