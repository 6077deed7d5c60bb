/**
 * RACE as a fine-tuning task: each option gets a logit, and a softmax compares the four options of a question.
 *
 * @module
 */
import type { Device } from "../../device/mod.ts";
import {
  classifierSpecs,
  type Encoder,
  type ModelConfig,
  multipleChoiceLogits,
  type ParameterSpec,
  transformersClass,
} from "../../model/mod.ts";
import { crossEntropy, type LossTarget, type Scope, type Tensor } from "../../tensor/mod.ts";
import type { Tokenizer } from "../../text/mod.ts";
import {
  type FinetuneBatch,
  type FinetuneTask,
  type HeldOutSet,
  type PredictionReview,
  type Recipe,
  reviewClasses,
  type SetEvaluation,
  type TaskHead,
} from "../../train/mod.ts";
import { type RaceExample, raceExamples } from "./features.ts";
import { raceAccuracy } from "./metrics.ts";
import { writeRacePredictions } from "./predictions.ts";
import { answerLetter, CHOICES, type RaceQuestion } from "./reader.ts";

/** Name of the prediction file. */
export const RACE_PREDICTIONS = "RACE.tsv";

/** The head: one logit per option from the pooled output. */
export const raceHead: TaskHead<RaceExample, Float32Array> = {
  name: "race",
  pooler: true,
  configExtra: { finetuning_task: "race" },
  architecture: (config: ModelConfig): string => transformersClass(config, "ForMultipleChoice"),
  headSpecs: (config: ModelConfig): ParameterSpec[] => classifierSpecs(config, 1),
  async predict(
    device: Device,
    encoder: Encoder,
    batch: FinetuneBatch<RaceExample>,
  ): Promise<Float32Array[]> {
    const { view, shape: [, choices] } = logitsOf({ device }, encoder, batch);
    const flat = (await device.read(view)) as Float32Array;
    return batch.examples.map((_, row) => flat.slice(row * choices, (row + 1) * choices));
  },
};

/**
 * Returns the fine-tuning task for training and validation questions.
 *
 * @param maxLength maximum sequence length in tokens
 */
export function raceTask(
  train: readonly RaceQuestion[],
  heldOut: readonly RaceQuestion[],
  tokenizer: Tokenizer,
  maxLength: number,
): FinetuneTask<RaceExample, Float32Array> {
  return {
    ...raceHead,
    train: raceExamples(train, tokenizer, maxLength),
    heldOut: [{ name: "", examples: raceExamples(heldOut, tokenizer, maxLength) }],
    metric: "accuracy",
    loss(scope: Scope, encoder: Encoder, batch: FinetuneBatch<RaceExample>, target: LossTarget) {
      const answers = Uint32Array.from(batch.examples, ({ question }) => question.answer);
      crossEntropy(scope, logitsOf(scope, encoder, batch), answers, target);
    },
    evaluate(
      { examples }: HeldOutSet<RaceExample>,
      logits: readonly Float32Array[],
    ): SetEvaluation {
      const questions = examples.map(({ question }) => question);
      const answers = raceAnswers(questions, logits);
      return {
        metrics: { ...raceAccuracy(questions, answers) },
        files: new Map([[RACE_PREDICTIONS, writeRacePredictions(questions, answers)]]),
        review: review(questions, logits),
      };
    },
  };
}

/**
 * Returns the option with the largest logit for each question.
 *
 * @throws {RangeError} if logits are NaN or infinite; the message names the question
 */
export function raceAnswers(
  questions: readonly RaceQuestion[],
  logits: readonly Float32Array[],
): number[] {
  return logits.map((scores, i) => {
    if (!scores.every(Number.isFinite)) {
      throw new RangeError(
        `RACE, question ${questions[i].id}: logits are not finite: ${scores.join(", ")}`,
      );
    }
    return scores.indexOf(Math.max(...scores));
  });
}

function review(
  questions: readonly RaceQuestion[],
  logits: readonly Float32Array[],
): PredictionReview {
  const letters = Array.from({ length: CHOICES }, (_, option) => answerLetter(option));
  const examples = questions.map(({ id, article, question, options, answer }) => ({
    id,
    texts: [question, options.map((text, i) => `${letters[i]} ${text}`).join("  "), article],
    gold: answer,
  }));
  return reviewClasses(letters, examples, logits);
}

function logitsOf(
  scope: Scope,
  encoder: Encoder,
  { input, examples }: FinetuneBatch<RaceExample>,
): Tensor {
  const pooled = encoder.pool(scope, encoder.forward(scope, input), input);
  return multipleChoiceLogits(scope, encoder, pooled, input.batch / examples.length);
}

/** The paper's hyperparameters (Table 14). For v2 models, google-research/albert recommends a learning rate of 1e-5 and no dropout. */
export const RACE_PAPER_RECIPE: Recipe = {
  learningRate: 2e-5,
  batchSize: 32,
  maxSteps: 12_000,
  warmupSteps: 1000,
  maxSeqLength: 512,
  dropout: 0.1,
  classifierDropout: 0.1,
};

/** Hyperparameters for a quick experiment: one epoch. */
export const RACE_QUICK_RECIPE: Recipe = {
  learningRate: 2e-5,
  batchSize: 16,
  epochs: 1,
  maxSeqLength: 256,
  dropout: 0,
  classifierDropout: 0.1,
};
