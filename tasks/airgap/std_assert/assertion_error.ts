/** Thrown by every assertion that does not hold. */
export class AssertionError extends Error {
  /** @param message What was expected and what was found. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/** The end of a message: the caller's own words after a colon, or a full stop. */
export function ending(msg?: string): string {
  return msg ? `: ${msg}` : ".";
}
