/**
 * Readers: from bytes to documents of paragraphs or sentences. No file access.
 *
 * @module
 */
export * from "./format.ts";
export { linesOf } from "./lines.ts";
export * from "./read_documents.ts";
export type { TextDocument } from "./text_document.ts";
