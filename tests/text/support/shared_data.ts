import { fileURLToPath } from "node:url";

/**
 * Returns a path of the data next to the checkout (`../shared`, or the folder `ALBERT_SHARED`). Returns
 * undefined and logs a line if the path does not exist.
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
