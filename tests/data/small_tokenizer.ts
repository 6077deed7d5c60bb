/** A SentencePiece tokenizer of letters and a few words, made without any file. */
import { Tokenizer, writeSentencePieceModel } from "../../src/text/mod.ts";
import { RandomStream } from "../../src/tensor/random/mod.ts";
import { smallModel } from "../text/support/small_model.ts";

const WORDS = "the a cat dog sat ran on under mat house and then it was he she said who with for"
  .split(" ");

/** The bytes of its `spiece.model`. */
export function smallModelBytes(): Uint8Array {
  const pieces: Record<string, number> = { "▁": -4 };
  WORDS.forEach((word, i) => pieces[`▁${word}`] = -3 - i / 10);
  for (const letter of "abcdefghijklmnopqrstuvwxyz") pieces[letter] = -8;
  return writeSentencePieceModel(smallModel(pieces, [".", "?", '"']));
}

/** The tokenizer. */
export function smallTokenizer(): Tokenizer {
  return Tokenizer.fromModel(smallModelBytes());
}

/** English-like text: documents parted by blank lines, one sentence a line. */
export function smallText(seed: number, documents: number): string {
  return Array.from({ length: documents }, (_, d) => {
    const stream = new RandomStream(seed, 0x74657874, d);
    const word = () => WORDS[stream.integer(WORDS.length)];
    return Array.from({ length: 2 + stream.integer(30) }, () => {
      const sentence = Array.from({ length: 3 + stream.integer(15) }, word).join(" ");
      return `${sentence[0].toUpperCase()}${sentence.slice(1)} zebra${stream.integer(9)}.`;
    }).join("\n");
  }).join("\n\n") + "\n";
}
