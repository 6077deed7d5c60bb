/**
 * Regular expressions of `tokenizer.json` (Oniguruma, Ruby's syntax) as JavaScript's.
 *
 * @module
 */
import { quote } from "../../json/mod.ts";
import { Backtracking } from "./backtracking.ts";

const WORD = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}";
const SPACE = "\\t-\\r \\x85\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\xa0";
/** Escapes with the same meaning in both, inside and outside of classes. */
const SAME = /^\\(?:[ntrfv]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[pP]\{\^?\w+\})/;
/** General categories and scripts; other names may mean something else in Oniguruma. */
const PROPERTY =
  /^\\[pP]\{(?:L[ulmot]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfon]?|Han|Hiragana|Katakana|Hangul|Latin|Greek|Cyrillic|Arabic|Hebrew|Thai|Devanagari)\}$/;
const POSIX: Readonly<Record<string, string>> = {
  alpha: "\\p{Alphabetic}",
  digit: "\\p{Nd}",
  alnum: "\\p{Alphabetic}\\p{Nd}",
  space: SPACE,
  upper: "\\p{Uppercase}",
  lower: "\\p{Lowercase}",
};

/**
 * Converts an expression. Constructs whose meaning differs between the two and that are not
 * converted here are rejected, and those with which a search could take almost forever.
 *
 * @param source The expression.
 * @returns A global expression.
 * @throws {TypeError} If it uses a construct that is not supported.
 */
export function regularExpression(source: string): RegExp {
  let result = "", at = 0, depth = 0;
  const fail: (construct: string) => never = (construct) => {
    throw new TypeError(
      `the regular expression ${quote(source)} uses ${construct}, which is not supported`,
    );
  };
  const backtracking = new Backtracking(fail);
  const takeEscape = (inClass: boolean): string => {
    const rest = source.slice(at);
    const same = SAME.exec(rest)?.[0];
    if (same !== undefined) {
      if (/^\\[pP]/.test(same) && !PROPERTY.test(same)) fail(same);
      at += same.length;
      return same.replace(
        /\{(Han|Hiragana|Katakana|Hangul|Latin|Greek|Cyrillic|Arabic|Hebrew|Thai|Devanagari)\}/,
        "{Script=$1}",
      );
    }
    const braced = /^\\x\{([0-9a-fA-F]{1,6})\}/.exec(rest);
    if (braced !== null) {
      at += braced[0].length;
      return `\\u{${braced[1]}}`;
    }
    const letter = source[at + 1];
    if (letter === undefined) fail("a \\ at its end");
    const character = String.fromCodePoint(source.codePointAt(at + 1)!);
    at += 1 + character.length;
    const positive: Record<string, string> = { s: SPACE, d: "\\p{Nd}", w: WORD };
    if (letter in positive) return inClass ? positive[letter] : `[${positive[letter]}]`;
    if (!inClass && letter.toLowerCase() in positive) return `[^${positive[letter.toLowerCase()]}]`;
    if (!inClass && letter === "A") return "(?<![^])";
    if (!inClass && letter === "z") return "(?![^])";
    if (/[a-zA-Z0-9]/.test(letter)) fail(`\\${letter}`);
    return escaped(character);
  };
  const takeClass = (): string => {
    at++;
    let content = "";
    const negated = source[at] === "^";
    if (negated) at++;
    if (source[at] === "]") fail("a class that begins with ]");
    while (source[at] !== "]") {
      if (at >= source.length) fail("a class without an end");
      if (source.startsWith("&&", at)) fail("&&");
      if (source.startsWith("[:", at)) {
        const name = /^\[:(\w+):\]/.exec(source.slice(at));
        if (name === null || !(name[1] in POSIX)) fail(name?.[0] ?? "a class in a class");
        content += POSIX[name![1]];
        at += name![0].length;
      } else if (source[at] === "[") fail("a class in a class");
      else if (source[at] === "\\") content += takeEscape(true);
      else {
        const character = String.fromCodePoint(source.codePointAt(at)!);
        content += character === "-" ? "-" : escaped(character);
        at += character.length;
      }
    }
    at++;
    return `[${negated ? "^" : ""}${content.replace(/^-|-$/g, "\\-")}]`;
  };
  while (at < source.length) {
    const rest = source.slice(at);
    const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})/.exec(rest)?.[0];
    if (quantifier !== undefined) {
      if (result === "") fail(`${quantifier} at its start`);
      at += quantifier.length;
      backtracking.repeat(quantifier);
      if (source[at] === "+") fail(`${quantifier}+`);
      result += quantifier;
      if (source[at] === "?") {
        if (quantifier.startsWith("{")) fail(`${quantifier}?`);
        result += "?";
        at++;
      }
    } else if (/^\{,/.test(rest)) fail("{,");
    else if (source[at] === "(") {
      const open = /^\((?:\?(?::|=|!|<=|<!))?/.exec(rest)![0];
      if (open === "(" && source[at + 1] === "?") fail(rest.slice(0, 4));
      result += open === "(" ? "(?:" : open;
      at += open.length;
      backtracking.start(/[=!]/.test(open));
      depth++;
    } else if (source[at] === "[") {
      result += takeClass();
      backtracking.item();
    } else if (source[at] === "\\") {
      result += takeEscape(false);
      backtracking.item();
    } else if (source[at] === ".") {
      result += "[^\\n]";
      at++;
      backtracking.item();
    } else if (source[at] === "^") {
      result += "(?<![^\\n])";
      at++;
      backtracking.item();
    } else if (source[at] === "$") {
      result += "(?![^\\n])";
      at++;
      backtracking.item();
    } else if (source[at] === "|") {
      result += source[at++];
      backtracking.alternative();
    } else if (source[at] === ")") {
      if (depth-- === 0) fail("a ) without (");
      result += source[at++];
      backtracking.end();
    } else {
      const character = String.fromCodePoint(source.codePointAt(at)!);
      result += escaped(character);
      at += character.length;
      backtracking.item();
    }
  }
  if (depth > 0) fail("a ( without )");
  backtracking.end();
  try {
    return new RegExp(result, "gu");
  } catch {
    return fail("a construct that is not valid here");
  }
}

/** An expression that matches a text literally. */
export function literalExpression(text: string): RegExp {
  return new RegExp([...text].map(escaped).join(""), "gu");
}

/** A character as itself, inside and outside of classes. */
function escaped(character: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(character) && character !== "-"
    ? `\\${character}`
    : character === "-"
    ? "\\x2d"
    : character;
}
