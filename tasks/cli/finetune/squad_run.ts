/**
 * What `albert finetune squad` does.
 *
 * @module
 */
import {
  findSquadFiles,
  loadSquadData,
  type SquadFiles,
} from "../../../src/benchmarks/squad/disk.ts";
import {
  SQUAD_PAPER_RECIPES,
  SQUAD_QUICK_RECIPE,
  type SquadDataset,
  squadFeatures,
  squadTask,
  squadTrainingFeatures,
  type SquadWindow,
  type WindowScores,
} from "../../../src/benchmarks/squad/mod.ts";
import { runFinetune } from "./run.ts";
import { FINETUNE_SQUAD_OPTIONS, type SquadFlags } from "../finetune_options.ts";

/** Reads the files and finetunes. */
export async function finetuneSquad(given: SquadFlags): Promise<void> {
  await runFinetune<SquadFlags, SquadWindow, WindowScores>(given, {
    options: FINETUNE_SQUAD_OPTIONS,
    recipe: (flags) =>
      flags.recipe === "paper" ? SQUAD_PAPER_RECIPES[filesOf(flags).version] : SQUAD_QUICK_RECIPE,
    async makeTask({ flags, tokenizer, maxSeqLength, say }) {
      const files = filesOf(flags);
      const data = await loadSquadData(files, { strict: flags.strict, log: say });
      const train = firstQuestions(data.train, flags.maxTrainSamples);
      const dev = firstQuestions(data.dev, flags.maxEvalSamples);
      const lengths = {
        maxLength: maxSeqLength,
        stride: flags.docStride,
        maxQuestionLength: flags.maxQueryLength,
      };
      const { windows, dropped } = squadTrainingFeatures(train, tokenizer, lengths);
      if (dropped !== undefined) {
        say(`${files.train}: ${dropped.first}: not trained on (${dropped.count} in all)`);
      }
      const task = squadTask({
        version: files.version,
        head: flags.head ?? "paper",
        train: windows,
        heldOut: { dataset: dev, windows: squadFeatures(dev, tokenizer, lengths).windows },
        nBest: flags.nBestSize,
        maxAnswerLength: flags.maxAnswerLength,
        threshold: flags.nullThreshold,
      });
      return { task, dataSha256: data.sha256, limited: true };
    },
  });
}

function filesOf({ data, task, trainFile, devFile }: SquadFlags): SquadFiles {
  const { version, train, dev } = findSquadFiles(data!, task);
  return { version, train: trainFile ?? train, dev: devFile ?? dev };
}

function firstQuestions(dataset: SquadDataset, most?: number): SquadDataset {
  return { ...dataset, questions: dataset.questions.slice(0, most) };
}
