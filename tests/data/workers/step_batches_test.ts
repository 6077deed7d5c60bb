import { assertEquals, assertRejects } from "@std/assert";
import {
  type Corpus,
  exampleSettings,
  type PretrainingBatch,
  sourceOf,
  type SourceRecipe,
  splitDocuments,
} from "../../../src/data/mod.ts";
import { type BatchPlan, stepBatches } from "../../../src/data/workers/mod.ts";
import { toyCorpus } from "../../support/toy_corpus.ts";

const BATCH = 12;

function part({ shards, vocabulary, fingerprint }: Corpus, weight: number, documents: Uint32Array) {
  return { corpus: { shards, vocabulary, fingerprint }, documents, weight };
}

/** A mixture for three steps, then longer examples from fixed versions of one corpus. */
async function plan(): Promise<BatchPlan> {
  const [wiki, books] = [await toyCorpus(30, 1), await toyCorpus(20, 2)];
  const { train } = splitDocuments(wiki, 0.2);
  const mixture: SourceRecipe = {
    parts: [
      part(wiki, 0.7, train),
      part(books, 0.3, Uint32Array.from({ length: 20 }, (_, i) => i)),
    ],
    settings: exampleSettings(32),
    seed: 7,
  };
  const fixed: SourceRecipe = {
    parts: [part(wiki, 1, train)],
    settings: exampleSettings(48, { dupeFactor: 2, pairObjective: "nsp" }),
    seed: 7,
  };
  const recipes = [mixture, fixed];
  return {
    recipes,
    sources: recipes.map(sourceOf),
    steps: 40,
    jobOf(step) {
      const source = Number(step >= 3);
      const { maxSeqLength, maxPredictionsPerSeq } = recipes[source].settings;
      return {
        source,
        first: step * BATCH,
        count: BATCH,
        microBatchSize: 5,
        shape: { sequenceLength: maxSeqLength, maxPredictions: maxPredictionsPerSeq, padId: 0 },
      };
    },
  };
}

async function batches(of: BatchPlan, workers: number, from: number, lines: string[] = []) {
  const source = stepBatches(of, workers, (line) => lines.push(line));
  const steps: (readonly PretrainingBatch[])[] = [];
  try {
    for (let step = from; step < of.steps; step++) steps.push(await source.at(step));
  } finally {
    source.close();
  }
  return steps;
}

Deno.test("any number of workers builds the batches that this thread builds, from any step on", async () => {
  const run = await plan();
  const alone = await batches(run, 0, 0);
  assertEquals(
    alone.map((step) => step.map(({ examples }) => examples)),
    Array(40).fill([5, 5, 2]),
  );
  const said: string[] = [];
  for (const workers of [1, 3]) assertEquals(await batches(run, workers, 0, said), alone);
  assertEquals(await batches(run, 2, 17, said), alone.slice(17));
  assertEquals(said, [], "no worker was given up");
});

Deno.test("workers that fail are told of, and the batches are built here", async () => {
  const run = await plan();
  const alone = await batches(run, 0, 0);
  // The worker's sources are broken, this thread's are not.
  const broken = { ...run, recipes: run.recipes.map((recipe) => ({ ...recipe, parts: [] })) };
  const said: string[] = [];
  assertEquals(await batches(broken, 2, 0, said), alone);
  assertEquals(said, [
    "examples are built without workers from here on: A mixture needs a source",
  ]);
});

Deno.test("what neither can build is the caller's error", async () => {
  const run = await plan();
  const tooLong: BatchPlan = {
    ...run,
    jobOf: (step) => ({
      ...run.jobOf(step),
      shape: { sequenceLength: 8, maxPredictions: 1, padId: 0 },
    }),
  };
  for (const workers of [0, 1]) {
    await assertRejects(() => batches(tooLong, workers, 0), RangeError, "does not fit");
  }
});
