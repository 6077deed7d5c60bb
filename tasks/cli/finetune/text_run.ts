/**
 * What `albert finetune text` does.
 *
 * @module
 */
import { findTextTask } from "../../../src/benchmarks/glue/disk.ts";
import {
  GLUE_QUICK_RECIPE,
  type GlueExample,
  type GlueLogits,
} from "../../../src/benchmarks/glue/mod.ts";
import { UsageError } from "../errors.ts";
import { FINETUNE_OPTIONS, type FinetuneFlags } from "../finetune_options.ts";
import { makeGlueTask } from "./glue_run.ts";
import { runFinetune } from "./run.ts";

/** Reads the files and finetunes. */
export async function finetuneText(given: FinetuneFlags): Promise<void> {
  await runFinetune<FinetuneFlags, GlueExample, GlueLogits>(given, {
    options: FINETUNE_OPTIONS,
    recipe({ recipe }) {
      if (recipe !== "paper") return GLUE_QUICK_RECIPE;
      throw new UsageError("--recipe paper: the paper has none for texts of your own");
    },
    makeTask: async (request) => await makeGlueTask(await findTextTask(request.data), request),
  });
}
