/**
 * The table of options: one row per flag. The command-line parser, the TypeScript types, the check of
 * `--settings` files, what `run.json` remembers and `docs/commands.md` all follow from it.
 *
 * @module
 */
import { quote } from "../../src/json/mod.ts";
import { UsageError } from "./errors.ts";

/** Values of an option; a list of words means one of them. */
export type OptionKind =
  /** Present or absent. */
  | "switch"
  /** A switch `--no-NAME`, which turns the setting NAME off. */
  | "off"
  /** `true` or `false`. */
  | "boolean"
  | "integer"
  | "number"
  | "string"
  /** One or more strings: `--data A B`, `--data A --data B`. */
  | "strings"
  /** A positive integer, or `auto`. */
  | "integer or auto"
  /** A time such as `90s`, `30m` or `2h`. */
  | "duration"
  | readonly string[];

/** One flag. */
export interface OptionRow {
  readonly kind: OptionKind;
  /** An imperative or a noun phrase, without the default. */
  readonly help: string;
  /** The value of the setting if nothing gives another. */
  readonly default?: string | number | boolean;
  /** Shown as the default if the code that uses the setting decides it. */
  readonly defaultText?: string | number | boolean;
  readonly required?: true;
  /** Smallest value of a number, and the largest if there is one; code that knows more may allow fewer values. */
  readonly range?: readonly [least: number, most?: number];
  /** Number that the value must be smaller than; in addition to `range`. */
  readonly below?: number;
  /** Other names, without dashes: those of Hugging Face's scripts. */
  readonly aliases?: readonly string[];
  /** Other spellings of the words of `kind`. Case, dashes, underscores and dots are ignored anyway. */
  readonly spellings?: Readonly<Record<string, string>>;
  /** Names of options without which this one means nothing. */
  readonly depends?: readonly string[];
  /** `false` if neither `run.json` keeps the value nor a settings file can give it. */
  readonly remembered?: false;
  /** Whether a settings file can give the value, but `run.json` does not keep it: it is for one process, not for the run. */
  readonly once?: true;
  /** Heading in the help text. */
  readonly group?: string;
}

/** Rows by flag, `--batch-size <n>`. The name of the setting follows: `batchSize`. */
export type OptionTable = Readonly<Record<`--${string}`, OptionRow>>;

/** Range of a number of threads: more than any machine can use, and few enough to start. */
export const THREADS = [0, 1024] as const;

/** Range of a port; 0 is any free one. */
export const PORTS = [0, 65535] as const;

/** Accepted by `--device`. */
export const DEVICES = ["auto", "webgpu", "cpu"] as const;

/** Options of every command. */
export const GLOBAL_OPTIONS = {
  "--device <name>": {
    kind: DEVICES,
    help:
      "Device to compute on: auto uses a graphics card, or the CPU with a BLAS if one is found.",
    default: "auto",
  },
  "--blas <library>": {
    kind: "string",
    help: "BLAS library for the CPU device: auto, none or a path.",
    defaultText: "auto with --device auto, else none",
  },
  "--seed <n>": {
    kind: "integer",
    help: "Random seed.",
    range: [0, Number.MAX_SAFE_INTEGER],
    default: 42,
  },
  "--quiet": { kind: "switch", help: "Print results and errors only.", remembered: false },
  "--json": { kind: "switch", help: "Print results as JSON.", remembered: false },
} as const satisfies OptionTable;

/** Puts rows under a heading of the help text. */
export function group<const T extends OptionTable>(heading: string, rows: T): T {
  return Object.fromEntries(
    Object.entries(rows).map(([flag, row]) => [flag, { ...row, group: heading }]),
  ) as unknown as T;
}

type CamelCase<Name> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;
type SettingOf<Flag> = Flag extends `--no-${infer Name}` ? CamelCase<Name>
  : Flag extends `--${infer Name} ${string}` ? CamelCase<Name>
  : Flag extends `--${infer Name}` ? CamelCase<Name>
  : never;
type ValueOf<Kind> = Kind extends readonly (infer Word)[] ? Word
  : Kind extends "switch" | "off" | "boolean" ? boolean
  : Kind extends "integer" | "number" ? number
  : Kind extends "strings" ? string[]
  : Kind extends "integer or auto" ? number | "auto"
  : string;
type RowValue<Row> = Row extends OptionRow ? ValueOf<Row["kind"]> : never;
type Optional<T> = { [F in keyof T as SettingOf<F>]?: RowValue<T[F]> };
type Always<T, By> = { [F in keyof T as T[F] extends By ? SettingOf<F> : never]: RowValue<T[F]> };
type All<T> = T & typeof GLOBAL_OPTIONS;
type Required = { readonly required: true };
type Defaulted = { readonly default: unknown } | { readonly kind: "off" };

/** The settings that a command line gave; nothing is filled in. */
export type GivenFlags<T extends OptionTable> = Optional<All<T>> & Always<All<T>, Required>;

/** The settings of a command with the defaults of its table. */
export type Flags<T extends OptionTable> = Optional<All<T>> & Always<All<T>, Required | Defaulted>;

/** {@linkcode GLOBAL_OPTIONS} as settings. */
export type GlobalFlags = Flags<Record<never, never>>;

/** A row with its names. */
export interface NamedOption extends OptionRow {
  /** `--batch-size` */
  readonly flag: string;
  /** `<n>`, or empty. */
  readonly value: string;
  /** `batchSize` */
  readonly setting: string;
}

