/**
 * SQuAD as a fine-tuning task.
 *
 * @module
 */
import type { ModelConfig } from "../../model/mod.ts";
import type { FinetuneTask, Recipe } from "../../train/mod.ts";
import { checkDecodeOptions, type DecodeOptions, type WindowScores } from "./decode.ts";
import type { SquadFeatureOptions, SquadWindow } from "./features.ts";
import { linearHead, paperHead, type SquadTaskHead } from "./heads.ts";
import { decodeDataset, evaluateAnswers, predictionFiles } from "./predictions.ts";
import type { SquadDataset, SquadVersion } from "./reader.ts";
import { reviewAnswers } from "./review.ts";

/** `linear`: start and end logits per token, as in Hugging Face's question answering classes; `paper`: the head that the paper uses. */
export type SquadHead = "linear" | "paper";

/** A dataset with its windows. */
export interface SquadHeldOut {
  /** Questions and gold answers. */
  readonly dataset: SquadDataset;
  /** Windows of all questions. */
  readonly windows: readonly SquadWindow[];
}

/** Options of {@linkcode squadTask}. */
export interface SquadTaskOptions extends Pick<DecodeOptions, "nBest" | "maxAnswerLength"> {
  /** Version of the data. */
  readonly version: SquadVersion;
  /** Kind of head. */
  readonly head: SquadHead;
  /** Training windows; empty for evaluation only. */
  readonly train: readonly SquadWindow[];
  /** Validation set. */
  readonly heldOut: SquadHeldOut;
  /** Lengths of the windows, which the checkpoints keep for their evaluation. */
  readonly lengths?: SquadFeatureOptions;
  /** Threshold of the no-answer score (2.0); default the best one on the validation set. */
  readonly threshold?: number;
}

/** Returns the head for a version. The paper's head for 1.1 is the linear head. */
export function squadTaskHead(
  version: SquadVersion,
  head: SquadHead,
): SquadTaskHead {
  return head === "paper" && version === "2.0" ? paperHead : linearHead;
}

/** Returns the head of a checkpoint. Only the paper's head has tensors `squad_head.*`. */
export function squadHeadOf(
  config: ModelConfig,
  { tensors }: { readonly tensors: ReadonlyMap<string, unknown> },
): SquadTaskHead {
  const paper = paperHead.headSpecs(config).some(({ name }) => tensors.has(name));
  return paper ? paperHead : linearHead;
}

/** Fields of `config.json` with the lengths of fine-tuning, in addition to `max_seq_length`. */
const STRIDE = "doc_stride", QUESTION_LENGTH = "max_query_length";

/** Returns the distance of windows and the length of questions that a model was fine-tuned with; undefined if its configuration does not contain them. */
export function trainedWindows(
  { extra }: ModelConfig,
): Pick<SquadFeatureOptions, "stride" | "maxQuestionLength"> {
  const [stride, maxQuestionLength] = [STRIDE, QUESTION_LENGTH].map((name) => {
    const value = Number(extra?.[name]);
    return value >= 1 && Number.isInteger(value) ? value : undefined;
  });
  return { stride, maxQuestionLength };
}

/**
 * Returns the fine-tuning task, which evaluates to the official metrics and prediction files.
 *
 * @throws {RangeError} if a decoding option is not a positive integer
 * @throws {SquadScoreError} from `evaluate`, if the validation set has no questions, or one has no gold answer (1.1)
 */
export function squadTask(
  { version, head, train, heldOut, lengths, threshold, ...decoding }: SquadTaskOptions,
): FinetuneTask<SquadWindow, WindowScores> {
  checkDecodeOptions(decoding);
  const chosen = squadTaskHead(version, head);
  return {
    ...chosen,
    // Undefined replaces the value of the model that fine-tuning starts from.
    configExtra: { [STRIDE]: lengths?.stride, [QUESTION_LENGTH]: lengths?.maxQuestionLength },
    train,
    heldOut: [{ name: "", examples: heldOut.windows }],
    metric: "f1",
    evaluate({ examples }, outputs) {
      const { dataset } = heldOut;
      const answers = decodeDataset(dataset, examples, outputs, {
        ...decoding,
        againstBest: chosen === linearHead,
      });
      const { metrics, predictions } = evaluateAnswers(dataset, answers, threshold);
      return {
        metrics: { ...metrics },
        files: predictionFiles(dataset, answers, predictions),
        review: reviewAnswers(dataset, answers, predictions),
      };
    },
  };
}

/** The paper's hyperparameters (Table 14). The numbers of steps are two epochs of 1.1 and three epochs of 2.0. */
export const SQUAD_PAPER_RECIPES: Readonly<Record<SquadVersion, Recipe>> = {
  "1.1": {
    learningRate: 5e-5,
    batchSize: 48,
    maxSteps: 3649,
    warmupSteps: 365,
    maxSeqLength: 384,
    dropout: 0,
    classifierDropout: 0.1,
  },
  "2.0": {
    learningRate: 3e-5,
    batchSize: 48,
    maxSteps: 8144,
    warmupSteps: 814,
    maxSeqLength: 512,
    dropout: 0,
    classifierDropout: 0.1,
  },
};

/** Hyperparameters for a quick experiment: common settings for models of BERT's size, two epochs. */
export const SQUAD_QUICK_RECIPE: Recipe = {
  learningRate: 3e-5,
  batchSize: 16,
  epochs: 2,
  maxSeqLength: 384,
  dropout: 0,
  classifierDropout: 0.1,
};
