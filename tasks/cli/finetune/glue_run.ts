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
  glueTaskDefinition,
} from "../../../src/benchmarks/glue/mod.ts";
import { UsageError } from "../run_flags.ts";
import { GLUE_TASKS, type GlueFlags } from "./glue.ts";
import { runFinetune } from "./run.ts";

/** Reads the task's files and finetunes. */
export async function finetuneGlue(given: GlueFlags): Promise<void> {
  await runFinetune<GlueFlags, GlueExample, GlueLogits>(given, {
    tasks: GLUE_TASKS,
    recipe: (flags) =>
      flags.recipe === "paper" ? gluePaperRecipe(taskOf(flags)) : GLUE_QUICK_RECIPE,
    async makeTask({ flags, data, tokenizer, maxSeqLength, say }) {
      const definition = glueTaskDefinition(taskOf(flags));
      const { train, heldOut, sha256 } = await loadGlueData(definition, data, {
        strict: flags.strict,
        say,
      });
      return {
        task: glueTask(definition, train, heldOut, tokenizer, maxSeqLength),
        dataSha256: sha256,
      };
    },
  });
}

function taskOf({ task }: GlueFlags): NonNullable<GlueFlags["task"]> {
  if (task === undefined) throw new UsageError("--task is missing: cola, sst-2, mrpc …");
  return task;
}
