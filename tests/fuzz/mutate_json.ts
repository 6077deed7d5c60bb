/** Damages JSON, so that it stays valid JSON or not. */
import type { RandomStream } from "../../src/tensor/random/mod.ts";
import { chance, pick } from "./fuzzer.ts";
import { HOSTILE_TEXTS, mutateText } from "./mutate_text.ts";

type Json = unknown;
/** A position in a value: its parent and its key. */
interface Place {
  readonly holder: Record<string, Json>;
  readonly key: string;
}

/** Sets the prototype of an object that copies it field by field. */
const POLLUTION = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';

/** Values as text, some of which are not valid JSON. */
const RAW: readonly string[] = [
  ...["null", "true", "false", "0", "-1", "1", "0.5", "-0", "3", "255", "2147483648"],
  ...["4294967296", "9007199254740993", "-9007199254740993", "1e21", "1e308", "1e400", "-1e400"],
  ...["123456789012345678901234567890", "NaN", "Infinity", "01", "[]", "{}", "[[]]", "[null]"],
  ...["[0]", "[-1,2]", '{"a":1}', '["a","b"]', POLLUTION],
  ...['"\\ud800"', '"\\u0000"', `"${"long ".repeat(2000)}"`],
  ...[10, 1000, 100_000].flatMap((depth) => [
    "[".repeat(depth) + "]".repeat(depth),
    '{"a":'.repeat(depth) + "1" + "}".repeat(depth),
  ]),
];

/** Prefix of the placeholder for a raw value. */
const MARK = "\ue000raw";

/** JSON text of a valid value with up to eight edits, rarely without any. */
export function mutateJson(random: RandomStream, samples: readonly Json[]): string {
  const root = { "": structuredClone(pick(random, samples)) };
  if (chance(random, 2)) return JSON.stringify(root[""]);
  const raw: string[] = [];
  const edits = 1 << random.integer(4);
  for (let i = 0; i < edits; i++) damage(pick(random, placesOf(root)), random, raw, root);
  const text = JSON.stringify(root[""], null, pick(random, [0, 2])) ?? "";
  const finished = text.replace(/"\ue000raw(\d+)"/g, (_, index) => raw[index]);
  return chance(random, 15) ? mutateText(random, [finished]) : doubled(random, finished);
}

function damage({ holder, key }: Place, random: RandomStream, raw: string[], root: Json): void {
  switch (random.integer(8)) {
    case 0:
    case 1:
    case 2:
      raw.push(pick(random, RAW));
      holder[key] = `${MARK}${raw.length - 1}`;
      break;
    case 3:
      holder[key] = pick(random, HOSTILE_TEXTS);
      break;
    case 4:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else if (key !== "") delete holder[key];
      break;
    case 5: {
      if (Array.isArray(holder) || key === "") break;
      const value = holder[key];
      delete holder[key];
      define(holder, pick(random, HOSTILE_TEXTS), value);
      break;
    }
    case 6: {
      // Copies another part of the same file.
      const other = pick(random, placesOf(root));
      holder[key] = structuredClone(other.holder[other.key]);
      break;
    }
    case 7: {
      const value = holder[key];
      if (typeof value === "number") holder[key] = pick(random, [-value, value + 1, value * 1e9]);
      else if (typeof value === "string") holder[key] = mutateText(random, [value]);
      else if (Array.isArray(value)) value.push(...structuredClone(value));
      else if (typeof value === "object" && value !== null) define(value, "__proto__", { a: 1 });
    }
  }
}

/** Defines an own property, even if its name is `__proto__`. */
function define(object: object, name: string, value: Json): void {
  Object.defineProperty(object, name, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

/** Repeats a key with another value. */
function doubled(random: RandomStream, text: string): string {
  if (!chance(random, 5)) return text;
  const keys = [...text.matchAll(/"[^"\\]{1,40}":/g)];
  if (keys.length === 0) return text;
  const { index, 0: key } = pick(random, keys);
  return `${text.slice(0, index)}${key}${pick(random, RAW)},${text.slice(index)}`;
}

/** The first 400 places of a value. */
function placesOf(root: Json): Place[] {
  const places: Place[] = [];
  const walk = (value: Json): void => {
    if (typeof value !== "object" || value === null || places.length > 400) return;
    for (const key of Object.keys(value)) {
      places.push({ holder: value as Record<string, Json>, key });
      walk((value as Record<string, Json>)[key]);
    }
  };
  walk(root);
  return places;
}
