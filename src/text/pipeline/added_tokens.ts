/**
 * Added tokens, which a tokenizer finds in text before its model segments the rest.
 *
 * Source: huggingface/tokenizers, `src/tokenizer/added_vocabulary.rs`.
 *
 * @module
 */
import { isObject, quote } from "../../json/mod.ts";
import { literalExpression } from "./regular_expression.ts";

/** An added token with the fields of `tokenizer.json`. */
export interface AddedToken {
  /** Its id: that of the vocabulary, or the next one. */
  readonly id: number;
  /** Its text. */
  readonly content: string;
  /** Whether it matches only without a word character next to it. */
  readonly single_word: boolean;
  /** Whether the match includes the white space before it. */
  readonly lstrip: boolean;
  /** Whether the match includes the white space after it. */
  readonly rstrip: boolean;
  /** Whether the token is normalized and searched for in normalized text. */
  readonly normalized: boolean;
  /** Whether decoding omits it. */
  readonly special: boolean;
}

const FLAGS = ["single_word", "lstrip", "rstrip", "normalized", "special"] as const;

/**
 * Parses a token.
 *
 * @param value The token.
 * @param where Its place in the file, for error messages.
 * @throws {SyntaxError} If a field is missing, unknown or of the wrong type.
 */
export function addedToken(value: unknown, where: string): AddedToken {
  if (!isObject(value)) throw new SyntaxError(`${where} must be an object, got ${quote(value)}`);
  const { id, content, __type: _, ...flags } = value;
  if (!Number.isInteger(id) || (id as number) < 0 || typeof content !== "string") {
    throw new SyntaxError(`${where} has id ${quote(id)} and content ${quote(content)}`);
  }
  const special = flags.special ?? false;
  const token: Record<string, unknown> = {
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: !special,
    special,
    ...flags,
  };
  for (const name of Object.keys(flags)) {
    if (!(FLAGS as readonly string[]).includes(name)) {
      throw new SyntaxError(`${where} has the unknown field ${quote(name)}`);
    }
  }
  for (const name of FLAGS) {
    if (typeof token[name] !== "boolean") {
      throw new SyntaxError(`${where} has ${name} ${quote(token[name])}; expected true or false`);
    }
  }
  return token as unknown as AddedToken;
}

/**
 * Whether a token is special and found in text as it is. White space before it does not matter where
 * words are segmented one by one.
 */
export function isPlain({ special, single_word, rstrip, normalized }: AddedToken): boolean {
  return special && !single_word && !rstrip && !normalized;
}

/** A part of a text, and its token if it is one. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly token?: AddedToken;
}

const STARTS_WITH_WORD = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d]/u;

/** Whether a text ends with a word character. `/[\p{…}]$/u` does not find surrogate pairs in V8 15. */
function endsWithWord(text: string): boolean {
  return STARTS_WITH_WORD.test([...text].at(-1) ?? "");
}

/** Finds tokens in a text: the leftmost first, and the longest of those with the same start. */
export class TokenFinder {
  readonly #pattern: RegExp | undefined;
  readonly #tokens = new Map<string, AddedToken>();

  /**
   * Prepares the search.
   *
   * @param tokens The tokens with the text to search for.
   */
  constructor(tokens: readonly (readonly [text: string, token: AddedToken])[]) {
    for (const [text, token] of tokens) {
      if (text !== "" && !this.#tokens.has(text)) this.#tokens.set(text, token);
    }
    const texts = [...this.#tokens.keys()].sort((a, b) => b.length - a.length);
    if (texts.length > 0) {
      this.#pattern = new RegExp(
        texts.map((text) => literalExpression(text).source).join("|"),
        "gu",
      );
    }
  }

  /** Splits a text into tokens and the parts between them. */
  find(text: string): Stretch[] {
    if (text === "") return [];
    if (this.#pattern === undefined) return [{ from: 0, to: text.length }];
    const stretches: Stretch[] = [];
    let last = 0;
    for (const { index, 0: match } of text.matchAll(this.#pattern)) {
      const token = this.#tokens.get(match)!;
      let from = index, to = index + match.length;
      if (token.single_word) {
        if (endsWithWord(text.slice(Math.max(0, from - 2), from))) continue;
        if (STARTS_WITH_WORD.test(text.slice(to, to + 2))) continue;
      }
      if (token.lstrip) {
        while (from > last && /\p{White_Space}/u.test(text[from - 1])) from--;
      }
      if (token.rstrip) {
        while (to < text.length && /\p{White_Space}/u.test(text[to])) to++;
      }
      if (from < last) continue;
      if (last < from) stretches.push({ from: last, to: from });
      stretches.push({ from, to, token });
      last = to;
    }
    if (last < text.length) stretches.push({ from: last, to: text.length });
    return stretches;
  }
}
