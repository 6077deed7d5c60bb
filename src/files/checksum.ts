/**
 * SHA-256 sums as lower-case hexadecimal text.
 *
 * @module
 */
import { createHash, type Hash } from "node:crypto";

/** A SHA-256 sum that is fed piece by piece, for data that does not fit in memory. */
export class Sha256 {
  readonly #hash: Hash = createHash("sha256");

  /**
   * Adds bytes, or text as UTF-8.
   *
   * @param data The next piece.
   * @returns This sum.
   */
  update(data: Uint8Array | string): this {
    this.#hash.update(data);
    return this;
  }

  /**
   * Ends the sum; nothing can be added afterwards.
   *
   * @returns 64 hexadecimal digits.
   */
  hex(): string {
    return this.#hash.digest("hex");
  }
}

/**
 * The SHA-256 sum of some bytes or of a text's UTF-8 form.
 *
 * @param data What to sum.
 * @returns 64 hexadecimal digits.
 */
export function sha256Hex(data: Uint8Array | string): string {
  return new Sha256().update(data).hex();
}

/**
 * The SHA-256 sum of a file, read in pieces.
 *
 * @param path The file.
 * @returns 64 hexadecimal digits.
 */
export async function sha256File(path: string): Promise<string> {
  const sum = new Sha256();
  const file = await Deno.open(path);
  for await (const chunk of file.readable) sum.update(chunk);
  return sum.hex();
}
