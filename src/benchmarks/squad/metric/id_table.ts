/**
 * JSON objects from question ids to texts or numbers, as `predictions.json` and `null_odds.json` are.
 *
 * `JSON.parse` moves ids that look like array indices to the front, and the order of the ids decides ties of the threshold search; Python, which
 * writes such files, also writes `Infinity` and `NaN`. So these flat objects are read here.
 *
 * @module
 */
import { shown } from "../../../json/mod.ts";
import { SquadScoreError } from "./gold.ts";

/**
 * Reads a flat JSON object of texts.
 *
 * @param text the file
 * @throws {SquadScoreError} naming the line or the id.
 */
export function readTexts(text: string): Map<string, string> {
  return readTable(text, (scanner, id) => {
    if (scanner.peek() !== '"') throw new SquadScoreError(`the answer to ${shown(id)} is no text`);
    return scanner.string();
  });
}

/**
 * Reads a flat JSON object of numbers; infinite ones are allowed.
 *
 * @param text the file
 * @throws {SquadScoreError} naming the line or the id.
 */
export function readNumbers(text: string): Map<string, number> {
  return readTable(text, (scanner, id) => {
    const value = scanner.number();
    if (value === undefined) throw new SquadScoreError(`the score of ${shown(id)} is no number`);
    if (Number.isNaN(value)) throw new SquadScoreError(`the score of ${shown(id)} is NaN`);
    return value;
  });
}

/**
 * Writes a JSON object, its keys in the given order; infinite numbers as Python writes them.
 *
 * @param entries ids and anything that JSON can hold
 */
export function writeTable(entries: Iterable<readonly [string, unknown]>): string {
  const lines = Array.from(
    entries,
    ([id, value]) =>
      `  ${JSON.stringify(id)}: ${
        Math.abs(value as number) === Infinity ? value : JSON.stringify(value)
      }`,
  );
  return lines.length === 0 ? "{}\n" : `{\n${lines.join(",\n")}\n}\n`;
}

/** An id that stands twice keeps its first place and its last value, as in Python. */
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
  if (scanner.peek() !== "") throw scanner.error("the end");
  return table;
}

class Scanner {
  readonly #text: string;
  #at: number;

  constructor(text: string) {
    this.#text = text;
    this.#at = text.startsWith("\ufeff") ? 1 : 0;
  }

  /** The next character that is no white space, "" at the end. */
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
    if (this.peek() !== '"') throw this.error("a text in quotes");
    let end = this.#at + 1;
    while (end < this.#text.length && this.#text[end] !== '"') {
      end += this.#text[end] === "\\" ? 2 : 1;
    }
    try {
      const value = JSON.parse(this.#text.slice(this.#at, end + 1));
      this.#at = end + 1;
      return value;
    } catch {
      throw this.error("a text in quotes");
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
