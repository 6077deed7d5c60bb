/** Counts of trials and failures. */

/** The results of one kind of fault. */
export class Tally {
  readonly name: string;
  trials = 0;
  /** Descriptions of the failures. */
  readonly failures: string[] = [];
  /** Number of trials by exit code. */
  readonly codes = new Map<number, number>();
  /** Number of trials by outcome: `same bytes`, `rejected` … */
  readonly outcomes = new Map<string, number>();
  /** An example of the message by outcome. */
  readonly messages = new Map<string, string>();
  /** Why this fault cannot be injected on this machine. */
  skipped = "";

  constructor(name: string) {
    this.name = name;
  }

  /** Counts a trial with the expected outcome. */
  pass(outcome: string, code?: number, lastLine?: string): void {
    this.trials++;
    this.#count(outcome, code, lastLine);
  }

  /** Counts a failed trial. */
  fail(what: string, code?: number, lastLine?: string): void {
    this.trials++;
    this.failures.push(lastLine === undefined ? what : `${what}: ${lastLine}`);
    this.#count("failed", code, lastLine);
  }

  #count(outcome: string, code?: number, lastLine?: string): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    if (code !== undefined) this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
    if (lastLine !== undefined && !this.messages.has(outcome)) this.messages.set(outcome, lastLine);
  }

  /** Formats a row of the table. */
  row(): string {
    if (this.skipped !== "") return `| ${this.name} | – | – | – | skipped: ${this.skipped} |`;
    const counted = (counts: Map<unknown, number>) =>
      [...counts].map(([what, count]) => counts.size === 1 ? `${what}` : `${what} ×${count}`);
    const cells = [
      this.name,
      this.trials,
      this.failures.length,
      counted(this.codes).join(", "),
      counted(this.outcomes).join(", "),
    ];
    return `| ${cells.join(" | ")} |`;
  }
}

/** Formats the table of all faults. */
export function table(tallies: readonly Tally[]): string {
  return [
    "| fault | trials | failures | exit codes | outcomes |",
    "| --- | --- | --- | --- | --- |",
    ...tallies.map((tally) => tally.row()),
  ].join("\n");
}

/** Throws if any trial failed. */
export function assertNoFailures(tally: Tally): void {
  if (tally.failures.length > 0) throw new Error(`${tally.name}: ${tally.failures.join("\n")}`);
}
