/** Damages files of lines and fields. */
import type { RandomStream } from "../../src/tensor/random/mod.ts";
import { chance, pick } from "./fuzzer.ts";

/** Text that is invalid or has a meaning in other formats. */
export const HOSTILE_TEXTS: readonly string[] = [
  ...["", " ", "\t", "\r", "\0", "\u001b[31m", "\ufeff", "\ud800", "\udc00x", "\u2028", "🤷🏽"],
  ...["e\u0301\u0301\u0301", "\u202e", "\u00a0", "ﷺ", "NaN", "Infinity", "-0", "1e999", "0x10"],
  ...["-1", "9007199254740993", "99999999999999999999", "null", "true", "[]", "{}", '"', "\\"],
  ...["../../../etc/passwd", "/etc/passwd", "C:\\x", "a/../../b", "%s%n", "$(id)", "`id`", "'; --"],
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "length"],
  ...["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</doc>", "<doc", "&#0;"],
];

type Edit = (text: string, random: RandomStream, samples: readonly string[]) => string;

const EDITS: readonly Edit[] = [
  (text, random) => {
    const at = random.integer(text.length + 1);
    return text.slice(0, at) + pick(random, HOSTILE_TEXTS) + text.slice(at);
  },
  (text, random) => text.slice(0, random.integer(text.length + 1)),
  (text, random) => {
    const at = random.integer(text.length + 1);
    return text.slice(0, at) + text.slice(at + random.integer(20));
  },
  (text, random) => onLine(text, random, () => ""),
  (text, random) => onLine(text, random, (line) => `${line}\n${line}`),
  (text, random) => onLine(text, random, (line) => line.repeat(2 + random.integer(30))),
  (text, random) => onLine(text, random, (line) => [...line].reverse().join("")),
  (text, random, samples) =>
    onLine(text, random, () => pick(random, pick(random, samples).split("\n"))),
  (text, random) => onFields(text, random, (fields) => fields.slice(1)),
  (text, random) => onFields(text, random, (fields) => [...fields, pick(random, HOSTILE_TEXTS)]),
  (text, random) => onFields(text, random, (fields) => random.shuffle(fields)),
  (text, random) =>
    onFields(text, random, (fields) => {
      fields[random.integer(fields.length)] = pick(random, HOSTILE_TEXTS);
      return fields;
    }),
  (text) => text.replaceAll("\n", "\r\n"),
  (text) => text.replaceAll("\n", "\r"),
  (text) => `\ufeff${text}`,
];

/** A valid text with up to eight edits, rarely without any. */
export function mutateText(random: RandomStream, samples: readonly string[]): string {
  let text = pick(random, samples);
  if (chance(random, 2)) return text;
  const edits = 1 << random.integer(4);
  // Limits the length, since repeated lines grow exponentially.
  for (let i = 0; i < edits; i++) text = pick(random, EDITS)(text, random, samples).slice(0, 2e5);
  return text;
}

function onLine(text: string, random: RandomStream, change: (line: string) => string): string {
  const lines = text.split("\n");
  const at = random.integer(lines.length);
  lines[at] = change(lines[at]);
  return lines.join("\n");
}

function onFields(
  text: string,
  random: RandomStream,
  change: (fields: string[]) => string[],
): string {
  return onLine(text, random, (line) => change(line.split("\t")).join("\t"));
}
