import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  type Corpus,
  exampleSettings,
  type PretrainingBatch,
  sourceOf,
  type SourceRecipe,
  splitDocuments,
} from "../../../src/data/mod.ts";
import { type BatchPlan, stepBatches } from "../../../src/data/workers/mod.ts";
import { BROKEN_WORKERS, withBrokenWorkers, withoutWorkers } from "../../support/broken_workers.ts";
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

Deno.test("any number of workers builds the batches that this thread builds, from any step", async () => {
  const run = await plan();
  const alone = await batches(run, 0, 0);
  assertEquals(
    alone.map((step) => step.map(({ examples }) => examples)),
    Array(40).fill([5, 5, 2]),
  );
  const lines: string[] = [];
  for (const workers of [1, 3]) assertEquals(await batches(run, workers, 0, lines), alone);
  assertEquals(await batches(run, 2, 17, lines), alone.slice(17));
  assertEquals(lines, [], "the workers did not fail");
});

const GIVEN_UP = "Building batches in the main thread from now on: ";

Deno.test("after an error in a worker, the main thread builds the batches and the log reports it", async () => {
  const run = await plan();
  const alone = await batches(run, 0, 0);
  // The worker's sources are broken, this thread's are not.
  const broken = { ...run, recipes: run.recipes.map((recipe) => ({ ...recipe, parts: [] })) };
  const lines: string[] = [];
  assertEquals(await batches(broken, 2, 0, lines), alone);
  assertEquals(lines, [`${GIVEN_UP}A mixture needs at least one source`]);
});

for (const { how, url, cause } of BROKEN_WORKERS) {
  Deno.test(`if the batch worker ${how}, the batches are built in this thread`, () =>
    withBrokenWorkers(url, async () => {
      const run = await plan();
      const alone = await batches(run, 0, 0);
      const lines: string[] = [];
      assertEquals(await batches(run, 2, 0, lines), alone);
      assertEquals(lines.length, 1);
      assertStringIncludes(lines[0], `${GIVEN_UP}The batch worker ${cause}`);
      // The worker has failed before the first step is requested.
      const source = stepBatches(run, 1, (line) => lines.push(line));
      try {
        await new Promise((resolve) => setTimeout(resolve, 300));
        assertEquals(await source.at(0), alone[0]);
      } finally {
        source.close();
      }
      assertEquals(lines.length, 2);
    }));
}

Deno.test("without workers, the batches are built in this thread", () =>
  withoutWorkers(async () => {
    const run = await plan();
    const lines: string[] = [];
    assertEquals(await batches(run, 2, 30, lines), await batches(run, 0, 30));
    assertEquals(lines.length, 1);
    assertStringIncludes(lines[0], `${GIVEN_UP}The batch worker failed: `);
  }));

Deno.test("close() rejects the step that is waited for", async () => {
  const source = stepBatches(await plan(), 1);
  const step = source.at(0);
  source.close();
  await assertRejects(() => step, Error, "The batch worker was closed");
});

Deno.test("an example that fits no batch is the caller's error, with workers and without", async () => {
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