/** The rows of a table in order. */
export function namedOptions(table: OptionTable): NamedOption[] {
  return Object.entries(table).map(([declaration, row]) => {
    const [flag, value = ""] = declaration.split(" ");
    const name = row.kind === "off" ? flag.replace("--no-", "") : flag.slice(2);
    const setting = name.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());
    return { ...row, flag, value, setting };
  });
}

/**
 * Returns the word that a value of an enumeration stands for: the word itself, another spelling (`SST2` for `sst-2`), or undefined.
 *
 * @param value from a command line or a settings file
 */
export function wordOf({ kind, spellings = {} }: OptionRow, value: string): string | undefined {
  if (typeof kind === "string") return value;
  if (kind.includes(value)) return value;
  const plain = (word: string) => word.toLowerCase().replace(/[-_. ]/g, "");
  return kind.find((word) => plain(word) === plain(value)) ??
    Object.entries(spellings).find(([spelling]) => plain(spelling) === plain(value))?.[1];
}

/** A table with {@linkcode GLOBAL_OPTIONS}. */
export function withGlobals<T extends OptionTable>(table: T): T & typeof GLOBAL_OPTIONS {
  return { ...table, ...GLOBAL_OPTIONS };
}

/** Fills in the defaults of a table, global options included. */
export function withDefaults<T extends OptionTable>(
  table: T,
  given: Partial<GivenFlags<T>>,
): Flags<T> {
  const defaults: Record<string, unknown> = {};
  for (const { setting, kind, default: value } of namedOptions(withGlobals(table))) {
    if (value !== undefined) defaults[setting] = value;
    else if (kind === "off") defaults[setting] = true;
  }
  return { ...defaults, ...givenOnly(given) } as Flags<T>;
}

/** Leaves out settings without a value. */
export function givenOnly<T extends object>(flags: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(flags).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}

/** The settings that `run.json` keeps and a resumed run takes up. */
export function rememberedFlags(
  table: OptionTable,
  flags: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const kept = namedOptions(withGlobals(table))
    .filter(({ remembered, once }) => remembered !== false && !once);
  const names = new Set(kept.map(({ setting }) => setting));
  return Object.fromEntries(Object.entries(flags).filter(([name]) => names.has(name)));
}

/**
 * Reads the text of an option whose kind the command-line parser does not know.
 *
 * @throws {UsageError} if it is not of this kind.
 */
export function readValue(
  { flag, kind }: NamedOption,
  text: string,
): string | number {
  const value = kind === "integer or auto" && text !== "auto" ? Number(text) : text;
  const complaint = kindComplaint({ kind }, value);
  if (complaint === null) return value;
  throw new UsageError(`${flag} ${complaint} (got ${quote(text)})`);
}

/** Returns the time on the clock of `performance` at which `--max-time` ends; infinity without it. */
export function deadlineOf({ maxTime }: { readonly maxTime?: string }): number {
  return maxTime === undefined ? Infinity : performance.now() + durationOf(maxTime)!;
}

const A_DURATION = "a time such as 90s, 30m or 2h";

/** Returns a time such as `90s` in milliseconds, or null for anything else. */
function durationOf(text: unknown): number | null {
  const match = typeof text === "string" && /^(\d*\.?\d+)([smh])$/.exec(text);
  return match
    ? 1000 * Number(match[1]) * { s: 1, m: 60, h: 3600 }[match[2] as "s" | "m" | "h"]
    : null;
}

/** What a number must be if it is out of the range of its option, or null. */
export function rangeComplaint(
  { range, below = Infinity }: Pick<OptionRow, "range" | "below">,
  value: number,
): string | null {
  if (range === undefined) return null;
  const [least, most = Infinity] = range;
  if (value >= least && value <= most && value < below || Number.isNaN(value)) return null;
  if (below < Infinity) return `must be at least ${least} and less than ${below}`;
  return value < least && most >= Number.MAX_SAFE_INTEGER
    ? `must be at least ${least}`
    : `must be from ${least} to ${most}`;
}

/** What a setting must be if the value is of another kind or out of range, or null; for values from JSON or YAML. */
export function kindComplaint(
  { kind, ...limits }: Pick<OptionRow, "kind" | "range" | "below">,
  value: unknown,
): string | null {
  if (typeof kind !== "string") {
    if (kind.includes(value as string)) return null;
    // A version such as 2.0 without quotes is a number to JSON and YAML.
    return `must be one of ${kind.map((word) => JSON.stringify(word)).join(", ")}`;
  }
  const [matches, wanted] = KIND_CHECKS[kind];
  if (!matches(value)) return `must be ${wanted}`;
  return typeof value === "number" ? rangeComplaint(limits, value) : null;
}

// As on the command line, a word is not empty and a number is finite.
const isString = (value: unknown) => typeof value === "string" && value !== "";
const isBoolean = (value: unknown) => typeof value === "boolean";

const KIND_CHECKS: Readonly<
  Record<OptionKind & string, [matches: (value: unknown) => boolean, wanted: string]>
> = {
  switch: [isBoolean, "a boolean"],
  off: [isBoolean, "a boolean"],
  boolean: [isBoolean, "a boolean"],
  integer: [Number.isSafeInteger, "an integer"],
  number: [Number.isFinite, "a finite number"],
  string: [isString, "a string that is not empty"],
  strings: [
    (value) => Array.isArray(value) && value.every(isString),
    "an array of strings that are not empty",
  ],
  "integer or auto": [
    (value) => value === "auto" || Number.isSafeInteger(value) && Number(value) >= 1,
    'a positive integer or "auto"',
  ],
  duration: [(value) => durationOf(value) !== null, A_DURATION],
};
