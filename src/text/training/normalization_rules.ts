/**
 * SentencePiece's rules for characters, which a model contains in compiled form.
 *
 * Source: google/sentencepiece, `src/builder.cc` (`BuildNFKCMap`, `BuildNmtNFKCMap`,
 * `CompileCharsMap`).
 *
 * @module
 */
import { buildDoubleArray } from "../double_array.ts";

/** What each sequence of characters becomes. */
export type CharacterRules = ReadonlyMap<string, string>;

/** Names of the rules that SentencePiece has and that can be asked for by name. */
export const NORMALIZATION_RULES = ["identity", "nfkc", "nmt_nfkc"] as const;

/** One of {@linkcode NORMALIZATION_RULES}. */
export type NormalizationRuleName = typeof NORMALIZATION_RULES[number];

/**
 * Returns the rules of a name.
 *
 * `nfkc` is Unicode's compatibility composition. `nmt_nfkc` also makes all white space and invisible
 * characters a space, removes control characters, and leaves the full-width tilde alone.
 */
export function namedRules(name: NormalizationRuleName): CharacterRules {
  if (name === "identity") return new Map();
  const rules = compatibilityRules();
  if (name === "nfkc") return withoutRedundant(rules);
  for (const code of TO_SPACE) rules.set(String.fromCodePoint(code), " ");
  for (const code of REMOVED) rules.set(String.fromCodePoint(code), "");
  rules.delete("\uff5e");
  return withoutRedundant(rules);
}

const TO_SPACE = [
  ...[0x09, 0x0a, 0x0c, 0x0d, 0x061c, 0x1680, 0x200b, 0x200c, 0x200e, 0x200f, 0x2028, 0x2029],
  ...[0x2581, 0xfeff, 0xfffd],
];
const REMOVED = [
  ...Array.from({ length: 8 }, (_, i) => 1 + i),
  0x0b,
  ...Array.from({ length: 18 }, (_, i) => 0x0e + i),
  ...[0x7f, 0x8f, 0x9f],
];

function compatibilityRules(): Map<string, string> {
  const rules = new Map<string, string>();
  /** Characters whose decomposition is one character, by it. */
  const originals = new Map<string, string[]>();
  const decompositions = new Set<string>();
  for (let code = 1; code <= 0x10ffff; code++) {
    if ((code >= 0xd800 && code < 0xe000) || (code & 0xfffe) === 0xfffe) continue;
    if (code >= 0xfdd0 && code <= 0xfdef) continue;
    const character = String.fromCodePoint(code);
    const composed = character.normalize("NFKC"), decomposed = character.normalize("NFKD");
    if (composed !== character) rules.set(character, composed);
    if ([...decomposed].length > 1) decompositions.add(decomposed);
    else if (decomposed !== character) {
      originals.set(decomposed, [...originals.get(decomposed) ?? [], character]);
    }
  }
  for (const decomposed of decompositions) {
    const composed = decomposed.normalize("NFC");
    if (composed === decomposed) continue;
    // All sequences that decompose to the same.
    let sequences = [""];
    for (const character of decomposed) {
      const choices = [character, ...originals.get(character) ?? []];
      sequences = sequences.flatMap((start) => choices.map((choice) => start + choice));
    }
    for (const sequence of sequences) if (sequence !== composed) rules.set(sequence, composed);
  }
  return rules;
}

/** Without the rules whose result shorter rules give, longest match first. */
function withoutRedundant(rules: ReadonlyMap<string, string>): Map<string, string> {
  const byLength = [...rules].map(([from, to]) => [[...from], to] as const)
    .sort((a, b) => a[0].length - b[0].length);
  const kept = new Map<string, string>();
  for (const [characters, to] of byLength) {
    let result = "";
    for (let at = 0; at < characters.length;) {
      let length = Math.min(characters.length - at, characters.length - 1 || 1);
      let found: string | undefined;
      for (; length > 0; length--) {
        found = kept.get(characters.slice(at, at + length).join(""));
        if (found !== undefined) break;
      }
      result += found ?? characters[at];
      at += Math.max(length, 1);
    }
    if (characters.length === 1 || result !== to) kept.set(characters.join(""), to);
  }
  return kept;
}

/**
 * Reads rules from a file as `spm_train --normalization_rule_tsv` takes it: on each line the code
 * points of a sequence in hexadecimal, a tab, and those of its replacement, which may be none.
 *
 * @param text The file.
 * @param source Its name for error messages.
 * @throws {SyntaxError} If a line is not of this form, or repeats a sequence.
 */
export function parseRules(text: string, source: string): CharacterRules {
  const rules = new Map<string, string>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const [from, to] = line.split("\t");
    const sequence = fromHexadecimal(from),
      replacement = to === undefined ? null : fromHexadecimal(to);
    if (sequence === null || sequence === "" || replacement === null || rules.has(sequence)) {
      throw new SyntaxError(
        `Cannot read ${source}: line ${i + 1} must be code points in hexadecimal, a tab and the ` +
          `code points that replace them, each sequence once (got ${JSON.stringify(line)})`,
      );
    }
    rules.set(sequence, replacement);
  }
  return rules;
}

function fromHexadecimal(text: string): string | null {
  let result = "";
  for (const word of text.split(" ")) {
    if (word === "") continue;
    const code = /^(?:U\+|0x)?[0-9a-fA-F]{1,6}$/.test(word)
      ? parseInt(word.replace(/^(?:U\+|0x)/, ""), 16)
      : NaN;
    if (!(code > 0 && code <= 0x10ffff) || (code >= 0xd800 && code < 0xe000)) return null;
    result += String.fromCodePoint(code);
  }
  return result;
}

/**
 * Compiles rules to a `precompiled_charsmap`: the size of a trie, the trie, and the replacements.
 *
 * @param rules The rules.
 * @returns The bytes; none if there are no rules.
 */
export function compileRules(rules: CharacterRules): Uint8Array {
  if (rules.size === 0) return new Uint8Array();
  const encoder = new TextEncoder();
  const offsets = new Map<string, number>();
  const pool: Uint8Array[] = [];
  let size = 0;
  for (const to of new Set(rules.values())) {
    const bytes = encoder.encode(`${to}\0`);
    offsets.set(to, size);
    pool.push(bytes);
    size += bytes.length;
  }
  const sorted = [...rules].map(([from, to]) => ({ key: encoder.encode(from), to }))
    .sort((a, b) => compareBytes(a.key, b.key));
  const units = buildDoubleArray(
    sorted.map(({ key }) => key),
    sorted.map(({ to }) => offsets.get(to)!),
  );
  const map = new Uint8Array(4 + 4 * units.length + size);
  const view = new DataView(map.buffer);
  view.setUint32(0, 4 * units.length, true);
  units.forEach((unit, i) => view.setUint32(4 + 4 * i, unit, true));
  let at = 4 + 4 * units.length;
  for (const bytes of pool) {
    map.set(bytes, at);
    at += bytes.length;
  }
  return map;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}
