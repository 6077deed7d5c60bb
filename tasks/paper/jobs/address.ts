/**
 * Content addresses of jobs: equal determinants have equal addresses.
 *
 * @module
 */
import { sha256Hex } from "../../../src/files/mod.ts";

/**
 * Increment it by hand with every change that moves results beyond rounding: initialization, example building, an optimizer's update, a task's head or
 * metric. Results of other versions are not reused.
 */
export const RESULTS_VERSION = 1;

/** JSON with sorted keys and without undefined fields, so equal values have equal text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
  return `{${fields.join(",")}}`;
}

/** SHA-256 of the canonical JSON, in hexadecimal. */
export function addressOf(determinants: object): string {
  return sha256Hex(canonicalJson(determinants));
}

/** A unique prefix of an address, for names of files and folders. */
export function shortAddress(address: string): string {
  return address.slice(0, 16);
}
