/**
 * Reads the documents of all inputs and selects those to tokenize.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { ReadOptions, TextDocument } from "../readers/mod.ts";
import { DocumentSet } from "./document_set.ts";
import { documentsIn } from "./documents.ts";
import { STANDARD_INPUT } from "./inputs.ts";
import type { InputState } from "./journal.ts";

/** A document to tokenize. */
export interface AdmittedDocument {
  /** Its text. */
  readonly document: TextDocument;
  /** The first 64 bits of its SHA-256, lower word first. */
  readonly hash: readonly [number, number];
  /** The state of the input after this document. */
  readonly state: InputState;
}

/** Options of the selection. */
export interface AdmissionOptions extends ReadOptions {
  /** Whether to leave out documents that equal an earlier one. */
  readonly deduplicate: boolean;
  /** State of an earlier attempt. Documents up to there are read, but not returned. */
  readonly resume?: InputState;
  /** Receives the name of each file without text; it is left out. */
  readonly onEmpty?: (name: string) => void;
  /** Receives the number of bytes read from the files. */
  readonly onBytes?: (count: number) => void;
}

/** The state before the first document. */
export const START: InputState = {
  documentsRead: 0,
  duplicateDocuments: 0,
  emptyDocuments: 0,
  sum: "",
};

/**
 * Yields the documents that have text and do not equal an earlier one.
 *
 * @param paths Files, or `-`.
 * @param options Options of the selection.
 * @returns The documents, and at the end the last state of the input.
 * @throws {SyntaxError} If a file is not valid text.
 * @throws {ChangedInputError} If the input differs from that of the earlier attempt.
 */
export async function* admitDocuments(
  paths: readonly string[],
  options: AdmissionOptions,
): AsyncGenerator<AdmittedDocument, InputState> {
  const seen = new DocumentSet();
  const { resume } = options;
  let state = START;
  for (const path of paths) {
    const name = path === STANDARD_INPUT ? "standard input" : path;
    let found = 0;
    for await (const document of documentsIn(path, options, options.onBytes)) {
      found++;
      const { hash, sum } = hashDocument(document, state.sum);
      const empty = document.blocks.length === 0;
      const duplicate = !empty && !seen.add(hash[0], hash[1]) && options.deduplicate;
      state = {
        documentsRead: state.documentsRead + 1,
        duplicateDocuments: state.duplicateDocuments + Number(duplicate),
        emptyDocuments: state.emptyDocuments + Number(empty),
        sum,
      };
      if (resume !== undefined && state.documentsRead <= resume.documentsRead) {
        if (state.documentsRead < resume.documentsRead) continue;
        if (sum !== resume.sum) throw inputChanged();
        state = resume;
      } else if (!empty && !duplicate) yield { document, hash, state };
    }
    if (found === 0) options.onEmpty?.(name);
  }
  if (resume !== undefined && state.documentsRead < resume.documentsRead) throw inputChanged();
  return state;
}

/** Thrown if the input of an unfinished folder has changed. */
export class ChangedInputError extends Error {
  /** Identifies the class after serialization. */
  override readonly name = "ChangedInputError";
}

function inputChanged(): ChangedInputError {
  return new ChangedInputError(
    "The input is not the one that the unfinished folder was begun with: " +
      "use the same files, or start over with --overwrite",
  );
}

function hashDocument(
  document: TextDocument,
  before: string,
): { hash: [number, number]; sum: string } {
  const own = createHash("sha256");
  for (const block of document.blocks) own.update(block + "\n");
  const digest = own.digest();
  const sum = createHash("sha256").update(before).update(digest).digest("hex");
  return { hash: [digest.readUInt32LE(0), digest.readUInt32LE(4)], sum };
}
