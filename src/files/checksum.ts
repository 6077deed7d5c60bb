/**
 * SHA-256 checksums as lower-case hexadecimal text.
 *
 * @module
 */
import { createHash, type Hash } from "node:crypto";

/** Computes a SHA-256 checksum incrementally, for data that do not fit in memory. */
export class Sha256 {
  readonly #hash: Hash = createHash("sha256");

  /**
   * Adds bytes, or text as UTF-8.
   *
   * @param data The next bytes.
   * @returns This object.
   */
  update(data: Uint8Array | string): this {
    this.#hash.update(data);
    return this;
  }

  /**
   * Returns the checksum. No data can be added afterwards.
   *
   * @returns 64 hexadecimal digits.
   */
  hex(): string {
    return this.#hash.digest("hex");
  }
}

/**
 * Computes the SHA-256 checksum of bytes, or of a text in UTF-8.
 *
 * @param data The bytes or the text.
 * @returns 64 hexadecimal digits.
 */
export function sha256Hex(data: Uint8Array | string): string {
  return new Sha256().update(data).hex();
}

/**
 * Computes the SHA-256 checksum of a file, which is read in chunks.
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
