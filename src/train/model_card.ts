/**
 * The README.md of a checkpoint.
 *
 * @module
 */
import type { ModelConfig } from "../model/mod.ts";

/**
 * Returns the text of a model card.
 *
 * @param title what the model is, after the name of its family
 * @param text a sentence on its origin
 * @param rows rows of the table below it, after the size of the model
 */
export function modelCard(
  { arch, numHiddenLayers, hiddenSize, numAttentionHeads }: ModelConfig,
  title: string,
  text: string,
  rows: readonly (readonly [name: string, value: string])[],
): string {
  const kind = arch === "albert" ? "ALBERT" : "BERT";
  const size = `${numHiddenLayers}, ${hiddenSize}, ${numAttentionHeads}`;
  return `---
library_name: transformers
tags: [${arch}]
---

# ${kind}, ${title}

${text}

| | |
| --- | --- |
${
    [["layers, hidden size, heads", size], ...rows].map(([name, value]) => `| ${name} | ${value} |`)
      .join("\n")
  }
`;
}
