import { camelCase, type Option, type Slot } from "./declare.ts";
import { flag, unknownOption, ValidationError } from "./errors.ts";
import type { ArgumentValue } from "./types.ts";

/** A parsed command line. */
export interface Parsed {
  /** Values by property name, including defaults. */
  options: Record<string, unknown>;
  arguments: unknown[];
  /** The words after `--`. */
  literal: string[];
  /** An option such as `--help`, which disables all checks. */
  standalone?: Option;
  /** Options in the order of the command line. */
  given: Option[];
}

/**
 * Parses a command line as Cliffy does. Unlike with `parseArgs` of `node:util`, the value of an option may start with a dash
 * (`-1`), and a variadic option takes all words up to the next known option.
 */
export function parseWords(
  words: string[],
  options: Option[],
  slots: Slot[],
  read: (value: ArgumentValue) => unknown,
  surplus: (word: string) => ValidationError,
): Parsed {
  const parsed: Parsed = { options: {}, arguments: [], literal: [], given: [] };
  const queue = [...words];
  while (queue.length > 0) {
    const word = queue.shift()!;
    if (word === "--") {
      parsed.literal = queue.splice(0);
      continue;
    }
    const slot = slots[Math.min(parsed.arguments.length, slots.length - 1)];
    const free = slot && (parsed.arguments.length < slots.length || slot.variadic);
    const dashed = word.length > 1 && word.startsWith("-");
    // Cliffy takes an unknown option for an argument if one may follow.
    if (dashed && !(free && isUnknown(word, options))) {
      takeOption(word, queue, options, read, parsed);
    } else if (!free) {
      throw surplus(word);
    } else {
      parsed.arguments.push(readValue("Argument", slot.name, slot, word, read));
    }
  }
  if (!parsed.standalone) complete(parsed, options, slots);
  else if (parsed.given.length > 1) {
    throw new ValidationError(
      `Option "${flag(parsed.standalone.name)}" cannot be combined with other options.`,
    );
  }
  return parsed;
}

/** Finds an option by `--name`, `-n` or `name`. */
export function findOption(options: Option[], word: string): Option | undefined {
  const name = word.replace(/^-+/, "");
  return options.find((option) => option.name === name || option.aliases.includes(name));
}

/** Whether a word is not an option, nor a group of short ones such as `-abc`. */
function isUnknown(word: string, options: Option[]): boolean {
  const name = word.split("=", 1)[0];
  return !findOption(options, name.startsWith("--") ? name : name.slice(0, 2));
}

function takeOption(
  word: string,
  queue: string[],
  options: Option[],
  read: (value: ArgumentValue) => unknown,
  parsed: Parsed,
): void {
  const cut = word.indexOf("=");
  const name = cut < 0 ? word : word.slice(0, cut);
  if (!name.startsWith("--") && name.length > 2) {
    // -abc is -a -b -c
    queue.unshift(...[...name.slice(1)].map((letter) => `-${letter}`));
    if (cut >= 0) queue[name.length - 2] += word.slice(cut);
    return;
  }
  const option = findOption(options, name);
  if (!option) {
    throw unknownOption(name, options.flatMap((other) => [other.name, ...other.aliases]).map(flag));
  }
  const negated = option.name.startsWith("no-");
  const key = camelCase(option.name.replace(/^no-/, ""));
  const previous = parsed.options[key];
  if (previous !== undefined && !option.collect) {
    throw new ValidationError(
      `Option "${
        flag(name).replace(/^--no-/, "--")
      }" can only occur once, but was found several times.`,
    );
  }
  const inline = cut < 0 ? undefined : word.slice(cut + 1);
  if (option.slot && !option.required && (inline ?? queue[0]) === "") {
    // Cliffy ignores an option with an empty value.
    if (cut < 0) queue.shift();
    return;
  }
  let value = negated ? false : takeValue(option, inline, queue, options, read);
  if (option.value) value = option.value(value, previous);
  else if (option.collect) value = [...(previous as unknown[] ?? []), value];
  parsed.options[key] = value;
  parsed.given.push(option);
  if (option.standalone) parsed.standalone = option;
}

function takeValue(
  option: Option,
  inline: string | undefined,
  queue: string[],
  options: Option[],
  read: (value: ArgumentValue) => unknown,
): unknown {
  const slot = option.slot;
  if (!slot) {
    if (inline === undefined) return true;
    throw new ValidationError(
      `Option "${flag(option.name)}" doesn't take a value, but got "${inline}".`,
    );
  }
  const words: string[] = [];
  if (inline !== undefined) words.push(inline);
  else {
    while (queue.length > 0 && (slot.variadic || words.length === 0)) {
      const next = queue[0];
      // Cliffy compares without dashes: the word `data` ends the values if there is an option `--data`.
      if ((slot.optional || slot.variadic) && findOption(options, next)) break;
      if (slot.optional && next.startsWith("-") && !isNumber(next)) break;
      words.push(queue.shift()!);
    }
  }
  if (words.length === 0) {
    if (slot.optional) return option.default ?? true;
    throw new ValidationError(`Missing value for option "${flag(option.name)}".`);
  }
  const values = words.map((one) => readValue("Option", `--${option.name}`, slot, one, read));
  return slot.variadic ? values : values[0];
}

function readValue(
  label: string,
  name: string,
  slot: Slot,
  text: string,
  read: (value: ArgumentValue) => unknown,
): unknown {
  const one = (value: string) => read({ label, name, type: slot.type, value });
  return slot.list ? text.split(",").map(one) : one(text);
}

function complete(parsed: Parsed, options: Option[], slots: Slot[]): void {
  const names = new Set(parsed.given.map((option) => option.name));
  for (const option of options) {
    const negated = option.name.startsWith("no-");
    const key = camelCase(option.name.replace(/^no-/, ""));
    const fallback = option.default ?? (negated ? true : undefined);
    if (parsed.options[key] === undefined && fallback !== undefined) {
      const value = typeof fallback === "function" ? fallback() : fallback;
      parsed.options[key] = option.value ? option.value(value) : value;
    }
  }
  for (const option of parsed.given) {
    for (const other of option.conflicts ?? []) {
      if (names.has(other)) {
        throw new ValidationError(
          `Option "${flag(option.name)}" conflicts with option "${flag(other)}".`,
        );
      }
    }
    for (const other of option.depends ?? []) {
      if (parsed.options[camelCase(other)] === undefined) {
        throw new ValidationError(
          `Option "${flag(option.name)}" depends on option "${flag(other)}".`,
        );
      }
    }
  }
  const missing = options.find((option) => option.required && !names.has(option.name));
  if (missing && parsed.options[camelCase(missing.name)] === undefined) {
    throw new ValidationError(`Missing required option "${flag(missing.name)}".`);
  }
  const left = slots.slice(parsed.arguments.length).filter((slot) => !slot.optional);
  if (left.length > 0) {
    const names = left.map((slot) => slot.name).join(", ");
    throw new ValidationError(
      parsed.arguments.length === 0
        ? `Missing argument(s): ${names}`
        : `Missing argument: ${left[0].name}`,
    );
  }
}

function isNumber(word: string): boolean {
  return word !== "-" && !Number.isNaN(Number(word));
}
