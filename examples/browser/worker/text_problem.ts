/**
 * What is wrong with a text that a model cannot be trained on, and what the visitor can change.
 *
 * @module
 */
import { type Corpus, NoExamplesError, type Tokenizer } from "@albert-lab/albert";
import { Problem } from "../problem.ts";
import { lengthOfSize } from "../recipe.ts";
import { SETTINGS, type Settings } from "../settings.ts";

/** Number of pieces of a sentence to show. */
const SHOWN_PIECES = 12;

/** Returns the error for a vocabulary that cannot be trained. */
export function vocabularyProblem(text: string, size: number, cause: unknown): unknown {
  if (!(cause instanceof RangeError)) return cause;
  const characters = new Set(text.toLowerCase().replaceAll(/\s/g, "")).size;
  return new Problem(
    characters + 5 > size
      ? `The text has ${characters} different characters, too many for a vocabulary of ${size} pieces. Raise “${SETTINGS.vocabulary.label}” under “More settings”.`
      : "The text is too short for a vocabulary. Add more text.",
    { cause },
  );
}

/** Returns the error for a text without an example. */
export function examplesProblem(
  cause: unknown,
  settings: Settings,
  corpus: Corpus,
  tokenizer: Tokenizer,
): unknown {
  if (!(cause instanceof NoExamplesError)) return cause;
  const { objective } = SETTINGS;
  const without = `choose “${objective.values.none}” as “${objective.label}”`;
  if (cause.missing === "document") {
    return new Problem(
      `Next-sentence pairs need two documents, and the text is one. Separate documents by blank lines, or choose “${objective.values.sop}” as “${objective.label}”.`,
      { cause },
    );
  }
  if (cause.missing === "sentence") {
    return new Problem(
      `Sentence order needs documents of two sentences, and each document of the text has one. Remove blank lines between sentences that belong together, or ${without}.`,
      { cause },
    );
  }
  const { shortest } = cause;
  if (shortest === null) {
    return corpus.documentCount === 0
      ? emptyText(cause)
      : new Problem(`The text is too short for pairs of sentences. Add more text, or ${without}.`, {
        cause,
      });
  }
  const { document, sentence, tokens, most, neededLength } = shortest;
  const { shard, firstSentence } = corpus.placeOf(document);
  const { start, end } = corpus.rangeOf(corpus.sentenceNumber(shard, firstSentence + sentence), 1);
  const { tokens: ids } = corpus.shards[shard];
  const startsWord = (at: number) => tokenizer.idToPiece(ids[at]).startsWith("▁");
  let until = Math.min(end, start + SHOWN_PIECES);
  while (until < end && !startsWord(until)) until++; // No word is cut.
  const opening = `${tokenizer.decode(ids.subarray(start, until))}${until < end ? " …" : ""}`;
  const larger = Object.entries(SETTINGS.size.values).find(([size]) =>
    lengthOfSize(size as Settings["size"]) >= neededLength
  );
  const fixes = [
    "write shorter sentences",
    ...(larger === undefined ? [] : [`choose the size “${larger[1]}”`]),
    without,
  ];
  const length = lengthOfSize(settings.size);
  return new Problem(
    `The sentences are too long for pairs. This size reads ${length} tokens at once, so the first sentence of a pair may have at most ${most}. ` +
      `The shortest one is sentence ${sentence + 1} of document ${
        document + 1
      }, “${opening}”, with ${tokens}. ${listed(fixes)}.`,
    { cause },
  );
}

function emptyText(cause: unknown): Problem {
  return new Problem("The text has no words. Paste or drop another one.", { cause });
}

/** Joins fixes to a sentence. */
function listed(fixes: readonly string[]): string {
  const text = `${fixes.slice(0, -1).join(", ")}, or ${fixes.at(-1)}`;
  return text[0].toUpperCase() + text.slice(1);
}
