/**
 * The trials of `albert search`: combinations or random draws of the values of flags.
 *
 * @module
 */
import { sha256Hex } from "../../src/files/mod.ts";
import { quote } from "../../src/json/mod.ts";
import { RandomStream } from "../../src/tensor/random/mod.ts";
import { UsageError } from "./errors.ts";
import {
  kindComplaint,
  type NamedOption,
  namedOptions,
  type OptionTable,
  withGlobals,
  wordOf,
} from "./options.ts";

/** The settings of a trial, by their names in {@linkcode NamedOption}. */
export type Trial = Readonly<Record<string, unknown>>;

/** What a search varies. */
export interface SearchSpace {
  readonly values?: readonly string[];
  readonly ranges?: readonly string[];
  readonly trials?: number;
  readonly seed: number;
}

/** Most trials of one search. */
const MAX_TRIALS = 10_000;
/** Id of the random stream. */
const STREAM = 0x73656172;

interface Choices {
  readonly option: NamedOption;
  readonly values: readonly unknown[];
}

interface Range {
  readonly option: NamedOption;
  readonly low: number;
  readonly high: number;
  readonly logarithmic: boolean;
}

/**
 * Returns the trials of a search. The same seed gives the same trials.
 *
 * @param table options of the training command
 * @throws {UsageError} if a name or a value is not valid, or nothing is varied
 */
export function trialsOf(
  table: OptionTable,
  { values = [], ranges = [], trials, seed }: SearchSpace,
): Trial[] {
  const choices = values.map((text) => choicesOf(table, text));
  const drawn = ranges.map((text) => rangeOf(table, text));
  const names = [...choices, ...drawn].map(({ option }) => option.flag);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`${twice} is given twice in --values and --ranges`);
  if (names.length === 0) throw new UsageError("--values or --ranges is required: what to vary");
  if (trials === undefined) {
    if (drawn.length > 0) {
      throw new UsageError("--ranges needs --trials, the number of random draws");
    }
    const count = choices.reduce((product, { values }) => product * values.length, 1);
    checkCount(count);
    return combinations(choices);
  }
  checkCount(trials);
  return Array.from({ length: trials }, (_, i) => draw(choices, drawn, seed, i));
}

function checkCount(count: number): void {
  if (count >= 1 && count <= MAX_TRIALS) return;
  throw new UsageError(`A search has 1 to ${MAX_TRIALS} trials (got ${count})`);
}

function combinations(choices: readonly Choices[]): Trial[] {
  return choices.reduce<Trial[]>(
    (trials, { option, values }) =>
      trials.flatMap((trial) => values.map((value) => ({ ...trial, [option.setting]: value }))),
    [{}],
  );
}

function draw(
  choices: readonly Choices[],
  ranges: readonly Range[],
  seed: number,
  index: number,
): Trial {
  const random = new RandomStream(seed, STREAM, index);
  const trial: Record<string, unknown> = {};
  for (const { option, values } of choices) {
    trial[option.setting] = values[Math.floor(random.uniform() * values.length)];
  }
  for (const { option, low, high, logarithmic } of ranges) {
    const share = random.uniform();
    const value = logarithmic
      ? Math.exp(Math.log(low) + share * (Math.log(high) - Math.log(low)))
      : low + share * (high - low);
    trial[option.setting] = option.kind === "integer"
      ? Math.round(value)
      : Number(value.toPrecision(4));
  }
  return trial;
}

/** `learning-rate=1e-5,2e-5` */
function choicesOf(table: OptionTable, text: string): Choices {
  const { option, right } = parts(table, "--values", text);
  const values = right.split(",").map((word) => valueOf(option, word.trim()));
  const repeated = values.find((value, i) => values.indexOf(value) !== i);
  if (repeated !== undefined) {
    throw new UsageError(`--values ${text}: ${quote(repeated)} is given twice`);
  }
  return { option, values };
}

