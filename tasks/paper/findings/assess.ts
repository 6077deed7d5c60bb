/**
 * Tests the claims on what was measured. Nothing here is typed by hand: no data, no verdict.
 *
 * @module
 */
import type { Column, Experiment, Row } from "../experiment.ts";
import { cellOf, type MeasuredCell, type MeasuredExperiment } from "../result.ts";
import { type Estimate, estimateMean, welchDifference } from "../statistics/mod.ts";
import type { Claim, Term, Test } from "./claim.ts";
import { findRow } from "./rows.ts";
import { columnsOf, hasNumbers, type Scored, scoreRow } from "./scores.ts";
import { judge, type Verdict } from "./verdict.ts";

/** How runs of one seed on both sides were compared. */
export type Pairing = "paired by seed" | "unpaired" | "counted";

/** A test with its outcome. */
export interface Evidence {
  /** What was compared. */
  readonly test: Test;
  /** Effect over seeds; null without a run to compare. */
  readonly estimate: Estimate | null;
  /** How the runs were compared. */
  readonly pairing: Pairing;
  /** The paper's effect over the same columns; null where it prints none. */
  readonly paper: number | null;
  /** Of this test alone. */
  readonly verdict: Verdict;
  /** The columns that were compared. */
  readonly columns: readonly string[];
  /** Why there is no estimate or no interval, a sentence without a full stop. */
  readonly missing?: string;
  /** What stands in for the paper's data in the compared cells. */
  readonly standIns: readonly string[];
  /** Names of the preset, null when the experiment was not run. */
  readonly preset: string | null;
}

/** A claim, tested. */
export interface Finding {
  /** What the paper says. */
  readonly claim: Claim;
  /** That of the first test. */
  readonly verdict: Verdict;
  /** In the order of the claim's tests. */
  readonly evidence: readonly Evidence[];
}

/** Tests claims on what was measured. */
export function assess(
  claims: readonly Claim[],
  measured: readonly MeasuredExperiment[],
): Finding[] {
  return claims.map((claim) => {
    const evidence = claim.tests.map((test) => assessTest(test, measured));
    return { claim, verdict: evidence[0].verdict, evidence };
  });
}

/** Tests one comparison. */
export function assessTest(test: Test, measured: readonly MeasuredExperiment[]): Evidence {
  const found = measured.find(({ experiment }) => experiment.id === test.experiment);
  const nothing = { estimate: null, pairing: "unpaired", verdict: "not resolved" } as const;
  const empty = { test, ...nothing, columns: [], standIns: [], paper: null };
  if (found === undefined) {
    return { ...empty, preset: null, missing: `${titleOf(test.experiment)} has not been run` };
  }
  const { experiment, preset } = found;
  const rows = test.terms.map(({ row }) => findRow(experiment, row));
  const lost = rows.indexOf(undefined);
  if (lost >= 0) {
    const pattern = JSON.stringify(test.terms[lost].row);
    return {
      ...empty,
      preset,
      missing: `${titleOf(experiment.id)} has no row for ${pattern} at this size`,
    };
  }
  const sides = test.terms.map((term, i) => ({ term, row: rows[i]! }));
  const columns = comparedColumns(found, sides);
  const scored = sides.map(({ term, row }, i) => scoreRow(found, row, term.score, columns[i]));
  const cells = scored.flatMap((side) => side.cells);
  const together = sameRuns(sides, scored);
  const { estimate, pairing } = together === undefined ? compare(test, scored) : nothing;
  return {
    test,
    estimate,
    pairing,
    paper: paperEffect(test, scored),
    verdict: estimate === null ? "not resolved" : judge(estimate, test.expect),
    columns: [...new Set(columns.flat().map(({ label }) => label))],
    missing: together ?? missing(estimate, cells, experiment),
    standIns: [...new Set(cells.flatMap(({ standIns }) => standIns))].sort(),
    preset,
  };
}

/** The columns of each side. Sides with one score share them: those that all these sides have numbers in, or all when none has. */
function comparedColumns(
  measured: MeasuredExperiment,
  sides: readonly { readonly term: Term; readonly row: Row }[],
): Column[][] {
  return sides.map(({ term }) => {
    const all = columnsOf(measured.experiment, term.score);
    const alike = sides.filter((side) => side.term.score === term.score);
    const filled = all.filter(({ id }) =>
      alike.every(({ row }) => hasNumbers(cellOf(measured, row.id, id)))
    );
    return filled.length > 0 ? filled : all;
  });
}

