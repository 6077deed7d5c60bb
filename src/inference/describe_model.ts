/**
 * The display of a model as the result of a notebook cell (`deno jupyter`).
 *
 * @module
 */
import { DISPLAY, formatCount, type MimeBundle } from "../json/mod.ts";
import { Albert } from "./albert.ts";

Object.defineProperty(Albert.prototype, DISPLAY, {
  value(this: Albert): MimeBundle {
    return describeModel(this);
  },
});

/** Kind, sizes, vocabulary and device as a table and as text. All values are numbers or come from fixed lists, except the adapter, which is escaped. */
function describeModel({ device, encoder, tokenizer }: Albert): MimeBundle {
  const { config, parameters } = encoder;
  const rows: [string, string][] = [
    ["parameters", formatCount(parameters.count)],
    [
      "layers",
      `${config.numHiddenLayers} of ${
        formatCount(config.hiddenSize)
      } units, ${config.numAttentionHeads} heads`,
    ],
    ["embedding", formatCount(config.embeddingSize)],
    ["shared parameters", config.share],
    ["vocabulary", `${formatCount(tokenizer.vocabularySize)} pieces`],
    ["longest text", `${formatCount(config.maxPositionEmbeddings)} tokens`],
    ["device", device.description.adapter],
  ];
  const title = config.arch === "bert" ? "BERT" : "ALBERT";
  const cells = rows.map(([name, value]) => `<tr><th>${name}</th><td>${escape(value)}</td></tr>`);
  return {
    "text/html": `<b>${title}</b><table><tbody>${cells.join("")}</tbody></table>`,
    "text/plain": [title, ...rows.map(([name, value]) => `${name}: ${value}`)].join("\n"),
  };
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
