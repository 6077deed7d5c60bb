/**
 * The worker of `batch_workers.ts`.
 *
 * @module
 */
import { serve, Transferred } from "../../workers/mod.ts";
import type { ExampleSource } from "../example_dataset.ts";
import { sourceOf, type SourceRecipe } from "../source_recipe.ts";
import { buildBatches, type StepJob } from "./step_batches.ts";

let recipes: readonly SourceRecipe[] = [];
/** Created on first use: a later phase may be far away. */
const sources: ExampleSource[] = [];

export const handlers = serve({
  start(allRecipes: readonly SourceRecipe[]) {
    recipes = allRecipes;
  },
  build(job: StepJob) {
    const source = sources[job.source] ??= sourceOf(recipes[job.source]);
    const batches = buildBatches(source, job);
    const arrays = batches.flatMap((batch) => Object.values(batch).filter(ArrayBuffer.isView));
    return new Transferred(batches, arrays);
  },
});
