/**
 * What goes wrong between a model's name and its files.
 *
 * @module
 */

/** A model that cannot be had; the message says why and what to do. */
export class HubError extends Error {
  /** Told apart from other errors by this. */
  override readonly name: string = "HubError";
}

/** The hub did not answer, or not in time: the cache may still have the model. */
export class HubUnreachableError extends HubError {
  /** Told apart from other errors by this. */
  override readonly name = "HubUnreachableError";
}
