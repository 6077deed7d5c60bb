/**
 * The model that the site contains: the files of a Hugging Face folder in `model/`, and an index that the page reads first.
 *
 * @module
 */

/** Path of the index in the site. */
export const SERVED_MODEL = "model/index.json";

/** The index. */
export interface ServedModel {
  /** Title of the model for people. */
  readonly title: string;
  /** Changes with the files, so that a browser's cache does not keep earlier ones. */
  readonly version: string;
  /** Names of the files. */
  readonly files: readonly string[];
}
