/** Text made from a seed, and a tokenizer simple enough to be right by inspection. */
import { Corpus, type PieceTokenizer, ShardBuilder, vocabularyFacts } from "../../src/data/mod.ts";
import { RandomStream } from "../../src/tensor/random/mod.ts";

const WORDS = 400;
const TAILS = 100;

/**
 * Ids: 0–4 special, 5 ".", then 400 pieces that start a word (`▁w17`), then 100 that continue one
 * (`tail` and letters). A word followed by `-` and a number has a tail.
 */
export class FakeTokenizer implements PieceTokenizer {
  readonly vocabularySize = 6 + WORDS + TAILS;
  readonly specialIds = { pad: 0, unk: 1, cls: 2, sep: 3, mask: 4 };

  encodeIds(text: string): number[] {
    const ids: number[] = [];
    for (const [, word, tail, dot] of text.matchAll(/w(\d+)(?:-(\d+))?(\.)?/gi)) {
      ids.push(6 + Number(word));
      if (tail !== undefined) ids.push(6 + WORDS + Number(tail));
      if (dot !== undefined) ids.push(5);
    }
    return ids;
  }

  idToPiece(id: number): string {
    if (id < 6) return ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]", "."][id];
    if (id < 6 + WORDS) return `▁w${id - 6}`;
    const letters = (n: number) => String.fromCharCode(97 + n % 26, 97 + Math.floor(n / 26));
    return `tail${letters(id - 6 - WORDS)}`;
  }

  toFiles(): Record<string, string> {
    return { "vocabulary.txt": "fake" };
  }
}

/** Documents of `W1 w2-3 … w9.` sentences, one line each. */
export function generatedDocuments(seed: number, documents: number, mostSentences = 60): string[] {
  return Array.from({ length: documents }, (_, d) => {
    const stream = new RandomStream(seed, 0x74657374, d);
    const sentences = Array.from({ length: 1 + stream.integer(mostSentences) }, () => {
      const words = Array.from({ length: 1 + stream.integer(30) }, () => {
        const tail = stream.uniform() < 0.25 ? `-${stream.integer(TAILS)}` : "";
        return `w${stream.integer(WORDS)}${tail}`;
      });
      return `W${words.join(" ").slice(1)}.`;
    });
    return sentences.join("\n");
  });
}

/** A corpus of such documents, in one shard or several. */
export async function generatedCorpus(
  seed: number,
  documents: number,
  shards = 1,
  mostSentences = 60,
): Promise<Corpus> {
  const tokenizer = new FakeTokenizer();
  const texts = generatedDocuments(seed, documents, mostSentences);
  const perShard = Math.ceil(documents / shards);
  const built = Array.from({ length: shards }, (_, s) => {
    const builder = new ShardBuilder(tokenizer.vocabularySize);
    for (const [i, text] of texts.slice(s * perShard, (s + 1) * perShard).entries()) {
      builder.add({
        sentences: text.split("\n").map((line) => tokenizer.encodeIds(line)),
        hash: [new RandomStream(i, s).word(), new RandomStream(i, s, 1).word()],
      });
    }
    return builder.take();
  });
  return new Corpus(built, await vocabularyFacts(tokenizer), `generated-${seed}`);
}

/** The tokens of one sentence, by its number in the corpus. */
export function sentenceTokens(corpus: Corpus, sentence: number): number[] {
  const { shard, start, end } = corpus.rangeOf(sentence, 1);
  return Array.from(corpus.shards[shard].tokens.subarray(start, end));
}
