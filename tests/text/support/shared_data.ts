import { fileURLToPath } from "node:url";

/**
 * A path of the data next to the checkout (`../shared`, or where `ALBERT_SHARED` says), or
 * undefined, with a line that says so, where there is none.
 */
export function sharedData(path: string): string | undefined {
  const root = Deno.env.get("ALBERT_SHARED") ??
    fileURLToPath(new URL("../../../../shared", import.meta.url));
  const full = `${root}/${path}`;
  try {
    Deno.statSync(full);
    return full;
  } catch {
    console.log(`skipped: ${full} is not there`);
    return undefined;
  }
}
