/** A small corpus in an invented language, for tests that train. */
import { type Corpus, corpusFromText, type PieceTokenizer } from "../../src/data/mod.ts";
import { type OpenedData, openShards, prepare } from "../../src/data/disk/mod.ts";
import { RandomStream } from "../../src/tensor/random/mod.ts";

const SPECIAL = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"];
const WORDS = Array.from(
  { length: 95 },
  (_, i) => `w${String.fromCharCode(97 + i % 26)}${"abcd"[i % 4]}${i}`,
);
const PIECES = [...SPECIAL, ...WORDS.map((word) => `▁${word}`)];

/** A tokenizer with 100 pieces. Each word is one piece. */
export const toyTokenizer: PieceTokenizer = {
  vocabularySize: PIECES.length,
  specialIds: { pad: 0, unk: 1, cls: 2, sep: 3, mask: 4 },
  idToPiece: (id: number) => PIECES[id],
  encodeIds: (text: string) =>
    Int32Array.from(
      // Sentences start with a capital letter for the sentence splitter. The vocabulary has none.
      text.toLowerCase().split(/\s+/).filter((word) => word !== ""),
      (word) => Math.max(PIECES.indexOf(`▁${word.replace(/\W/g, "")}`), 1),
    ),
};

/** Documents with a few frequent and many rare words, so that a model can learn their frequencies in a few steps. */
export function toyTexts(documents: number, seed = 1): string[] {
  return Array.from({ length: documents }, (_, d) => {
    const random = new RandomStream(seed, 99, d);
    const word = () => WORDS[Math.floor(WORDS.length * random.uniform() ** 4)];
    const sentences = Array.from(
      { length: 12 },
      () => Array.from({ length: 4 + random.integer(6) }, word).join(" "),
    );
    return sentences
      .map((sentence) => `${sentence[0].toUpperCase()}${sentence.slice(1)}.`)
      .join("\n");
  });
}

/** A corpus of such documents. */
export async function toyCorpus(documents = 40, seed = 1): Promise<Corpus> {
  return await corpusFromText(toyTexts(documents, seed), toyTokenizer);
}

/** Writes such documents into a folder, and prepares and opens them. */
export async function toyShards(folder: string, documents: number): Promise<OpenedData> {
  for (const [i, text] of toyTexts(documents).entries()) {
    await Deno.writeTextFile(`${folder}/${i}.txt`, text);
  }
  const tokenizer = { ...toyTokenizer, toFiles: () => ({}) };
  await prepare({ inputs: [folder], tokenizer, output: `${folder}/data` });
  return await openShards(`${folder}/data`);
}
