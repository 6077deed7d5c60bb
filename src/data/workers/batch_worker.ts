/**
 * The worker of `batch_workers.ts`.
 *
 * @module
 */
import type { BatchAnswer, BatchRequest } from "./batch_workers.ts";
import type { ExampleSource } from "../example_dataset.ts";
import { sourceOf, type SourceRecipe } from "../source_recipe.ts";
import { buildBatches } from "./step_batches.ts";

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<BatchRequest>) => void) | null;
  postMessage(message: BatchAnswer, transfer: Transferable[]): void;
};
let recipes: readonly SourceRecipe[] = [];
/** Made when they are first used: a later phase may be far away. */
const sources: ExampleSource[] = [];

scope.onmessage = ({ data }) => {
  if ("recipes" in data) {
    recipes = data.recipes;
    return;
  }
  const { step, job } = data;
  try {
    const source = sources[job.source] ??= sourceOf(recipes[job.source]);
    const batches = buildBatches(source, job);
    const arrays = batches.flatMap((batch) => Object.values(batch).filter(ArrayBuffer.isView));
    scope.postMessage({ step, batches }, arrays.map(({ buffer }) => buffer as ArrayBuffer));
  } catch (error) {
    scope.postMessage({ step, error: error instanceof Error ? error.message : String(error) }, []);
  }
};
