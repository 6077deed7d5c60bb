/**
 * Errors of downloads from the hub.
 *
 * @module
 */

/** The error for a model that cannot be downloaded. The message gives the cause and the fix. */
export class HubError extends Error {
  /** The name of the class. */
  override readonly name: string = "HubError";
}

/** The error for a hub that did not answer, or not in time. The model may still be in the cache. */
export class HubUnreachableError extends HubError {
  /** The name of the class. */
  override readonly name = "HubUnreachableError";
}
