/**
 * What `albert predict choose` does.
 *
 * @module
 */
import { raceExamples, raceHead } from "../../../src/benchmarks/race/mod.ts";
import { softmax } from "../../../src/train/mod.ts";
import type { CommonOptions } from "../common.ts";
import { checkedLogits, withModel } from "./open_model.ts";

/** Flags of the command. */
export interface ChooseFlags {
  readonly checkpoint: string;
  readonly device: CommonOptions["device"];
  readonly blas?: string;
  readonly json?: boolean;
  /** The passage; standard input where absent. */
  readonly context?: string;
  readonly question: string;
  readonly options: readonly string[];
}

/** Prints the probability of each option. */
export async function predictChoose(flags: ChooseFlags): Promise<void> {
  const { question, options } = flags;
  const article = flags.context ?? (await new Response(Deno.stdin.readable).text()).trim();
  await withModel(flags, () => raceHead, async ({ tokenizer, maxLength, predict }) => {
    const asked = { id: "the question", level: "high" as const, article, question, options };
    const [scores] = await predict(
      raceExamples([{ ...asked, answer: 0 }], tokenizer, maxLength),
    );
    const probabilities = softmax(checkedLogits(scores, question));
    const best = probabilities.indexOf(Math.max(...probabilities));
    if (flags.json) {
      const choices = options.map((text, i) => ({ text, probability: probabilities[i] }));
      console.log(JSON.stringify({ question, choices, answer: best }));
      return;
    }
    console.log(
      options.map((text, i) =>
        `${i === best ? "→" : " "} ${(100 * probabilities[i]).toFixed(1).padStart(5)}%  ${text}`
      ).join("\n"),
    );
  });
}
