/**
 * The Deno version that the toolkit needs.
 *
 * @module
 */

/** The oldest supported Deno version. Older ones lack WebGPU functions and kinds of imports. */
const MINIMUM_DENO = "2.9.6";

/** Returns an error message if this version of Deno is too old. */
export function checkVersion(version: string): string | undefined {
  const [found, needed] = [version, MINIMUM_DENO].map((text) => text.split(/[.+-]/).map(Number));
  for (let i = 0; i < 3; i++) {
    if (found[i] > needed[i]) return undefined;
    if (found[i] < needed[i]) {
      return `Deno ${version} is too old; version ${MINIMUM_DENO} or later is required. ` +
        `Run "deno upgrade", or use "npx -y deno@${MINIMUM_DENO}" instead of "deno".`;
    }
  }
  return undefined;
}
