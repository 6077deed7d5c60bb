import { stripVTControlCharacters } from "node:util";

/** Wrong usage of the command line. */
export class ValidationError extends Error {
  /** Exit code of the program. */
  readonly exitCode: number;

  /** @param message Names the option or argument. */
  constructor(message: string, { exitCode, cause }: { exitCode?: number; cause?: unknown } = {}) {
    super(stripVTControlCharacters(message), cause === undefined ? undefined : { cause });
    this.exitCode = exitCode ?? 2;
  }
}

/** Formats a name as a flag: `foo` as `--foo`, `f` as `-f`. */
export function flag(name: string): string {
  return name.startsWith("-") ? name : name.length > 1 ? `--${name}` : `-${name}`;
}

/** The error for an unknown option. It suggests the nearest known one. */
export function unknownOption(option: string, known: string[]): ValidationError {
  return new ValidationError(
    `Unknown option "${flag(option)}".${didYouMean("option", option, known)}`,
  );
}

/** The error for an unknown command. It suggests the nearest known one. */
export function unknownCommand(name: string, known: string[]): ValidationError {
  return new ValidationError(`Unknown command "${name}".${didYouMean("command", name, known)}`);
}

function didYouMean(kind: string, word: string, known: string[]): string {
  if (known.length === 0) return "";
  const nearest = known.map((other) => ({ other, away: distance(word, other) }))
    .reduce((best, next) => next.away < best.away ? next : best);
  return ` Did you mean ${kind} "${nearest.other}"?`;
}

/** The Levenshtein distance: the fewest insertions, deletions and replacements. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
