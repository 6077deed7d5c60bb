/**
 * What `albert finetune glue` does.
 *
 * @module
 */
import { loadGlueData } from "../../../src/benchmarks/glue/disk.ts";
import {
  GLUE_QUICK_RECIPE,
  type GlueExample,
  type GlueLogits,
  gluePaperRecipe,
  glueTask,
  type GlueTaskDefinition,
  glueTaskDefinition,
} from "../../../src/benchmarks/glue/mod.ts";
import { UsageError } from "../errors.ts";
import { FINETUNE_GLUE_OPTIONS, type FinetuneFlags, type GlueFlags } from "../finetune_options.ts";
import { type MadeTask, runFinetune, type TaskRequest } from "./run.ts";

/** Reads the task's files and finetunes. */
export async function finetuneGlue(given: GlueFlags): Promise<void> {
  await runFinetune<GlueFlags, GlueExample, GlueLogits>(given, {
    options: FINETUNE_GLUE_OPTIONS,
    recipe: (flags) =>
      flags.recipe === "paper" ? gluePaperRecipe(taskOf(flags)) : GLUE_QUICK_RECIPE,
    makeTask: (request) => makeGlueTask(glueTaskDefinition(taskOf(request.flags)), request),
  });
}

/** Reads the files of a task. */
export async function makeGlueTask(
  definition: GlueTaskDefinition,
  { flags, data, tokenizer, maxSeqLength, say }: TaskRequest<FinetuneFlags>,
): Promise<MadeTask<GlueExample, GlueLogits>> {
  const reading = { strict: flags.strict, log: say };
  const { train, heldOut, sha256 } = await loadGlueData(definition, data, reading);
  const task = glueTask(definition, train, heldOut, tokenizer, maxSeqLength);
  return { task, dataSha256: sha256 };
}

function taskOf({ task }: GlueFlags): NonNullable<GlueFlags["task"]> {
  if (task === undefined) throw new UsageError("--task is missing: cola, sst-2, mrpc …");
  return task;
}
