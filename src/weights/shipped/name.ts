/** Name of the model that comes with the package. */
export const SHIPPED_MODEL = "albert-mini-books";

/** Returns whether a checkpoint argument names the model that comes with the package. */
export function isShippedModel(name: string): boolean {
  return name === SHIPPED_MODEL;
}
