/**
 * A limit of the work that a regular expression of a file can cause. JavaScript's expressions search by backtracking, without a limit: `(a|a)*b` takes a time that
 * doubles with every letter of `aaaa…`. Oniguruma stops such a search with an error.
 *
 * @module
 */

/** Ways to match a text, from which a search can choose at each place. */
const MOST_WAYS = 10_000;
/** Characters of an expression with its repetitions written out. */
const LARGEST = 100_000;
/** A larger maximum of a repetition counts as unlimited. */
const FEW = 16;

/** How a part of an expression can match. */
interface Part {
  /** Number of characters, with limited repetitions written out. */
  readonly size: number;
  /** Number of ways, apart from unlimited repetitions. */
  readonly ways: number;
  /** Number of unlimited repetitions that something follows, so that a search returns to them. */
  readonly inner: number;
  /** Number of unlimited repetitions at the end, 0 or 1. */
  readonly open: number;
  /** Whether it has an assertion with an unlimited repetition. */
  readonly scans: boolean;
}

const EMPTY: Part = { size: 0, ways: 1, inner: 0, open: 0, scans: false };
const SINGLE: Part = { size: 1, ways: 1, inner: 0, open: 0, scans: false };

function followed(a: Part, b: Part): Part {
  const inner = a.inner + a.open + b.inner;
  const size = a.size + b.size, ways = a.ways * b.ways;
  return { size, ways, inner, open: b.open, scans: a.scans || b.scans };
}

function either(a: Part, b: Part): Part {
  return {
    size: a.size + b.size,
    ways: a.ways + b.ways,
    inner: Math.max(a.inner, b.inner),
    open: Math.max(a.open, b.open),
    scans: a.scans || b.scans,
  };
}

interface Group {
  readonly isAssertion: boolean;
  alternatives: Part | undefined;
  sequence: Part;
  /** The last item, which a quantifier may follow. */
  last: Part;
}

function group(isAssertion: boolean): Group {
  return { isAssertion, alternatives: undefined, sequence: EMPTY, last: EMPTY };
}

/** Counts the ways in which an expression can match while it is parsed. `fail` names the construct that can take too long. */
export class Backtracking {
  readonly #fail: (construct: string) => never;
  readonly #open: Group[] = [group(false)];

  constructor(fail: (construct: string) => never) {
    this.#fail = fail;
  }

  get #group(): Group {
    return this.#open.at(-1)!;
  }

  /** A character, a class, or a group. */
  item(part: Part = SINGLE): void {
    const group = this.#group;
    group.sequence = followed(group.sequence, group.last);
    group.last = part;
  }

  /** Repeats the last item. */
  repeat(quantifier: string): void {
    const group = this.#group, { last } = group;
    const [, from, comma, to] = /^\{(\d+)(,?)(\d*)\}$/.exec(quantifier) ?? [];
    const least = quantifier === "*" || quantifier === "?" ? 0 : Number(from ?? 1);
    const most = quantifier === "?"
      ? 1
      : from === undefined || comma && !to
      ? Infinity
      : Number(to || from);
    const varies = last.ways > 1 || last.inner + last.open > 0 || last.scans;
    if (varies && most > 1) {
      this.#fail(`a repetition ${quantifier} of a part that can match in several ways`);
    }
    const isOpen = most > FEW && most > least;
    const ways = isOpen ? last.ways : last.ways + most - least;
    const size = last.size * Math.max(1, least, most === Infinity ? 1 : most);
    group.last = { ...last, size, ways, open: isOpen ? 1 : last.open };
  }

  /** `|` */
  alternative(): void {
    const group = this.#group;
    const whole = followed(group.sequence, group.last);
    group.alternatives = group.alternatives === undefined
      ? whole
      : either(group.alternatives, whole);
    group.sequence = group.last = EMPTY;
  }

  /** `(`, or the start of an assertion. */
  start(isAssertion: boolean): void {
    this.#open.push(group(isAssertion));
  }

  /** `)`, or the end of the expression. */
  end(): void {
    this.alternative();
    const { alternatives, isAssertion } = this.#group;
    const { size, ways, inner, open } = alternatives!;
    const isWhole = this.#open.length === 1;
    if (size > LARGEST) this.#fail("too long repetitions");
    if (ways > MOST_WAYS) this.#fail("too many alternatives");
    // One of them takes a time that grows with the square of the length, more a higher power.
    if (inner > 1) this.#fail("several unlimited repetitions in a sequence");
    if (isWhole) return;
    this.#open.pop();
    // A search does not return to an assertion.
    this.item(isAssertion ? { ...EMPTY, size, scans: inner + open > 0 } : alternatives!);
  }
}
