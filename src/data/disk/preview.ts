/**
 * Shows how files would be read, without a vocabulary.
 *
 * @module
 */
import type { DetectedFormat, ReadOptions } from "../readers/mod.ts";
import { splitDocument } from "../tokenize_document.ts";
import { documentsIn } from "./documents.ts";

/** How a file is read. */
export interface FilePreview {
  /** Path of the file. */
  readonly path: string;
  /** Its format; null if the file has no text. */
  readonly format: DetectedFormat | null;
  /** Number of documents with text. */
  readonly documents: number;
  /** Number of documents without text. */
  readonly emptyDocuments: number;
  /** Number of sentences. */
  readonly sentences: number;
  /** First sentences. */
  readonly first: readonly string[];
}

/**
 * Reads a file as `prepare` does, without writing anything.
 *
 * @param path A path, or `-` for standard input.
 * @param options Format and field.
 * @param count Maximum number of sentences to return.
 * @returns How the file is read.
 * @throws {SyntaxError} If the file is not valid text.
 */
export async function previewFile(
  path: string,
  options: ReadOptions,
  count = 3,
): Promise<FilePreview> {
  let format: DetectedFormat | null = null;
  let documents = 0, emptyDocuments = 0, sentences = 0;
  const first: string[] = [];
  const onFormat = (detected: DetectedFormat): void => {
    format = detected;
  };
  for await (const document of documentsIn(path, { ...options, onFormat })) {
    if (document.blocks.length === 0) emptyDocuments++;
    else documents++;
    for (const sentence of document.sentences ? document.blocks : splitDocument(document.blocks)) {
      sentences++;
      if (first.length < count) first.push(sentence);
    }
  }
  if (documents + emptyDocuments === 0) format = null;
  return { path, format, documents, emptyDocuments, sentences, first };
}
