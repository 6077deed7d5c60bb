import { assertEquals, assertThrows } from "@std/assert";
import { readTagged, RecordError, tagNames } from "../../../src/benchmarks/mod.ts";

Deno.test("readTagged() reads columns of CoNLL files and JSON lines alike", () => {
  const conll =
    "-DOCSTART- -X- O O\n\nAnna NNP B-NP B-PER\nlives VBZ B-VP O\r\n\n\n# NN B-NP O\nBasel NNP I-NP B-LOC\n";
  const sentences = [
    { line: 3, words: ["Anna", "lives"], tags: ["B-PER", "O"] },
    { line: 7, words: ["#", "Basel"], tags: ["O", "B-LOC"] },
  ];
  assertEquals(readTagged(conll, "a.conll"), sentences);
  const withoutLines = sentences.map(({ words, tags }) => ({ tokens: words, ner_tags: tags }));
  const json = withoutLines.map((record) => JSON.stringify(record)).join("\n");
  assertEquals(
    readTagged(json, "a.jsonl").map(({ words, tags }) => ({ words, tags })),
    sentences.map(({ words, tags }) => ({ words, tags })),
  );
  // Tabs allow spaces in words, and lines with # and other columns are comments.
  assertEquals(readTagged("# sent_id = 1\nNew York\tB-LOC\n", "b.tsv"), [
    { line: 2, words: ["New York"], tags: ["B-LOC"] },
  ]);
  assertEquals(readTagged("one\ntwo\n\nthree\n", "c.txt"), [
    { line: 1, words: ["one", "two"] },
    { line: 4, words: ["three"] },
  ]);
  assertEquals(readTagged("# one comment of words\n#tag NN O\nBasel NNP B-LOC\n", "d.txt"), [
    { line: 2, words: ["#tag", "Basel"], tags: ["O", "B-LOC"] },
  ]);
  assertEquals(tagNames(sentences, "a"), ["B-LOC", "B-PER", "O"]);
});

Deno.test("readTagged() names the line of invalid input", () => {
  const rejects = (text: string, message: string) =>
    assertThrows(() => readTagged(text, "f"), RecordError, message);
  rejects("", "f has no sentences");
  rejects("a O\nb X O\n", "f, line 2: expected 2 columns as in other lines, got 3");
  rejects('{"tokens": ["a"]\n', "f, line 1: expected a JSON object");
  rejects(
    '{"tokens": "a b", "tags": ["O"]}',
    'f, line 1: "tokens" or "words" must be a list of words, got "a b"',
  );
  rejects(
    '{"tokens": ["a", "b"], "tags": ["O"]}',
    "f, line 1: expected a tag for each of 2 words, got 1",
  );
  rejects(
    '{"tokens": ["a"], "ner_tags": [3]}',
    'the tags must be a list of strings such as "B-PER", got [3]',
  );
  rejects(
    '{"tokens": ["a"], "tags": ["O"]}\n{"tokens": ["a"]}',
    "f, line 2: the sentence has no tags, unlike others",
  );
  const untagged = readTagged("a\n", "f");
  assertThrows(
    () => tagNames(untagged, "f"),
    RecordError,
    "f, line 1: the training file must have tags",
  );
  assertThrows(
    () => tagNames(readTagged("a O", "f"), "f"),
    RecordError,
    "expected 2 to 500 distinct tags, got 1",
  );
});
