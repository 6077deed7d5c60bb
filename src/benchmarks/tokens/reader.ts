/**
 * Reads sentences of tagged words: CoNLL's columns and JSON lines.
 *
 * @module
 */
import { quote } from "../../json/mod.ts";
import { RecordError } from "../records.ts";

/** A sentence as words. */
export interface TaggedSentence {
  /** Number of its first line, from 1. */
  readonly line: number;
  /** Words, as the file splits them. */
  readonly words: readonly string[];
  /** The tag of each word; undefined in a file without tags. */
  readonly tags?: readonly string[];
}

/** Names of the fields with the words and with the tags in JSON lines. */
const WORDS = ["tokens", "words"], TAGS = ["tags", "ner_tags", "labels"];

/** Maximum number of distinct tags; a column with more has words or ids. */
const MAX_TAGS = 500;

/**
 * Parses the text of a file: JSON lines if its first line starts with `{`, else CoNLL's columns.
 *
 * In columns, which tabs or spaces separate, the word is the first and the tag the last. Blank lines separate sentences. Lines `-DOCSTART-`, and lines with `#` and
 * another number of columns, are skipped. In JSON lines, `tokens` (or `words`) and `tags` (or `ner_tags`, `labels`) are arrays of strings.
 *
 * @param file name of the file for errors
 * @throws {RecordError} if the file is not valid; the message names the line
 */
export function readTagged(text: string, file: string): TaggedSentence[] {
  const lines = text.replace(/^\uFEFF/, "").split("\n").map((line) => line.replace(/\r$/, ""));
  const first = lines.find((line) => line.trim() !== "") ?? "";
  const sentences = first.trimStart().startsWith("{")
    ? readJson(lines, file)
    : readColumns(lines, file);
  if (sentences.length === 0) throw new RecordError(`${file} has no sentences`);
  const untagged = sentences.find(({ tags }) => tags === undefined);
  if (untagged !== undefined && sentences.some(({ tags }) => tags !== undefined)) {
    throw new RecordError(
      `${file}, line ${untagged.line}: the sentence has no tags, unlike others`,
    );
  }
  return sentences;
}

function readColumns(lines: readonly string[], file: string): TaggedSentence[] {
  const sentences: TaggedSentence[] = [];
  let words: string[] = [], tags: string[] = [], start = 0;
  const end = () => {
    if (words.length > 0) {
      sentences.push({ line: start, words, ...(count > 1 && { tags }) });
    }
    words = [], tags = [];
  };
  // Words may contain spaces if tabs separate the columns.
  const separator = lines.some((line) => line.includes("\t")) ? "\t" : /[ ]+/;
  const columnsOf = (line: string) => line.trim().split(separator);
  const sure = lines.find((line) => line.trim() !== "" && !/^(#|\s*-DOCSTART-)/.test(line));
  const count = sure === undefined ? 2 : columnsOf(sure).length;
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") {
      end();
      continue;
    }
    const columns = columnsOf(line);
    if (columns[0].startsWith("-DOCSTART-")) continue;
    if (line.startsWith("#") && columns.length !== count) continue;
    if (columns.length !== count) {
      throw new RecordError(
        `${file}, line ${
          i + 1
        }: expected ${count} columns as in other lines, got ${columns.length}: ${quote(line)}`,
      );
    }
    if (words.length === 0) start = i + 1;
    words.push(columns[0]);
    tags.push(columns[count - 1]);
  }
  end();
  return sentences;
}

function readJson(lines: readonly string[], file: string): TaggedSentence[] {
  return lines.flatMap((line, i) => {
    if (line.trim() === "") return [];
    const where = `${file}, line ${i + 1}`;
    let record: Record<string, unknown> | null;
    try {
      record = JSON.parse(line);
    } catch {
      throw new RecordError(`${where}: expected a JSON object, got ${quote(line)}`);
    }
    const words = WORDS.map((name) => record?.[name]).find((value) => value !== undefined);
    const tags = TAGS.map((name) => record?.[name]).find((value) => value !== undefined);
    if (!isStrings(words) || words.length === 0) {
      throw new RecordError(
        `${where}: ${WORDS.map((name) => quote(name)).join(" or ")} must be a list of words, got ${
          quote(words)
        }`,
      );
    }
    if (tags === undefined) return [{ line: i + 1, words }];
    if (!isStrings(tags)) {
      throw new RecordError(
        `${where}: the tags must be a list of strings such as "B-PER", got ${
          quote(tags)
        }; write the names of tags in place of their numbers`,
      );
    }
    if (tags.length !== words.length) {
      throw new RecordError(
        `${where}: expected a tag for each of ${words.length} words, got ${tags.length}`,
      );
    }
    return [{ line: i + 1, words, tags }];
  });
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/**
 * Returns the tags of training sentences, sorted, as transformers' `run_ner.py` numbers them.
 *
 * @param file name of the file for errors
 * @throws {RecordError} if sentences have no tags, or there are not 2 to 500 distinct ones
 */
export function tagNames(sentences: readonly TaggedSentence[], file: string): string[] {
  const names = new Set<string>();
  for (const { line, tags } of sentences) {
    if (tags === undefined) {
      throw new RecordError(
        `${file}, line ${line}: the training file must have tags: a last column, or "tags"`,
      );
    }
    for (const tag of tags) names.add(tag);
  }
  if (names.size >= 2 && names.size <= MAX_TAGS) return [...names].sort();
  throw new RecordError(`${file}: expected 2 to ${MAX_TAGS} distinct tags, got ${names.size}`);
}
