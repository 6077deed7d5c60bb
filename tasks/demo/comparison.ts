/**
 * What pretraining was good for: the same finetuning from the pretrained weights, from none, and without a model at all.
 *
 * @module
 */
import { readEvents } from "../../src/train/disk.ts";
import type { PassageCounts } from "./passages.ts";

/** Accuracies of the last evaluations, read from the run folders. */
export async function comparison(
  runs: Readonly<Record<"pretrained" | "untrained", string>>,
  { dev, majority }: PassageCounts,
): Promise<string> {
  const accuracy = async (folder: string): Promise<number> => {
    const last = (await readEvents(folder)).findLast((event) => "eval_accuracy" in event);
    return Number(last?.eval_accuracy);
  };
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  return [
    "",
    `Era of ${dev} passages from speeches whose labels were not learned from:`,
    `  finetuned after pretraining    ${percent(await accuracy(runs.pretrained))}`,
    `  finetuned without pretraining  ${percent(await accuracy(runs.untrained))}`,
    `  the most frequent era          ${percent(majority)}`,
  ].join("\n");
}
