/**
 * What `albert evaluate race` does.
 *
 * @module
 */
import { loadRace } from "../../../src/benchmarks/race/disk.ts";
import {
  RACE_PREDICTIONS,
  raceAccuracy,
  raceAnswers,
  raceExamples,
  raceHead,
  writeRacePredictions,
} from "../../../src/benchmarks/race/mod.ts";
import { atomicWriteFile } from "../../../src/files/mod.ts";
import { levelsOf } from "../finetune_options.ts";
import { metricText } from "../progress.ts";
import { meanLogits } from "./ensemble.ts";
import type { EvaluateRaceFlags } from "../evaluate.ts";

/** Answers a split's questions and prints the accuracies. */
export async function evaluateRace(flags: EvaluateRaceFlags): Promise<void> {
  const { questions } = await loadRace(flags.data, flags.split, levelsOf(flags.level));
  const logits = await meanLogits(flags.checkpoint, flags, {
    head: raceHead,
    batchSize: flags.batchSize,
    maxSeqLength: flags.maxSeqLength,
    encode: ({ tokenizer, maxSeqLength }) => raceExamples(questions, tokenizer, maxSeqLength),
    arrange: (scores) => scores,
  });
  const answers = raceAnswers(questions, logits);
  const metrics = { ...raceAccuracy(questions, answers) };
  await Deno.mkdir(flags.output, { recursive: true });
  await atomicWriteFile(
    `${flags.output}/${RACE_PREDICTIONS}`,
    writeRacePredictions(questions, answers),
  );
  await atomicWriteFile(
    `${flags.output}/race.metrics.json`,
    `${JSON.stringify(metrics, null, 2)}\n`,
  );
  console.log(flags.json ? JSON.stringify(metrics) : `race: ${metricText(metrics)}`);
}
