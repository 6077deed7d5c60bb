/**
 * What the demo says of the run it made: every number read from the run folder or computed from the data.
 *
 * @module
 */
import { splitDocuments, unigramEntropy } from "../../src/data/mod.ts";
import { openShards } from "../../src/data/disk/mod.ts";
import { readEvents } from "../../src/train/disk.ts";
import type { CommonOptions } from "../cli/common.ts";
import { hiddenLoss } from "./hidden_loss.ts";

/** Held-out figures beside what a model without context could reach. */
export async function summary(
  dataFolder: string,
  runFolder: string,
  validationFraction: number,
  device: CommonOptions["device"],
): Promise<string> {
  const { corpus } = await openShards(dataFolder);
  const { validation } = splitDocuments(corpus, validationFraction);
  const entropy = unigramEntropy(corpus, validation);
  const last = (await readEvents(runFolder)).findLast((event) => "eval_loss_mlm" in event);
  if (last === undefined) return "The run was not evaluated: it held no text out";
  const loss = Number(last.eval_loss_mlm);
  const hidden = await hiddenLoss(corpus, validation, runFolder, device);
  const percent = (key: string) => `${(100 * Number(last[key])).toFixed(1)}%`;
  return [
    "",
    `On held-out speeches after ${last.step} steps (${last.eval_examples} examples):`,
    `  masked language loss    ${loss.toFixed(3)} nats`,
    `  unigram entropy         ${entropy.toFixed(3)} nats: the best a model without context can do`,
    `  below it by             ${(entropy - loss).toFixed(3)} nats`,
    `  masked accuracy         ${percent("eval_accuracy_mlm")}`,
    `  behind [MASK] alone     ${hidden.loss.toFixed(3)} nats, accuracy ${
      (100 * hidden.accuracy).toFixed(1)
    }%: without the tenth of the words that is left to be seen and can be copied`,
    `  sentence order accuracy ${percent("eval_accuracy_pair")} (chance 50%)`,
  ].join("\n");
}
