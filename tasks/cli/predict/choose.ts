/**
 * What `albert predict choose` does.
 *
 * @module
 */
import { raceExamples, raceHead } from "../../../src/benchmarks/race/mod.ts";
import { softmax } from "../../../src/model/mod.ts";
import type { ChooseFlags } from "../predict.ts";
import { checkedLogits, withModel } from "./open_model.ts";

/** Prints the probability of each option. */
export async function predictChoose(
  flags: ChooseFlags,
  question: string,
  options: readonly string[],
): Promise<void> {
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
