/**
 * What `albert predict classify` does.
 *
 * @module
 */
import {
  encodeRow,
  type GlueExample,
  type GlueLogits,
  textClassifierHead,
} from "../../../src/benchmarks/glue/mod.ts";
import { softmax } from "../../../src/model/mod.ts";
import type { ClassifyFlags } from "../predict.ts";
import { checkedLogits, typedLines, withModel } from "./open_model.ts";

/** Prints the probability of each class, the likeliest first, or the score of a regression. */
export async function predictClassify(
  flags: ClassifyFlags,
  text?: string,
  second?: string,
): Promise<void> {
  const lines = await typedLines(text);
  await withModel<GlueExample, GlueLogits>(flags, textClassifierHead, async (model) => {
    const rows = lines.map((line, i) => ({
      index: `${i}`,
      // A line of standard input may hold a pair, with a tab between.
      texts: second === undefined ? line.split("\t", 2) : [line, second],
    }));
    const examples = rows.map((row) => encodeRow(row, model.tokenizer, model.maxLength));
    const names = classNames(model.config.extra?.id2label);
    const logits = await model.predict(examples);
    logits.forEach((values, i) => {
      const { texts } = rows[i];
      checkedLogits(values, texts.join(" | "));
      if (values.length === 1) return printScore(texts, values[0], flags.json);
      const classes = softmax(values)
        .map((probability, id) => ({ label: names[id] ?? `${id}`, probability }))
        .sort((a, b) => b.probability - a.probability);
      if (flags.json) return console.log(JSON.stringify({ texts, classes }));
      const table = classes.map(({ label, probability }) =>
        `  ${(100 * probability).toFixed(1).padStart(5)}%  ${label}`
      );
      console.log([texts.join(" | "), ...table].join("\n"));
    });
  });
}

function printScore(texts: readonly string[], score: number, json?: boolean): void {
  console.log(json ? JSON.stringify({ texts, score }) : `${texts.join(" | ")}\n  ${score}`);
}

function classNames(id2label: unknown): Readonly<Record<number, string>> {
  return typeof id2label === "object" && id2label !== null
    ? id2label as Record<number, string>
    : {};
}
