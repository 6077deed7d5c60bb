/**
 * Detects the format of a file from its first lines.
 *
 * @module
 */
import { splitSentences } from "../sentences.ts";

/** Supported formats of text. */
export type TextFormat = "paragraphs" | "sentences" | "wikiextractor" | "wikitext" | "jsonl";

/** All formats, for messages and command lines. */
export const TEXT_FORMATS: readonly TextFormat[] = [
  "paragraphs",
  "sentences",
  "wikiextractor",
  "wikitext",
  "jsonl",
];

/** A format and its line breaks. */
export interface DetectedFormat {
  /** The format. */
  readonly format: TextFormat;
  /** Whether lines were wrapped at a fixed width, so that a line feed is a space. */
  readonly wrapped: boolean;
}

/** Maximum length of a wrapped line. */
const WRAP_WIDTH = 120;
/** Maximum number of lines to inspect. */
const LINES = 400;

/**
 * Detects the format from the first lines of a file. The format is one sentence per line if blocks have
 * several lines and at least 70% of the lines are one complete sentence.
 *
 * @param head The first lines.
 * @returns The format; `paragraphs` if no other format matches.
 */
export function detectFormat(head: readonly string[]): DetectedFormat {
  const lines = head.slice(0, LINES);
  const filled = lines.filter((line) => line.trim() !== "");
  const first = filled[0] ?? "";
  if (/^<doc\b[^>]*>\s*$/.test(first)) return { format: "wikiextractor", wrapped: false };
  if (/^\s*\{/.test(first)) return { format: "jsonl", wrapped: false };
  if (/^ = [^=].* = \s*$/.test(first)) return { format: "wikitext", wrapped: false };
  if (filled.length > 0 && filled.length >= 2 * blocksOf(lines)) {
    const whole = filled.filter(isOneSentence).length;
    if (whole >= 0.7 * filled.length) return { format: "sentences", wrapped: false };
  }
  return { format: "paragraphs", wrapped: isWrapped(lines, filled) };
}

function blocksOf(lines: readonly string[]): number {
  return lines.filter((line, i) => line.trim() !== "" && (i === 0 || lines[i - 1].trim() === ""))
    .length;
}

function isOneSentence(line: string): boolean {
  return /[.!?…。！？]["'”’)\]]*\s*$/.test(line) && splitSentences(line).length === 1;
}

/** Whether almost no line is long, and a paragraph has several lines. */
function isWrapped(lines: readonly string[], filled: readonly string[]): boolean {
  const long = filled.filter((line) => line.length > WRAP_WIDTH).length;
  return long <= 0.02 * filled.length && filled.length > blocksOf(lines);
}
