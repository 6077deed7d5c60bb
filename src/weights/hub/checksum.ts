/**
 * The two kinds of checksums of the hub: SHA-256 for large files, git's blob hash for small ones.
 *
 * @module
 */
import { createHash, type Hash } from "node:crypto";

/** Whether a text has the form of a checksum. */
export function isChecksum(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/**
 * Computes the checksum of a file, of the same kind as another checksum.
 *
 * @param like 64 hexadecimal digits for SHA-256; 40 for git's blob hash, a SHA-1 that includes the size
 * @param path the file
 */
export async function checksumLike(like: string, path: string): Promise<string> {
  const file = await Deno.open(path);
  let sum: Hash;
  if (like.length === 64) sum = createHash("sha256");
  else {
    const { size } = await file.stat();
    sum = createHash("sha1").update(`blob ${size}\0`);
  }
  for await (const piece of file.readable) sum.update(piece);
  return sum.digest("hex");
}
