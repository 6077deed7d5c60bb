/**
 * Plain text: one document of paragraphs per file, or documents with one sentence per line.
 *
 * @module
 */
import { DocumentCollector, type TextDocument } from "./text_document.ts";

/**
 * Reads a file as one document. Blank lines separate its paragraphs, and so does each line feed unless
 * lines are wrapped.
 *
 * @param batches Lines of the file.
 * @param source Name of the file.
 * @param wrapped Whether lines were wrapped at a fixed width; they are joined with a space.
 * @returns One document, or several if it is very long.
 */
export async function* readParagraphs(
  batches: AsyncIterable<string[]>,
  source: string,
  wrapped: boolean,
): AsyncGenerator<TextDocument> {
  const collector = new DocumentCollector(false);
  let paragraph: string[] = [];
  const endParagraph = (): void => {
    collector.add(paragraph.join(" "));
    paragraph = [];
  };
  for await (const lines of batches) {
    for (const line of lines) {
      const blank = line.trim() === "";
      if (!blank) paragraph.push(line.trim());
      if (blank || !wrapped) endParagraph();
      if (collector.full) yield collector.take(source);
    }
  }
  endParagraph();
  if (!collector.empty) yield collector.take(source);
}

/**
 * Reads documents separated by blank lines, one sentence per line: the input format of
 * google-research/albert `create_pretraining_data.py`.
 *
 * @param batches Lines of the file.
 * @param source Name of the file.
 * @returns The documents.
 */
export async function* readSentenceLines(
  batches: AsyncIterable<string[]>,
  source: string,
): AsyncGenerator<TextDocument> {
  const collector = new DocumentCollector(true);
  let number = 0, first = 1;
  for await (const lines of batches) {
    for (const line of lines) {
      number++;
      collector.add(line);
      if (line.trim() !== "" && !collector.full) continue;
      if (!collector.empty) yield collector.take(`${source}:${first}`);
      first = number + 1;
    }
  }
  if (!collector.empty) yield collector.take(`${source}:${first}`);
}
