/**
 * The two checksums of the hub: SHA-256 for large files, git's own for small ones.
 *
 * @module
 */
import { createHash, type Hash } from "node:crypto";

/** Whether a text can be one of the two. */
export function isChecksum(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/**
 * The checksum of a file of the kind that another one is.
 *
 * @param like 64 hexadecimal digits for SHA-256; 40 for the SHA-1 that git gives a blob, which counts the size in
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