/** `learning-rate=1e-5..1e-3:log` */
function rangeOf(table: OptionTable, text: string): Range {
  const { option, right } = parts(table, "--ranges", text);
  const match = /^([^.]+(?:\.\d+)?(?:e[-+]?\d+)?|\.\d+)\.\.([^:]+?)(:log)?$/i.exec(right);
  const low = Number(match?.[1]), high = Number(match?.[2]), logarithmic = match?.[3] !== undefined;
  if (match === null || !(low < high) || !Number.isFinite(high)) {
    throw new UsageError(`--ranges must be NAME=LOW..HIGH or NAME=LOW..HIGH:log (got ${text})`);
  }
  if (option.kind !== "integer" && option.kind !== "number") {
    throw new UsageError(`--ranges ${text}: ${option.flag} is not a number; use --values`);
  }
  if (logarithmic && low <= 0) {
    throw new UsageError(`--ranges ${text}: the low end must be positive with :log`);
  }
  return { option, low, high, logarithmic };
}

function parts(
  table: OptionTable,
  flag: string,
  text: string,
): { option: NamedOption; right: string } {
  const [left, right = ""] = text.split(/=(.*)/s);
  const name = left.trim().replace(/^--/, "").replaceAll("_", "-");
  const option = namedOptions(withGlobals(table)).find((row) =>
    row.flag === `--${name}` || row.aliases?.includes(name)
  );
  if (option === undefined) {
    throw new UsageError(`${flag} ${text}: --${name} is not an option of the training command`);
  }
  if (option.remembered === false || option.kind === "strings" || right === "") {
    throw new UsageError(
      right === ""
        ? `${flag} must be NAME=… (got ${text})`
        : `${flag} ${text}: ${option.flag} cannot be varied`,
    );
  }
  return { option, right };
}

/** Converts a word to the kind of an option. */
function valueOf(option: NamedOption, word: string): unknown {
  const { kind, flag } = option;
  const isNumber = kind === "integer" || kind === "number" ||
    kind === "integer or auto" && word !== "auto";
  const isTruth = kind === "switch" || kind === "off" || kind === "boolean";
  const value = isNumber
    ? word === "" ? NaN : Number(word)
    : isTruth
    ? ({ true: true, false: false } as Record<string, unknown>)[word] ?? word
    : wordOf(option, word) ?? word;
  const complaint = Number.isNaN(value) ? "must be a number" : kindComplaint(option, value);
  if (complaint === null) return value;
  throw new UsageError(`--values: ${flag} ${complaint} (got ${quote(word)})`);
}

/** Longest parts of a folder's name, in bytes. Most systems allow 255 for the whole name. */
const MAX_VALUE = 60, MAX_NAME = 200;

/**
 * Returns the names of the trials' folders, such as `learning-rate=0.00001,batch-size=16`. Different trials have names that
 * also differ where a system ignores case: names that would be equal end with a checksum.
 */
export function trialNames(table: OptionTable, trials: readonly Trial[]): string[] {
  const flags = new Map(
    namedOptions(withGlobals(table)).map(({ setting, flag }) => [setting, flag.slice(2)]),
  );
  const names = trials.map((trial) =>
    Object.entries(trial).map(([setting, value]) => `${flags.get(setting)}=${valueName(value)}`)
      .join(",")
  );
  const keys = names.map((name) => name.normalize("NFC").toLowerCase());
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return names.map((name, i) => {
    const short = betweenBytes(name, 0, MAX_NAME);
    if (counts.get(keys[i]) === 1 && short === name) return name;
    return `${short}-${sha256Hex(JSON.stringify(trials[i])).slice(0, 8)}`;
  });
}

/** The end of a path is the part that differs. */
function valueName(value: unknown): string {
  return betweenBytes(`${value}`.replace(/[^\p{L}\p{M}\p{N}_.+-]/gu, "-"), -MAX_VALUE);
}

/** Returns the characters of a text that are whole between two offsets in its UTF-8. */
function betweenBytes(text: string, start: number, end?: number): string {
  const bytes = new TextEncoder().encode(text).slice(start, end);
  return new TextDecoder().decode(bytes).replace(/^\uFFFD+|\uFFFD+$/g, "");
}
