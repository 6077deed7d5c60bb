/**
 * A document as readers give it, before it is cut into sentences and tokens.
 *
 * @module
 */

/** A document's text. */
export interface TextDocument {
  /** Where it comes from: a path, and within it a line or a title where there are several. */
  readonly source: string;
  /** Its paragraphs, or its sentences; none of them empty. */
  readonly blocks: readonly string[];
  /** Whether the blocks are sentences already. */
  readonly sentences: boolean;
}

/**
 * A document longer than this is cut in two at the next border of a block, in UTF-16 units. It
 * bounds the memory for files of any size.
 */
export const MAX_DOCUMENT_LENGTH: number = 4 * 1024 * 1024;

/** Collects blocks, and gives a document whenever it is told to or has grown too long. */
export class DocumentCollector {
  readonly #sentences: boolean;
  #blocks: string[] = [];
  #length = 0;

  /**
   * Starts empty.
   *
   * @param sentences Whether the blocks are sentences already.
   */
  constructor(sentences: boolean) {
    this.#sentences = sentences;
  }

  /**
   * Adds a block; a blank one is left out.
   *
   * @param block A paragraph or a sentence.
   */
  add(block: string): void {
    const text = block.trim();
    if (text === "") return;
    this.#blocks.push(text);
    this.#length += text.length;
  }

  /** Whether nothing was added since the last document. */
  get empty(): boolean {
    return this.#blocks.length === 0;
  }

  /** Whether the document must be ended before it grows further. */
  get full(): boolean {
    return this.#length >= MAX_DOCUMENT_LENGTH;
  }

  /**
   * Ends the document.
   *
   * @param source Where it comes from.
   * @returns The document; without blocks where nothing was added.
   */
  take(source: string): TextDocument {
    const document = { source, blocks: this.#blocks, sentences: this.#sentences };
    this.#blocks = [];
    this.#length = 0;
    return document;
  }
}
