/**
 * The share link: all settings in the fragment of the address, and the SHA-256 of a text that the page does not contain.
 *
 * @module
 */
import { parseSettings, SETTING_NAMES, type Settings } from "./settings.ts";

/** What a link contains. */
export interface SharedRun {
  readonly settings: Settings;
  /** SHA-256 of the text in hexadecimal, if the text is not one of the page's. */
  readonly textHash: string | null;
}

const HASH = "sha256";

/** Returns the fragment of a link, without `#`. */
export function encodeLink({ settings, textHash }: SharedRun): string {
  const fields = new URLSearchParams(
    SETTING_NAMES.map((name): [string, string] => [name, `${settings[name]}`]),
  );
  if (settings.text === "own" && textHash !== null) fields.set(HASH, textHash);
  return fields.toString();
}

/**
 * Reads the fragment of a link.
 *
 * @param fragment with or without `#`
 * @returns null if the fragment contains no settings
 * @throws {RangeError} if a value is invalid
 */
export function decodeLink(fragment: string): SharedRun | null {
  const fields = new URLSearchParams(fragment.replace(/^#/, ""));
  if (!SETTING_NAMES.some((name) => fields.has(name))) return null;
  const textHash = fields.get(HASH);
  if (textHash !== null && !/^[0-9a-f]{64}$/.test(textHash)) {
    throw new RangeError(
      `${HASH} must have 64 hexadecimal digits (got ${JSON.stringify(textHash)})`,
    );
  }
  return { settings: parseSettings((name) => fields.get(name)), textHash };
}

/** Line ends and blank space at the ends do not count, so that a text is the same on every system. */
export function normalizeText(text: string): string {
  return text.replaceAll(/\r\n?/g, "\n").trim() + "\n";
}

/** The SHA-256 of a text in hexadecimal. */
export async function hashText(text: string): Promise<string> {
  return await hexDigest(new TextEncoder().encode(normalizeText(text)));
}

/** The SHA-256 of bytes in hexadecimal. */
export async function hexDigest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
