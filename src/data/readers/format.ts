/**
 * Detects the format of a file from its first lines.
 *
 * @module
 */
import { endsSentence, isLowerCased, splitSentences } from "../sentences.ts";

/** Supported formats of text. */
export type TextFormat = (typeof TEXT_FORMATS)[number];

/** All formats, for messages and command lines. */
export const TEXT_FORMATS = [
  "paragraphs",
  "sentences",
  "documents",
  "lines",
  "wikiextractor",
  "wikitext",
  "jsonl",
  "json",
  "csv",
  "tsv",
  "parquet",
] as const;

/** A format and its line breaks. */
export interface DetectedFormat {
  /** The format. */
  readonly format: TextFormat;
  /** Whether lines were wrapped at a fixed width, so that a line feed is a space. */
  readonly wrapped: boolean;
  /** Whether each line of `paragraphs` may be a document; `--format lines` then selects that. */
  readonly maybeLines?: boolean;
}

/** Maximum length of a wrapped line. */
const WRAP_WIDTH = 120;
/** Minimum width of wrapped lines in text without sentence marks. */
const LEAST_WRAP_WIDTH = 40;
/** Maximum number of lines to inspect. */
const LINES = 400;

/**
 * Detects the format from the first lines of a file. If blocks between blank lines have several lines
 * and at least 70% of the lines end a sentence, the format is `sentences` if at least 70% are one
 * sentence, and `documents` if they are longer. Text without any sentence marks, such as Thai, has one
 * sentence per line unless its lines are wrapped. One document per line (`lines`) is not detected,
 * because it looks like the paragraphs of one document.
 *
 * @param head The first lines.
 * @param textField Name of the column or field with the text.
 * @param name Name of the file; `.csv` and `.tsv` identify tables.
 * @returns The format; `paragraphs` if no other format matches.
 */
export function detectFormat(
  head: readonly string[],
  textField = "text",
  name = "",
): DetectedFormat {
  const lines = head.slice(0, LINES);
  const filled = lines.filter((line) => line.trim() !== "");
  const marked = markedFormat(filled, textField, name);
  if (marked !== undefined) return { format: marked, wrapped: false };
  const blocks = blocksOf(lines);
  if (filled.length > 0 && filled.length >= 2 * blocks) {
    const lowerCased = isLowerCased(filled.join("\n"));
    const most = 0.7 * filled.length;
    const complete = filled.filter(endsSentence);
    const single = complete.filter((line) => splitSentences(line, lowerCased).length === 1);
    if (single.length >= most) return { format: "sentences", wrapped: false };
    if (blocks > 1 && complete.length >= most) return { format: "documents", wrapped: false };
    if (complete.length >= most) return { format: "paragraphs", wrapped: false, maybeLines: true };
    if (!filled.some((line) => HAS_MARK.test(line)) && !areFull(lines)) {
      return { format: "sentences", wrapped: false };
    }
  }
  const wrapped = isWrapped(lines, filled);
  const maybeLines = !wrapped && blocks === 1 && filled.length > 1;
  return { format: "paragraphs", wrapped, ...maybeLines && { maybeLines } };
}

/** The mark of a sentence end after a letter, or one of another script anywhere. */
const HAS_MARK = /\p{L}[.!?;…](?:["'”’)\s]|$)|(?![.!?])\p{Sentence_Terminal}/u;

function markedFormat(
  filled: readonly string[],
  textField: string,
  name: string,
): TextFormat | undefined {
  const [first = "", second = ""] = filled;
  if (/^<doc\b[^>]*>\s*$/.test(first)) return "wikiextractor";
  if (/^\s*\{/.test(first)) return "jsonl";
  if (/^\s*\[\s*[{"]/.test(first) || /^\s*\[\s*$/.test(first) && /^\s*[{"\]]/.test(second)) {
    return "json";
  }
  if (/^ = [^=].* = \s*$/.test(first)) return "wikitext";
  const extension = /\.(csv|tsv)(?:\.(?:gz|zst))?$/i.exec(name)?.[1].toLowerCase();
  if (extension !== undefined) return extension as "csv" | "tsv";
  if (filled.length < 2) return undefined;
  for (const [format, delimiter] of [["tsv", "\t"], ["csv", ","]] as const) {
    const columns = first.split(delimiter).map((column) => column.trim().replace(/^"(.*)"$/, "$1"));
    if (columns.length > 1 && columns.includes(textField)) return format;
  }
  return undefined;
}

function blocksOf(lines: readonly string[]): number {
  return lines.filter((line, i) => line.trim() !== "" && (i === 0 || lines[i - 1].trim() === ""))
    .length;
}

/** Whether almost no line is long, and a paragraph has several lines. */
function isWrapped(lines: readonly string[], filled: readonly string[]): boolean {
  const long = filled.filter((line) => line.length > WRAP_WIDTH).length;
  return long <= 0.02 * filled.length && filled.length > blocksOf(lines);
}

/** Whether most lines would exceed the longest line with the first word of the next one. */
function areFull(lines: readonly string[]): boolean {
  const width = Math.max(...lines.map((line) => line.length));
  let full = 0, pairs = 0;
  for (let i = 1; i < lines.length; i++) {
    if (lines[i - 1].trim() === "" || lines[i].trim() === "") continue;
    pairs++;
    const word = lines[i].trim().split(/\s/, 1)[0].slice(0, 10);
    if (lines[i - 1].length + 1 + word.length > width) full++;
  }
  return width >= LEAST_WRAP_WIDTH && full >= 0.6 * pairs;
}
