/**
 * Bytes as hexadecimal text. `Uint8Array.prototype.toHex` is younger than some browsers in use.
 *
 * @module
 */

/** Two lower-case digits a byte. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
