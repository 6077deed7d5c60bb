import { assert, assertEquals } from "@std/assert";
import {
  ExampleDataset,
  type ExampleSettings,
  exampleSettings,
  type ExampleSource,
  uncutPairs,
} from "../../src/data/mod.ts";
import { pairCueAccuracy } from "../../src/pretraining/pair_cues.ts";
import { generatedCorpus } from "../data/generated_text.ts";

// Its sentences are independent, so only lengths and cuts can reveal their order.
const corpus = await generatedCorpus(3, 400, 2);
const documents = Array.from({ length: corpus.documentCount }, (_, i) => i);
const [train, test] = [0, 1].map((part) => documents.filter((i) => i % 2 === part));

function source(part: number[], changes: Partial<ExampleSettings> = {}): ExampleDataset {
  return new ExampleDataset(corpus, exampleSettings(32, changes), 5, part);
}

Deno.test("lengths and cuts reveal the order of truncated pairs", () => {
  const accuracy = pairCueAccuracy(source(train), source(test));
  assert(accuracy > 0.57 && accuracy < 0.75, `${accuracy}`);
});

Deno.test("lengths and cuts reveal nothing about balanced and uncut pairs", () => {
  const balanced = pairCueAccuracy(
    source(train, { balancedPairs: true }),
    source(test, { balancedPairs: true }),
  );
  // 2,000 pairs: three standard errors.
  assert(Math.abs(balanced - 0.5) < 0.034, `${balanced}`);
  const uncut = uncutPairs(source(test), 2000)!;
  const official = pairCueAccuracy(source(train), uncut);
  assert(Math.abs(official - 0.5) < 0.034, `${official}`);
});

Deno.test("the baseline finds a label that a length determines, and is NaN without pairs", () => {
  const pairs = source(train);
  const labeled: ExampleSource = {
    exampleAt(index, trace) {
      const example = pairs.exampleAt(index, trace);
      const { tokens, cutFront, cutBack } = example.trace!.first;
      return { ...example, pairLabel: tokens - cutFront - cutBack > 14 ? 1 : 0 };
    },
  };
  assert(pairCueAccuracy(labeled, labeled) > 0.98);
  const none = source(train, { pairObjective: "none" });
  assertEquals(pairCueAccuracy(none, none), NaN);
});
