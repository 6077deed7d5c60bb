/**
 * The decoders of `tokenizer.json`.
 *
 * Source: huggingface/tokenizers, `src/decoders/`.
 *
 * @module
 */
import { quote } from "../../json/mod.ts";
import { patternOf } from "./normalizers.ts";
import { booleanField, onlyFields, type Part, textField, unsupported } from "./parts.ts";
import { prependScheme } from "./pre_tokenizers.ts";

/** Transforms the texts of tokens, which are joined after the last step. */
export type Decode = (tokens: string[]) => string[];

const WHERE = "decoder";

/**
 * Creates a decoder step.
 *
 * @throws {UnsupportedPart} If the step is not supported.
 * @throws {SyntaxError} If one of its fields is invalid.
 */
export function decoderOf(part: Part): Decode {
  const only = (...names: string[]) => onlyFields(WHERE, part, ...names);
  switch (part.type) {
    case "Metaspace": {
      const drops = prependScheme(part, WHERE) !== "never";
      const replacement = textField(WHERE, part, "replacement", "▁");
      return (tokens) =>
        tokens.map((token, i) =>
          i === 0 && drops ? token.replaceAll(replacement, "") : token.replaceAll(replacement, " ")
        );
    }
    case "WordPiece": {
      only("prefix", "cleanup");
      const prefix = textField(WHERE, part, "prefix", "##");
      const cleanup = booleanField(WHERE, part, "cleanup", true);
      return (tokens) =>
        tokens.map((token, i) => {
          const joined = i > 0 && token.startsWith(prefix);
          const text = joined ? token.slice(prefix.length) : i > 0 ? ` ${token}` : token;
          return cleanup ? cleaned(text) : text;
        });
    }
    case "Replace": {
      only("pattern", "content");
      const pattern = patternOf(WHERE, part), content = textField(WHERE, part, "content");
      return (tokens) => tokens.map((token) => token.replace(pattern, () => content));
    }
    case "Fuse":
      only();
      return (tokens) => [tokens.join("")];
    case "Strip":
      only("content", "start", "stop");
      return strip(part);
    case "ByteFallback":
      only();
      return byteFallback;
    default:
      return unsupported(WHERE, part);
  }
}

/** Removes the spaces that tokenization added before punctuation. */
function cleaned(text: string): string {
  return text.replaceAll(" .", ".").replaceAll(" ?", "?").replaceAll(" !", "!")
    .replaceAll(" ,", ",").replaceAll(" ' ", "'").replaceAll(" n't", "n't")
    .replaceAll(" 'm", "'m").replaceAll(" do not", " don't").replaceAll(" 's", "'s")
    .replaceAll(" 've", "'ve").replaceAll(" 're", "'re");
}

function strip(part: Part): Decode {
  const content = textField(WHERE, part, "content");
  const { start, stop } = part;
  if (!Number.isInteger(start) || !Number.isInteger(stop) || [...content].length !== 1) {
    throw new SyntaxError(
      `its ${WHERE} Strip has content ${quote(content)}, start ${quote(start)}, stop ${
        quote(stop)
      }`,
    );
  }
  return (tokens) =>
    tokens.map((token) => {
      const characters = [...token];
      let from = 0, to = characters.length;
      while (from < (start as number) && characters[from] === content) from++;
      while (
        characters.length - to < (stop as number) && to > from && characters[to - 1] === content
      ) to--;
      return characters.slice(from, to).join("");
    });
}

function byteFallback(tokens: string[]): string[] {
  const result: string[] = [];
  let bytes: number[] = [];
  const flush = () => {
    if (bytes.length === 0) return;
    try {
      const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
      result.push(decoder.decode(Uint8Array.from(bytes)));
    } catch {
      for (const _ of bytes) result.push("\ufffd");
    }
    bytes = [];
  };
  for (const token of tokens) {
    const byte = /^<0x([0-9a-fA-F]{2})>$/.exec(token);
    if (byte !== null) bytes.push(parseInt(byte[1], 16));
    else {
      flush();
      result.push(token);
    }
  }
  flush();
  return result;
}
