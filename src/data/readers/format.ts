/**
 * Which format a file has, told by its first lines.
 *
 * @module
 */
import { splitSentences } from "../sentences.ts";

/** The formats of text that can be read. */
export type TextFormat = "paragraphs" | "sentences" | "wikiextractor" | "wikitext" | "jsonl";

/** All formats, for messages and command lines. */
export const TEXT_FORMATS: readonly TextFormat[] = [
  "paragraphs",
  "sentences",
  "wikiextractor",
  "wikitext",
  "jsonl",
];

/** A format, and how its lines are to be taken. */
export interface DetectedFormat {
  /** The format. */
  readonly format: TextFormat;
  /** Whether lines were broken at a fixed width, so that a line feed is only a space. */
  readonly wrapped: boolean;
}

/** Lines of this length or less may come from wrapping. */
const WRAP_WIDTH = 120;
/** More lines than these are not looked at. */
const LINES = 400;

/**
 * Tells the format from the head of a file. One sentence a line is recognized when lines stand in
 * blocks of several and at least 70% of them are one whole sentence.
 *
 * @param head The first lines.
 * @returns The format; `paragraphs` where nothing else fits.
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

/** Hardly any line is long, and some paragraph has several lines. */
function isWrapped(lines: readonly string[], filled: readonly string[]): boolean {
  const long = filled.filter((line) => line.length > WRAP_WIDTH).length;
  return long <= 0.02 * filled.length && filled.length > blocksOf(lines);
}
