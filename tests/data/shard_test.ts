import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import {
  Corpus,
  indexToJson,
  parseIndex,
  parseShard,
  serializeShard,
  ShardBuilder,
  ShardError,
  vocabularyFacts,
} from "../../src/data/mod.ts";
import { FakeTokenizer, generatedCorpus, generatedDocuments } from "./generated_text.ts";

const DOCUMENTS = [[[7, 8, 9], [10]], [[11]], [[12, 13], [14], [15, 16, 17]]];

function built(vocabularySize: number) {
  const builder = new ShardBuilder(vocabularySize);
  DOCUMENTS.forEach((sentences, i) => builder.add({ sentences, hash: [i, 100 + i] }));
  return builder.take();
}

for (const [size, type] of [[65_536, Uint16Array], [65_537, Uint32Array]] as const) {
  Deno.test(`a shard of a vocabulary of ${size} pieces can be written and read`, () => {
    const shard = parseShard(serializeShard(built(size)), "s");
    assertInstanceOf(shard.tokens, type);
    assertEquals([...shard.tokens], DOCUMENTS.flat(2));
    assertEquals([...shard.sentenceStarts], [0, 3, 4, 5, 7, 8, 11]);
    assertEquals([...shard.documentStarts], [0, 2, 3, 6]);
    assertEquals([...shard.documentHashes], [0, 100, 1, 101, 2, 102]);
  });
}

Deno.test("the largest ids of each type are preserved: 65535 in two bytes, 2^32 - 1 in four", () => {
  for (const [size, id] of [[65_536, 65_535], [2 ** 31, 2 ** 32 - 1]]) {
    const builder = new ShardBuilder(size);
    builder.add({ sentences: [[id]], hash: [0, 0] });
    assertEquals(parseShard(serializeShard(builder.take()), "s").tokens[0], id);
  }
});

Deno.test("ShardBuilder is empty after take(), and rejects a document without tokens", () => {
  const builder = new ShardBuilder(100);
  builder.add({ sentences: [[1], [], [2]], hash: [0, 0] });
  assertEquals([builder.documents, builder.sentences, builder.tokens], [1, 2, 2]);
  builder.take();
  assertEquals([builder.documents, builder.sentences, builder.tokens], [0, 0, 0]);
  assertThrows(() => builder.add({ sentences: [[], []], hash: [0, 0] }), RangeError, "no token");
});

Deno.test("parseShard() rejects a shard truncated at any byte", () => {
  const bytes = serializeShard(built(100));
  for (let length = 0; length < bytes.length; length++) {
    const error = assertThrows(() => parseShard(bytes.slice(0, length), "x/shard.bin"), ShardError);
    assert(error.message.includes("x/shard.bin"), error.message);
  }
  assertThrows(
    () => parseShard(new Uint8Array([...bytes, 0]), "x"),
    ShardError,
    "its header requires",
  );
});

Deno.test("parseShard() names another kind of file, another version and boundaries out of order", () => {
  const bytes = serializeShard(built(100));
  const changed = (at: number, value: number) => bytes.slice().fill(value, at, at + 1);
  assertThrows(() => parseShard(changed(0, 65 + 1), "x"), ShardError, "x is not a shard");
  assertThrows(() => parseShard(changed(8, 2), "x"), ShardError, "version 2");
  // The second document's first sentence: after the header and three hashes, the second word.
  assertThrows(() => parseShard(changed(32 + 24 + 4, 5), "x"), ShardError, "documents of x");
});

Deno.test("an index can be written and read, and an invalid field is named", async () => {
  const vocabulary = await vocabularyFacts(new FakeTokenizer());
  const index = {
    vocabulary,
    vocabularyFiles: ["spiece.model"],
    vocabularySums: { "spiece.model": "e3" },
    fingerprint: "f",
    shards: [{ file: "a.bin", bytes: 1, sha256: "0", documents: 1, sentences: 1, tokens: 1 }],
    validationFraction: 0.1,
    report: {
      documentsRead: 1,
      duplicateDocuments: 0,
      emptyDocuments: 0,
      lengths: { sentences: [1], documents: [1] },
    },
  };
  const text = JSON.stringify(indexToJson(index));
  assertEquals(parseIndex(text, "i"), index);
  const without = (change: (json: Record<string, never>) => void) => {
    const json = JSON.parse(text);
    change(json);
    return JSON.stringify(json);
  };
  assertThrows(
    () => parseIndex("{", "dir/index.json"),
    ShardError,
    "dir/index.json is not valid JSON",
  );
  assertThrows(() => parseIndex("[]", "i"), ShardError, '"format"');
  for (
    const [field, change] of [
      ["fingerprint", (j) => delete j.fingerprint],
      ["shards", (j) => j.shards = [] as never],
      ["vocabulary.size", (j) => delete j.vocabulary],
      [
        "vocabulary.special.mask",
        (j) => delete (j.vocabulary as { special: { mask?: 1 } }).special.mask,
      ],
      [
        "vocabulary.wordStarts",
        (j) => (j.vocabulary as { wordStarts: string }).wordStarts = "AA==",
      ],
      ["shards.file", (j) => (j.shards as { file: string }[])[0].file = "../../etc/passwd"],
    ] as [string, (json: Record<string, never>) => void][]
  ) {
    assertThrows(() => parseIndex(without(change), "i"), ShardError, `"${field}"`);
  }
});

Deno.test("a corpus numbers documents and sentences across shards", async () => {
  const corpus = await generatedCorpus(1, 23, 4);
  const whole = await generatedCorpus(1, 23, 1);
  assertEquals(corpus.shards.length, 4);
  assertEquals(corpus.documentCount, 23);
  assertEquals(corpus.sentenceCount, whole.sentenceCount);
  assertEquals(corpus.tokenCount, whole.tokenCount);
  const texts = generatedDocuments(1, 23).map((text) => text.split("\n"));
  const tokenizer = new FakeTokenizer();
  let sentence = 0;
  for (const [document, lines] of texts.entries()) {
    assertEquals(corpus.lengthOf(document), tokenizer.encodeIds(lines.join(" ")).length);
    const place = corpus.placeOf(document);
    assertEquals(corpus.sentenceNumber(place.shard, place.firstSentence), sentence);
    for (const line of lines) {
      const { shard, start, end } = corpus.rangeOf(sentence, 1);
      const tokens = corpus.shards[shard].tokens.subarray(start, end);
      assertEquals([...tokens], tokenizer.encodeIds(line));
      assertEquals(corpus.documentOf(sentence), document);
      sentence++;
    }
  }
});

Deno.test("Corpus.hashOf() returns the upper word first", () => {
  const corpus = new Corpus([built(100)], {} as never, "");
  assertEquals([0, 1, 2].map((i) => corpus.hashOf(i)), [[100, 0], [101, 1], [102, 2]]);
});
