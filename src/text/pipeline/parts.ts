/**
 * Reads the fields of the parts of a `tokenizer.json`, and rejects unsupported ones.
 *
 * @module
 */
import { isObject, quote, shown } from "../../json/mod.ts";

/** A part of the file: `{"type": "...", ...}`. */
export interface Part {
  readonly type?: string;
  readonly [key: string]: unknown;
}

/** A feature of the file that is not supported. The reader adds the name of the file. */
export class UnsupportedPart extends TypeError {
  override name = "UnsupportedPart";
}

/**
 * Returns the steps of a part; nested sequences are flattened.
 *
 * @param part The part, or null for none.
 * @param key The field of a `Sequence` that has its steps.
 * @param where The part's name for error messages.
 * @returns The steps in order.
 * @throws {SyntaxError} If a step is not an object.
 */
export function stepsOf(part: unknown, key: string, where: string): Part[] {
  if (part === null || part === undefined) return [];
  if (!isObject(part)) {
    throw new SyntaxError(`its ${where} must be an object, got ${quote(part)}`);
  }
  if (part.type !== "Sequence") return [part as Part];
  const steps = part[key];
  if (!Array.isArray(steps)) {
    throw new SyntaxError(`its ${where} is a Sequence without a list ${key}`);
  }
  return steps.flatMap((step) => stepsOf(isObject(step) ? step : {}, key, where));
}

/**
 * Rejects a step by name.
 *
 * @throws {UnsupportedPart} Always.
 */
export function unsupported(where: string, part: Part, detail = "", reason = ""): never {
  throw new UnsupportedPart(
    `its ${where} has the step ${shown(part.type)}${detail}, which is not supported${reason}`,
  );
}

/**
 * Checks that a step has no other fields than these, so that none is ignored.
 *
 * @throws {UnsupportedPart} If it has another field.
 */
export function onlyFields(where: string, part: Part, ...names: string[]): void {
  const other = Object.keys(part).find((name) => name !== "type" && !names.includes(name));
  if (other !== undefined) unsupported(where, part, ` with ${shown(other)} ${quote(part[other])}`);
}

/** A text field. */
export function textField(where: string, part: Part, name: string, absent?: string): string {
  const value = part[name] ?? absent;
  if (typeof value !== "string") {
    throw new SyntaxError(
      `its ${where} ${shown(part.type)} must have a string ${name}, got ${quote(part[name])}`,
    );
  }
  return value;
}

/** A boolean field. */
export function booleanField(where: string, part: Part, name: string, absent: boolean): boolean {
  const value = part[name] ?? absent;
  if (typeof value !== "boolean") {
    throw new SyntaxError(
      `its ${where} ${shown(part.type)} has ${name} ${quote(value)}, expected true or false`,
    );
  }
  return value;
}
