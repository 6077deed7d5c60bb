/**
 * Corpora in memory.
 *
 * @module
 */
import { Corpus } from "./corpus.ts";
import { hexOf } from "./hex.ts";
import { ShardBuilder } from "./shard_builder.ts";
import { tokenizeDocument } from "./tokenize_document.ts";
import { type PieceTokenizer, vocabularyFacts } from "./vocabulary.ts";

/**
 * Creates a corpus from texts. Each text is a document, whose lines are paragraphs.
 *
 * @param texts The documents, as an array or as a stream; see {@linkcode splitTextStream}.
 * @param tokenizer The tokenizer.
 * @returns The corpus, the same as after `prepare` and reading.
 * @throws {RangeError} If a text has no tokens.
 *
 * @example Use a tokenizer for single letters
 * ```ts
 * import { corpusFromText, ExampleDataset, exampleSettings } from "./mod.ts";
 *
 * const letters = "#?cs_abcdefghijklmnopqrstuvwxyz.";
 * const tokenizer = {
 *   vocabularySize: letters.length,
 *   specialIds: { pad: 0, unk: 1, cls: 2, sep: 3, mask: 4 },
 *   idToPiece: (id: number) => letters[id],
 *   encodeIds: (text: string) =>
 *     Array.from(text.toLowerCase().replaceAll(/[^a-z.]/g, ""), (c) => letters.indexOf(c, 5)),
 * };
 * const corpus = await corpusFromText(["One cat sat. Two dogs ran. It was late."], tokenizer);
 * const dataset = new ExampleDataset(corpus, exampleSettings(32, { shortSeqProb: 0 }), 1);
 * const example = dataset.exampleAt(0);
 * if (example.inputIds[0] !== 2 || example.length > 32) throw new Error("not an example");
 * ```
 */
export async function corpusFromText(
  texts: Iterable<string> | AsyncIterable<string>,
  tokenizer: PieceTokenizer,
): Promise<Corpus> {
  const builder = new ShardBuilder(tokenizer.vocabularySize);
  const encoder = new TextEncoder();
  let chain: Uint8Array<ArrayBuffer> = new Uint8Array();
  for await (const text of texts) {
    const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text)));
    const blocks = text.split("\n").filter((line) => line.trim() !== "");
    const words = new Uint32Array(sum.buffer, 0, 2);
    builder.add({
      sentences: tokenizeDocument({ blocks, sentences: false }, tokenizer),
      hash: [words[0], words[1]],
    });
    chain = new Uint8Array(
      await crypto.subtle.digest("SHA-256", new Uint8Array([...chain, ...sum])),
    );
  }
  const vocabulary = await vocabularyFacts(tokenizer);
  return new Corpus([builder.take()], vocabulary, `${vocabulary.fingerprint}-${hexOf(chain)}`);
}

/**
 * Splits a stream of text at blank lines into documents. The pieces of the stream may end anywhere.
 *
 * @param chunks The text, such as a `ReadableStream` of `TextDecoderStream`.
 * @returns The documents, without blank ones.
 *
 * @example A file as a corpus, without reading it whole
 * ```ts ignore
 * const response = await fetch("https://example.org/books.txt");
 * const chunks = response.body!.pipeThrough(new TextDecoderStream());
 * const corpus = await corpusFromText(splitTextStream(chunks), tokenizer);
 * ```
 */
export async function* splitTextStream(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let lines: string[] = [], line: string[] = [];
  for await (const chunk of chunks) {
    for (const [i, piece] of chunk.split("\n").entries()) {
      if (i > 0) {
        const text = line.join("");
        line = [];
        if (lines.length === 0 || !/^[ \t]*\r?$/.test(text)) lines.push(text);
        else {
          const document = lines.join("\n").replace(/\r$/, "");
          lines = [];
          if (document.trim() !== "") yield document;
        }
      }
      line.push(piece);
    }
  }
  const document = [...lines, line.join("")].join("\n");
  if (document.trim() !== "") yield document;
}
