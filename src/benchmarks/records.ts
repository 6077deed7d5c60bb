/**
 * Errors in the user's own files.
 *
 * @module
 */
/** Thrown if one of the user's own files is not valid; the message names file and line. */
export class RecordError extends Error {
  /** Identifies the class after serialization. */
  override readonly name = "RecordError";
}
