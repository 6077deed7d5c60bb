import { assert, assertStringIncludes } from "@std/assert";
import {
  type DataIndex,
  ExampleDataset,
  exampleSettings,
  exampleStatistics,
} from "../../src/data/mod.ts";
import { dataPage } from "../../src/report/mod.ts";
import { toyCorpus } from "../support/toy_corpus.ts";

/** The parts of an index that the page reads. */
const index = {
  vocabulary: { size: 500 },
  fingerprint: "0123456789abcdef0123",
  shards: [{ documents: 2, sentences: 30, tokens: 1000 }, {
    documents: 1,
    sentences: 12,
    tokens: 234,
  }],
  report: {
    duplicateDocuments: 4,
    emptyDocuments: 1,
    lengths: { sentences: [1, 20, 21, 0, 0], documents: [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0] },
  },
} as unknown as DataIndex;

Deno.test("the data page shows counts, lengths and masks", async () => {
  const dataset = new ExampleDataset(await toyCorpus(), exampleSettings(32), 1);
  const statistics = exampleStatistics(dataset, 50);
  const page = dataPage("a <folder>", index, { statistics, maxSeqLength: 32 });
  for (
    const text of [
      "a &lt;folder&gt;",
      "1,234",
      "0123456789abcdef",
      "<b>Tokens per document</b>",
      "50 examples of at most 32 tokens",
      "<b>Masked tokens per example</b>",
      `<dd>${statistics.meanMasked.toFixed(1)}</dd>`,
    ]
  ) assertStringIncludes(page, text);
  assert(page.split("<svg").length - 1 === 6);
  // Documents of at least 128, 256 and 512 tokens: the bins from the first to the last that is not empty.
  assert(/>128<.*>256<.*>512</s.test(page) && !page.includes(">1,024<"));
});

Deno.test("the data page of a folder too small for an example has a note instead of charts", () => {
  assertStringIncludes(dataPage("few", index, null), "too little text");
});
