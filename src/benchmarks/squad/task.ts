/**
 * SQuAD as a task of the finetuning loop.
 *
 * @module
 */
import type { ModelConfig } from "../../model/mod.ts";
import type { FinetuneTask } from "../../train/mod.ts";
import { checkDecodeOptions, type DecodeOptions, type WindowScores } from "./decode.ts";
import type { SquadWindow } from "./features.ts";
import type { SquadTaskHead } from "./head.ts";
import { linearHead } from "./linear_head.ts";
import { paperHead } from "./paper_head.ts";
import { decodeDataset, evaluateAnswers, predictionFiles } from "./predictions.ts";
import type { SquadDataset, SquadVersion } from "./reader.ts";
import { reviewAnswers } from "./review.ts";

/** `linear`: start and end logits of each token, as Hugging Face's question answering models; `paper`: what the paper used. */
export type SquadHead = "linear" | "paper";

/** A dataset with the windows that a model reads. */
export interface SquadHeldOut {
  /** Questions and gold answers. */
  readonly dataset: SquadDataset;
  /** Of all its questions. */
  readonly windows: readonly SquadWindow[];
}

/** What {@linkcode squadTask} is made of. */
export interface SquadTaskOptions extends Pick<DecodeOptions, "nBest" | "maxAnswerLength"> {
  /** Of the data. */
  readonly version: SquadVersion;
  /** Which head. */
  readonly head: SquadHead;
  /** Windows to learn from; none for a task that is only evaluated. */
  readonly train: readonly SquadWindow[];
  /** What scores are measured on. */
  readonly heldOut: SquadHeldOut;
  /** Threshold of the no-answer score (2.0); if absent, the best for the held-out set. */
  readonly threshold?: number;
}

/** The head for a version: what the paper used for 1.1 is the linear head. */
export function squadTaskHead(
  version: SquadVersion,
  head: SquadHead,
): SquadTaskHead {
  return head === "paper" && version === "2.0" ? paperHead : linearHead;
}

/** The head that a checkpoint's tensors are of: no other has the paper's `squad_head.*`. */
export function squadHeadOf(
  config: ModelConfig,
  { tensors }: { readonly tensors: ReadonlyMap<string, unknown> },
): SquadTaskHead {
  const paper = paperHead.headSpecs(config).some(({ name }) => tensors.has(name));
  return paper ? paperHead : linearHead;
}

/**
 * The task: windows in, the official metrics and prediction files out.
 *
 * @throws {RangeError} for a limit that no answer meets.
 * @throws {SquadScoreError} from `evaluate`, when the held-out set has no gold answers.
 */
export function squadTask(
  { version, head, train, heldOut, threshold, ...decoding }: SquadTaskOptions,
): FinetuneTask<SquadWindow, WindowScores> {
  checkDecodeOptions(decoding);
  const chosen = squadTaskHead(version, head);
  return {
    ...chosen,
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
