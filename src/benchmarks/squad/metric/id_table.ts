/**
 * Reads and writes JSON objects from question ids to texts or numbers, such as `predictions.json` and `null_odds.json`.
 *
 * `JSON.parse` cannot be used: it moves ids that look like array indices to the front, but the order of ids breaks ties in the threshold search, and it rejects
 * `Infinity`, which Python writes.
 *
 * @module
 */
import { shown } from "../../../json/mod.ts";
import { SquadScoreError } from "./answers.ts";

/**
 * Parses a flat JSON object of strings.
 *
 * @throws {SquadScoreError} if the text is not such an object; the message names the line or the id
 */
export function readTexts(text: string): Map<string, string> {
  return readTable(text, (scanner, id) => {
    if (scanner.peek() !== '"') {
      throw new SquadScoreError(`the answer to ${shown(id)} must be a string`);
    }
    return scanner.string();
  });
}

/**
 * Parses a flat JSON object of numbers, which may be infinite.
 *
 * @throws {SquadScoreError} if the text is not such an object; the message names the line or the id
 */
export function readNumbers(text: string): Map<string, number> {
  return readTable(text, (scanner, id) => {
    const value = scanner.number();
    if (value === undefined) {
      throw new SquadScoreError(`the score of ${shown(id)} must be a number`);
    }
    if (Number.isNaN(value)) throw new SquadScoreError(`the score of ${shown(id)} must not be NaN`);
    return value;
  });
}

/**
 * Returns the text of a JSON object with keys in the given order, and infinite numbers as in Python.
 *
 * @param entries ids and JSON values
 */
export function writeTable(entries: Iterable<readonly [string, unknown]>): string {
  const lines = Array.from(entries, ([id, value]) => {
    const isInfinite = typeof value === "number" && Math.abs(value) === Infinity;
    return `  ${JSON.stringify(id)}: ${isInfinite ? value : JSON.stringify(value)}`;
  });
  return lines.length === 0 ? "{}\n" : `{\n${lines.join(",\n")}\n}\n`;
}

/** Parses an object. A repeated id keeps its first position and its last value, as in Python. */
function readTable<T>(text: string, value: (scanner: Scanner, id: string) => T): Map<string, T> {
  const scanner = new Scanner(text);
  const table = new Map<string, T>();
  scanner.expect("{");
  if (scanner.peek() === "}") {
    scanner.expect("}");
  } else {
    do {
      const id = scanner.string();
      scanner.expect(":");
      table.set(id, value(scanner, id));
    } while (scanner.expect(",}") === ",");
  }
  if (scanner.peek() !== "") throw scanner.error("the end of the file");
  return table;
}

class Scanner {
  readonly #text: string;
  #at: number;

  constructor(text: string) {
    this.#text = text;
    this.#at = text.startsWith("\ufeff") ? 1 : 0;
  }

  /** Skips whitespace, and returns the next character, or "" at the end. */
  peek(): string {
    const space = /[ \t\n\r]*/y;
    space.lastIndex = this.#at;
    space.test(this.#text);
    this.#at = space.lastIndex;
    return this.#text.charAt(this.#at);
  }

  expect(characters: string): string {
    const found = this.peek();
    if (found === "" || !characters.includes(found)) {
      throw this.error([...characters].join(" or "));
    }
    this.#at++;
    return found;
  }

  string(): string {
    if (this.peek() !== '"') throw this.error("a string");
    let end = this.#at + 1;
    while (end < this.#text.length && this.#text[end] !== '"') {
      end += this.#text[end] === "\\" ? 2 : 1;
    }
    try {
      const value = JSON.parse(this.#text.slice(this.#at, end + 1));
      this.#at = end + 1;
      return value;
    } catch {
      throw this.error("a string");
    }
  }

  number(): number | undefined {
    this.peek();
    const form = /-?(?:Infinity|(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|NaN/y;
    form.lastIndex = this.#at;
    const found = form.exec(this.#text);
    if (found === null) return undefined;
    this.#at = form.lastIndex;
    return Number(found[0]);
  }

  error(expected: string): SquadScoreError {
    const before = this.#text.slice(0, this.#at);
    const line = before.split("\n").length;
    const column = this.#at - before.lastIndexOf("\n");
    return new SquadScoreError(`line ${line}, column ${column}: expected ${expected}`);
  }
}
