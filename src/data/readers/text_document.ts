/**
 * Documents of the readers, before they are split into sentences and tokenized.
 *
 * @module
 */

/** The text of a document. */
export interface TextDocument {
  /** Source: a path, with a line or a title if the file has several documents. */
  readonly source: string;
  /** Non-empty paragraphs or sentences. */
  readonly blocks: readonly string[];
  /** Whether the blocks are sentences. */
  readonly sentences: boolean;
}

/**
 * Maximum length of a document in UTF-16 units. A longer one is split after the current block, which
 * limits the memory for files of any size.
 */
export const MAX_DOCUMENT_LENGTH: number = 4 * 1024 * 1024;

/** Collects the blocks of a document. */
export class DocumentCollector {
  readonly #sentences: boolean;
  #blocks: string[] = [];
  #length = 0;

  /**
   * Creates an empty collector.
   *
   * @param sentences Whether the blocks are sentences.
   */
  constructor(sentences: boolean) {
    this.#sentences = sentences;
  }

  /**
   * Adds a block. A blank one is skipped.
   *
   * @param block A paragraph or a sentence.
   */
  add(block: string): void {
    const text = block.trim();
    if (text === "") return;
    this.#blocks.push(text);
    this.#length += text.length;
  }

  /** Whether no block was added since the last document. */
  get empty(): boolean {
    return this.#blocks.length === 0;
  }

  /** Whether the document has reached its maximum length. */
  get full(): boolean {
    return this.#length >= MAX_DOCUMENT_LENGTH;
  }

  /**
   * Returns the document and starts an empty one.
   *
   * @param source Source of the document.
   * @returns The document, which may have no blocks.
   */
  take(source: string): TextDocument {
    const document = { source, blocks: this.#blocks, sentences: this.#sentences };
    this.#blocks = [];
    this.#length = 0;
    return document;
  }
}
