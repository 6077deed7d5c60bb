/**
 * Small JSON files of a paper run.
 *
 * @module
 */
import { ifExists } from "../../src/files/mod.ts";
import { isObject } from "../../src/json/mod.ts";

export interface JsonFileKind<T> {
  /** Whether an object has the fields of this kind. */
  isValid(value: Record<string, unknown> & Partial<T>): boolean;
  /** What the file must contain. */
  readonly expected: string;
  /** What to do about a damaged file. */
  readonly fix: string;
}

/**
 * Reads a file; returns null if it does not exist.
 *
 * @throws {Error} if it is damaged. The message contains its path, the reason and the fix.
 */
export async function readJsonFile<T>(
  path: string,
  { isValid, expected, fix }: JsonFileKind<T>,
): Promise<T | null> {
  const text = await ifExists(Deno.readTextFile(path));
  if (text === null) return null;
  let problem = `expected ${expected}`;
  try {
    const value = JSON.parse(text);
    if (isObject(value) && isValid(value as Record<string, unknown> & Partial<T>)) {
      return value as T;
    }
  } catch (error) {
    problem = (error as Error).message;
  }
  throw new Error(`${path} is damaged (${problem}); ${fix}`);
}
