/** The oldest Deno this was tried on: older ones lack WebGPU functions or module kinds it needs. */
export const MINIMUM_DENO = "2.9.6";

/** What to tell somebody whose Deno is too old; nothing for the others. */
export function checkVersion(version: string): string | undefined {
  const [found, wanted] = [version, MINIMUM_DENO].map((text) => text.split(/[.+-]/).map(Number));
  for (let i = 0; i < 3; i++) {
    if (found[i] > wanted[i]) return undefined;
    if (found[i] < wanted[i]) {
      return `Deno ${version} is too old, ${MINIMUM_DENO} or later is needed: run "deno upgrade", ` +
        `or put "npx -y deno@${MINIMUM_DENO}" in place of "deno".`;
    }
  }
  return undefined;
}