function compare(
  { terms, ratio }: Test,
  sides: readonly Scored[],
): { readonly estimate: Estimate | null; readonly pairing: Pairing } {
  const effect = (seed: number) => {
    const values = sides.map(({ bySeed }) => bySeed.get(seed)!);
    return combine(terms, values, ratio);
  };
  const seeds = [...sides[0].bySeed.keys()].filter((seed) =>
    sides.every(({ bySeed }) => bySeed.has(seed))
  );
  if (seeds.length > 0) {
    const estimate = estimateMean(seeds.map(effect));
    if (!sides.every(isCounted)) {
      return { estimate: withoutFalsePrecision(estimate), pairing: "paired by seed" };
    }
    const { mean } = estimate;
    return { estimate: { ...estimate, interval: { low: mean, high: mean } }, pairing: "counted" };
  }
  const [a, b] = sides.map(({ bySeed }) => [...bySeed.values()]);
  const difference = sides.length === 2 && !ratio && terms[0].weight === 1 &&
    terms[1].weight === -1;
  return {
    estimate: difference && a.length > 0 && b.length > 0
      ? withoutFalsePrecision(welchDifference(a, b))
      : null,
    pairing: "unpaired",
  };
}

/** In any unit of an effect: what float64 leaves of equal differences. */
const ROUNDING = 1e-9;

/** Few runs that agree to the last digit (accuracies of a few examples do) have no interval: their agreement is a coarse scale, not certainty. */
function withoutFalsePrecision(estimate: Estimate): Estimate {
  const { interval } = estimate;
  return interval !== null && interval.high - interval.low < ROUNDING
    ? { ...estimate, interval: null }
    : estimate;
}

/** A small preset may make one run of two rows: their difference of nothing would say nothing. */
function sameRuns(
  sides: readonly { readonly row: Row }[],
  scored: readonly Scored[],
): string | undefined {
  const rowOf = new Map<string, Row>();
  for (const [i, { row }] of sides.entries()) {
    for (const address of addressesOf(scored[i])) {
      const other = rowOf.get(address) ?? row;
      if (other.id !== row.id) {
        return `${other.label} and ${row.label} are one run at this size`;
      }
      rowOf.set(address, row);
    }
  }
  return undefined;
}

function addressesOf({ cells }: Scored): string[] {
  return cells.flatMap(({ seeds, curves }) =>
    [...seeds, ...curves].flatMap(({ result }) => result?.address ?? [])
  );
}

/** Counted, not run: there is nothing random in it. */
function isCounted({ cells }: Scored): boolean {
  return cells.every(({ seeds }) =>
    seeds.length > 0 && seeds.every(({ result }) => result === undefined)
  );
}

function paperEffect({ terms, ratio }: Test, sides: readonly Scored[]): number | null {
  const values = sides.map(({ paper }) => paper);
  return values.includes(null) ? null : combine(terms, values as number[], ratio);
}

function combine(terms: readonly Term[], values: readonly number[], ratio?: true): number {
  if (ratio) return values[0] / values[1];
  return terms.reduce((sum, { weight }, i) => sum + weight * values[i], 0);
}

function missing(
  estimate: Estimate | null,
  cells: readonly MeasuredCell[],
  experiment: Experiment,
): string | undefined {
  if (estimate !== null && estimate.interval !== null) return undefined;
  if (estimate !== null) {
    return estimate.count > 1 && estimate.spread !== null
      ? "every seed gave the same: no spread to judge by"
      : "one seed has no interval";
  }
  if (cells.length === 0) return `${titleOf(experiment.id)} has no such column`;
  const reason = cells.find((cell) => cell.missing !== undefined)?.missing;
  if (reason !== undefined) return reason.replace(/\.$/, "");
  return cells.some(({ failures }) => failures.length > 0)
    ? "runs of it failed"
    : "the rows have no seed in common";
}

/** `table-4` → `Table 4`. */
function titleOf(id: string): string {
  return `${id[0].toUpperCase()}${id.slice(1)}`.replace("-", " ");
}
