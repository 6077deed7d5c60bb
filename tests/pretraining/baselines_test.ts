import { assertAlmostEquals } from "@std/assert";
import { ExampleDataset, exampleSettings, unigramEntropy } from "../../src/data/mod.ts";
import { contextFreeBaseline } from "../../src/pretraining/baselines.ts";
import { toyCorpus } from "../support/toy_corpus.ts";

Deno.test("contextFreeBaseline() is the conditional entropy of a token given its visible form", async () => {
  const corpus = await toyCorpus();
  const documents = Uint32Array.from({ length: corpus.documentCount }, (_, i) => i);
  const { size } = corpus.vocabulary;
  const counts = new Float64Array(size);
  for (const document of documents) for (const id of corpus.tokensOf(document)) counts[id]++;
  const total = counts.reduce((a, b) => a + b);
  const p = counts.map((count) => count / total);
  // Every pair of a visible token v and an original token y.
  let loss = 0.8 * unigramEntropy(corpus, documents), accuracy = 0.8 * Math.max(...p);
  for (let v = 0; v < size; v++) {
    const visible = 0.1 * p[v] + 0.1 / size;
    let best = 0;
    for (let y = 0; y < size; y++) {
      const both = (y === v ? 0.1 * p[y] : 0) + 0.1 * p[y] / size;
      if (both > 0) loss -= both * Math.log(both / visible);
      best = Math.max(best, both);
    }
    accuracy += best;
  }
  const baseline = contextFreeBaseline(corpus, documents);
  assertAlmostEquals(baseline.loss, loss, 1e-9);
  assertAlmostEquals(baseline.accuracy, accuracy, 1e-9);
});

Deno.test("a model that knows frequencies and copies visible tokens has about this accuracy on examples", async () => {
  const corpus = await toyCorpus();
  const documents = Uint32Array.from({ length: corpus.documentCount }, (_, i) => i);
  const counts = new Float64Array(corpus.vocabulary.size);
  for (const document of documents) for (const id of corpus.tokensOf(document)) counts[id]++;
  const frequent = counts.indexOf(counts.reduce((a, b) => Math.max(a, b)));
  const data = new ExampleDataset(corpus, exampleSettings(32, { pairObjective: "none" }), 1);
  let right = 0, all = 0;
  for (let i = 0; i < 2000; i++) {
    const { inputIds, maskedPositions, maskedLabels } = data.exampleAt(i);
    maskedPositions.forEach((position, m) => {
      const visible = inputIds[position];
      const copied = visible !== corpus.vocabulary.special.mask && counts[visible] > 0;
      right += Number((copied ? visible : frequent) === maskedLabels[m]);
      all++;
    });
  }
  assertAlmostEquals(contextFreeBaseline(corpus, documents).accuracy, right / all, 0.02);
});
