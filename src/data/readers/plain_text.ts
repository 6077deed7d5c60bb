/**
 * Plain text: one document per file, between blank lines, or per line.
 *
 * @module
 */
import { DocumentCollector, MAX_DOCUMENT_LENGTH, type TextDocument } from "./text_document.ts";

/**
 * Reads a file as one document. Blank lines separate its paragraphs, and so does each line feed unless
 * lines are wrapped.
 *
 * @param batches Lines of the file.
 * @param source Name of the file.
 * @param wrapped Whether lines were wrapped at a fixed width; they are joined with a space.
 * @returns One document, or several if it is very long, also if it has no blank lines.
 */
export async function* readParagraphs(
  batches: AsyncIterable<string[]>,
  source: string,
  wrapped: boolean,
): AsyncGenerator<TextDocument> {
  const collector = new DocumentCollector(false);
  let paragraph: string[] = [], length = 0;
  const endParagraph = (): void => {
    collector.add(paragraph.join(" "));
    paragraph = [];
    length = 0;
  };
  for await (const lines of batches) {
    for (const line of lines) {
      const text = line.trim();
      if (text !== "") paragraph.push(text);
      length += text.length;
      // A wrapped file may have no blank line at all.
      if (text === "" || !wrapped || length >= MAX_DOCUMENT_LENGTH) endParagraph();
      if (collector.full) yield collector.take(source);
    }
  }
  endParagraph();
  if (!collector.empty) yield collector.take(source);
}

/**
 * Reads documents separated by blank lines. Lines are sentences, as in the input of google-research/albert
 * `create_pretraining_data.py`, or paragraphs, as in CC-100 and OSCAR.
 *
 * @param batches Lines of the file.
 * @param source Name of the file.
 * @param sentences Whether lines are sentences.
 * @returns The documents.
 */
export async function* readBlocks(
  batches: AsyncIterable<string[]>,
  source: string,
  sentences: boolean,
): AsyncGenerator<TextDocument> {
  const collector = new DocumentCollector(sentences);
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

/**
 * Reads one document per line; blank lines are skipped.
 *
 * @param batches Lines of the file.
 * @param source Name of the file.
 * @returns The documents.
 */
export async function* readDocumentLines(
  batches: AsyncIterable<string[]>,
  source: string,
): AsyncGenerator<TextDocument> {
  const collector = new DocumentCollector(false);
  let number = 0;
  for await (const lines of batches) {
    for (const line of lines) {
      number++;
      collector.add(line);
      if (!collector.empty) yield collector.take(`${source}:${number}`);
    }
  }
}
