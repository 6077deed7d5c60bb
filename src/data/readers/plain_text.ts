/**
 * Plain text: a document a file with paragraphs, or documents of one sentence a line.
 *
 * @module
 */
import { DocumentCollector, type TextDocument } from "./text_document.ts";

/**
 * Reads a file as one document. Blank lines part its paragraphs; where lines are not wrapped, each
 * line feed does.
 *
 * @param batches The file's lines.
 * @param source The file's name.
 * @param wrapped Whether lines were broken at a fixed width: then they are joined with a space.
 * @returns One document, or several where it is very long.
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
 * Reads documents that blank lines part, one sentence a line: the input format of
 * google-research/albert `create_pretraining_data.py`.
 *
 * @param batches The file's lines.
 * @param source The file's name.
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
