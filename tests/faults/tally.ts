/** Counting what was tried and what was lost. */

/** One kind of fault: how often it was tried, what a user saw, and what was lost. */
export class Tally {
  readonly name: string;
  tries = 0;
  /** What went wrong, a sentence each; there must be none. */
  readonly losses: string[] = [];
  /** Exit codes, counted. */
  readonly codes = new Map<number, number>();
  /** How each try ended: `same bytes`, `refused` …, counted. */
  readonly ends = new Map<string, number>();
  /** What the user saw, one example of each kind of end. */
  readonly seen = new Map<string, string>();
  /** Why it could not be tried here. */
  skipped = "";

  constructor(name: string) {
    this.name = name;
  }

  /** A try that ended as it should. */
  good(end: string, code?: number, sentence?: string): void {
    this.tries++;
    this.#count(end, code, sentence);
  }

  /** A try that lost something. */
  lost(what: string, code?: number, sentence?: string): void {
    this.tries++;
    this.losses.push(sentence === undefined ? what : `${what}: ${sentence}`);
    this.#count("lost", code, sentence);
  }

  #count(end: string, code?: number, sentence?: string): void {
    this.ends.set(end, (this.ends.get(end) ?? 0) + 1);
    if (code !== undefined) this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
    if (sentence !== undefined && !this.seen.has(end)) this.seen.set(end, sentence);
  }

  /** A row of the table. */
  row(): string {
    if (this.skipped !== "") return `| ${this.name} | – | – | – | skipped: ${this.skipped} |`;
    const counted = (counts: Map<unknown, number>) =>
      [...counts].map(([what, count]) => counts.size === 1 ? `${what}` : `${what} ×${count}`);
    const cells = [
      this.name,
      this.tries,
      this.losses.length,
      counted(this.codes).join(", "),
      counted(this.ends).join(", "),
    ];
    return `| ${cells.join(" | ")} |`;
  }
}

/** The table of all faults. */
export function table(tallies: readonly Tally[]): string {
  return [
    "| fault | tries | losses | exit codes | how they ended |",
    "| --- | --- | --- | --- | --- |",
    ...tallies.map((tally) => tally.row()),
  ].join("\n");
}

/** Throws where anything was lost, for use in a test. */
export function assertNothingLost(tally: Tally): void {
  if (tally.losses.length > 0) throw new Error(`${tally.name}: ${tally.losses.join("\n")}`);
}
