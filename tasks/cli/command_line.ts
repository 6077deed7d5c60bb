// deno-lint-ignore-file no-explicit-any
/**
 * Rewrites a command line to words that Cliffy reads as they are meant.
 *
 * @module
 */
import type { Command } from "@cliffy/command";
import { quote } from "../../src/json/mod.ts";
import { definitionOf } from "./command.ts";
import { UsageError } from "./errors.ts";
import {
  GLOBAL_OPTIONS,
  type NamedOption,
  namedOptions,
  rangeComplaint,
  withGlobals,
  wordOf,
} from "./options.ts";
import { commandHint, optionHint } from "./suggestions.ts";

/**
 * Rewrites a command line for Cliffy:
 *
 * - `--max_seq_length` becomes `--max-seq-length`, and `--num_train_epochs` `--epochs`.
 * - `--task SST2` becomes `--task sst-2`.
 * - `--data a b` becomes `--data a --data b`. Cliffy takes a value of a variadic option that equals
 *   the name of an option for that option, so no option is variadic to it.
 * - `--steps 3 --help` becomes `--help`, which Cliffy does not combine with other options.
 * - Global options of `help`, `completions` and groups move to the front, where Cliffy accepts them;
 *   those before another command move behind it.
 *
 * @throws {UsageError} if a command or an option is unknown, or the value of an option is missing,
 *   empty or not one of its words, or an argument is empty.
 */
export function normalizeLine(program: Command<any>, line: readonly string[]): string[] {
  const end = line.includes("--") ? line.indexOf("--") : line.length;
  const words = line.slice(0, end).map(dashes);
  const { command, path, own } = findCommand(program, words);
  const alone = words.find((word) =>
    ["-h", "--help"].includes(word) ||
    command === program && ["-V", "--version"].includes(word)
  );
  if (alone !== undefined) return [...path, alone];
  const rewritten = definitionOf(command) === undefined
    ? globalsFirst(words)
    : [...path, ...expandOptions(command, own)];
  // Cliffy drops empty arguments, so that the others would be taken for them.
  if (rewritten.includes("") || line.slice(end).includes("")) {
    throw new UsageError("An argument is empty; expected a text, a path or a name");
  }
  return [...rewritten, ...line.slice(end)];
}

/** `--max_seq_length=128` as `--max-seq-length=128`, so that both spellings work everywhere. */
export function dashes(word: string): string {
  const name = /^--[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*(?==|$)/i.exec(word)?.[0];
  return name === undefined ? word : name.replaceAll("_", "-") + word.slice(name.length);
}

/** The command that a line names, its path, and all other words, also those before it. */
function findCommand(
  program: Command<any>,
  words: readonly string[],
): { command: Command<any>; path: string[]; own: string[] } {
  const found = { command: program, path: [] as string[], own: [...words] };
  for (let i = 0; i < words.length; i++) {
    if (takesValue(globalOption(words[i]), words[i])) i++;
    else if (!isOption(words[i])) {
      const child = found.command.getCommand(words[i]);
      if (child === undefined) {
        checkCommand(found.command, words[i]);
        break;
      }
      found.command = child;
      found.path.push(words[i]);
      found.own.splice(i + 1 - found.path.length, 1);
    }
  }
  return found;
}

/** @throws {UsageError} for a word that must name a command. */
function checkCommand(group: Command<any>, word: string): void {
  const names = group.getCommands().map((child) => child.getName());
  if (names.length === 0 || definitionOf(group) !== undefined) return;
  throw new UsageError(`Unknown command "${word}". ${commandHint(group.getPath(), word, names)}`);
}

function globalsFirst(words: readonly string[]): string[] {
  const globals: string[] = [], others: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const row = globalOption(words[i]);
    (row === undefined ? others : globals).push(words[i]);
    if (takesValue(row, words[i]) && i + 1 < words.length) globals.push(words[++i]);
  }
  return [...globals, ...others];
}

/** Checks the options of a command, gives them their own names, and repeats the flag of a list before each of its values. */
function expandOptions(command: Command<any>, words: readonly string[]): string[] {
  const { options = {} } = definitionOf(command)!;
  const rows = rowsByName(namedOptions(withGlobals(options)));
  const known = (word: string | undefined) => word !== undefined && rows.has(flagOf(word));
  const expanded: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const row = rows.get(flagOf(words[i]));
    if (row === undefined) {
      if (isOption(words[i])) throw unknownOption(command, flagOf(words[i]), [...rows.values()]);
      expanded.push(words[i]);
      continue;
    }
    const { flag } = row;
    const word = flag + words[i].slice(flagOf(words[i]).length);
    if (!takesValue(row, word)) {
      if (row.value && word === `${flag}=`) throw emptyValue(flag);
      const given = word.slice(flag.length + 1);
      expanded.push(row.value === "" ? word : `${flag}=${checkedValue(row, given)}`);
      continue;
    }
    expanded.push(word);
    const list = row.kind === "strings";
    const ends = (next: string | undefined) => known(next) || list && isOption(next ?? "");
    if (i + 1 === words.length || ends(words[i + 1])) {
      throw new UsageError(`Missing value for option "${flag}".`);
    }
    const values = [words[++i]];
    while (list && i + 1 < words.length && !ends(words[i + 1])) values.push(words[++i]);
    if (values.includes("")) throw emptyValue(flag);
    const checked = values.map((value) => checkedValue(row, value));
    expanded.push(...checked.flatMap((value, at) => at === 0 ? [value] : [flag, value]));
  }
  return expanded;
}

/** Rows by flag and by the other names of flags. */
function rowsByName(rows: readonly NamedOption[]): Map<string, NamedOption> {
  return new Map(
    rows.flatMap((row) => [row.flag, ...flagsOf(row)].map((flag) => [flag, row] as const)),
  );
}

function flagsOf({ aliases = [] }: NamedOption): string[] {
  return aliases.map((name) => `--${name}`);
}

/** @throws {UsageError} for a value that is not one of the words of an enumeration, or a number out of range. */
function checkedValue(row: NamedOption, value: string): string {
  const complaint = rangeComplaint(row, Number(value));
  if (complaint !== null) throw new UsageError(`${row.flag} ${complaint} (got ${value})`);
  const word = wordOf(row, value);
  if (word !== undefined) return word;
  const words = row.kind as readonly string[];
  throw new UsageError(`${row.flag} must be one of ${words.join(", ")} (got ${quote(value)})`);
}

function unknownOption(
  command: Command<any>,
  flag: string,
  rows: readonly NamedOption[],
): UsageError {
  const flags = rows.flatMap((row) => [row.flag, ...flagsOf(row)]);
  return new UsageError(`Unknown option "${flag}". ${optionHint(command.getPath(), flag, flags)}`);
}

/** Cliffy ignores an option with an empty value, which is usually an unset variable of a shell. */
function emptyValue(flag: string): UsageError {
  return new UsageError(`The value of option "${flag}" is empty.`);
}

/** Whether a word is an option; text such as `-`, `-1` or `- a` is not. */
function isOption(word: string): boolean {
  return /^--?[a-z]/i.test(word) && !/\s/.test(flagOf(word));
}

function flagOf(word: string): string {
  return word.split("=", 1)[0];
}

function globalOption(word: string): NamedOption | undefined {
  return namedOptions(GLOBAL_OPTIONS).find(({ flag }) => flag === flagOf(word));
}

/** Whether the word that follows is the value of an option. */
function takesValue(row: NamedOption | undefined, word: string): boolean {
  return row !== undefined && row.value !== "" && row.flag === word;
}
