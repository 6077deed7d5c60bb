/** Name of the model that comes with the package. */
export const SHIPPED_MODEL = "albert-mini-books";

/** Tokens per example at the end of its training, and the share of them that was masked. */
export const SHIPPED_EXAMPLES = { maxSeqLength: 128, maskedLmProb: 0.15 } as const;

/** Returns whether a checkpoint argument names the model that comes with the package. */
export function isShippedModel(name: string): boolean {
  return name === SHIPPED_MODEL;
}
