/**
 * The content address of a job: one name for one set of determinants.
 *
 * @module
 */
import { sha256Hex } from "../../../src/files/mod.ts";

/**
 * Bumped by hand with every change that moves a result beyond rounding: initialization, example building, an optimizer's rule, a task's head or metric.
 * Results of another version are not taken for results of this one.
 */
export const NUMERICS_VERSION = 1;

/** JSON with keys in order and nothing undefined, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
  return `{${fields.join(",")}}`;
}

/** SHA-256 of the canonical JSON, in hex. */
export function addressOf(determinants: object): string {
  return sha256Hex(canonicalJson(determinants));
}

/** What files and folders of a job are called: enough of the address to be unlike any other. */
export function shortAddress(address: string): string {
  return address.slice(0, 16);
}
