/**
 * Tests the claims on measured results. Every number and verdict is computed; without data there is no verdict.
 *
 * @module
 */
import { formatCount } from "../../../src/json/mod.ts";
import { type Column, type Experiment, experimentName, type Row } from "../experiment.ts";
import { EXPERIMENTS } from "../experiments/mod.ts";
import { cellOf, type MeasuredCell, type MeasuredExperiment } from "../result.ts";
import {
  ALPHA,
  detectableEffect,
  type Estimate,
  estimateMean,
  holm,
  intervalAt,
  MIN_SEEDS,
  pValue,
  welchDifference,
} from "../statistics.ts";
import {
  type Claim,
  type Expectation,
  type Score,
  type Term,
  type Test,
  thresholdOf,
} from "./claim.ts";
import {
  columnsOf,
  findRow,
  hasNumbers,
  type Scored,
  scoreRow,
  type SeedCounts,
  seedCounts,
} from "./scores.ts";

/** Whether an effect is on the side that the paper expects. `not resolved`: the interval includes the threshold, or there is none. */
export type Verdict = "reproduced" | "opposite" | "not resolved";

/** How the runs of both sides were compared. `counted` values are computed, not measured. */
export type Pairing = "paired by seed" | "unpaired" | "counted";

/** The outcome of a test. */
export interface Evidence {
  readonly test: Test;
  /** The effect over seeds; null if there is nothing to compare. */
  readonly estimate: Estimate | null;
  readonly pairing: Pairing;
  /** Compared runs of the side that has fewest, or pairs of runs; 0 without a comparison. */
  readonly runs: number;
  /** The seeds that the compared runs were to have. Those without a result are not compared. */
  readonly seeds: SeedCounts;
  /** The paper's effect over the same columns; null if it does not print the numbers. */
  readonly paper: number | null;
  /** The verdict of this test alone, from its 95% interval. */
  readonly verdict: Verdict;
  /** Labels of the compared columns. */
  readonly columns: readonly string[];
  /** Why there is no estimate or no interval, without a full stop. */
  readonly missing?: string;
  /** Substitutes for the paper's data in the compared cells. */
  readonly standIns: readonly string[];
  /** The preset's name; null if the experiment has not been run. */
  readonly preset: string | null;
}

/** A claim with its outcome. */
export interface Finding {
  readonly claim: Claim;
  /** The verdict of the primary statistic, if all preconditions hold. */
  readonly verdict: Verdict;
  /** One entry per test of the claim. The interval of the first, the primary statistic, is corrected for the number of claims. */
  readonly evidence: readonly Evidence[];
  /** One entry per precondition, with 95% intervals. */
  readonly preconditions: readonly Evidence[];
  /** Why the claim is not resolved, without full stops; empty for other verdicts. */
  readonly reasons: readonly string[];
}

/**
 * Tests claims on measured experiments.
 *
 * The primary statistics of all claims of the paper that are measured over seeds form one family for Holm's correction, whether or not they have been run.
 * Controls are not corrected. Preconditions are not corrected either: they can only withdraw a verdict.
 */
export function assess(
  claims: readonly Claim[],
  measured: readonly MeasuredExperiment[],
): Finding[] {
  const drafts = claims.map((claim) => ({
    claim,
    evidence: claim.tests.map((test) => assessTest(test, measured)),
    preconditions: (claim.preconditions ?? []).map((test) => assessTest(test, measured)),
  }));
  const family = drafts.filter(({ claim }) => isCorrected(claim));
  const corrected = holm(family.map(({ evidence: [primary] }) => primaryPValue(primary)));
  return drafts.map((draft) => {
    const place = family.indexOf(draft);
    return finding(draft, place < 0 ? ALPHA : corrected[place].level);
  });
}

/** Number of claims that intervals are corrected for: those of the paper that are measured over seeds. */
export function correctedClaims(claims: readonly Claim[]): number {
  return claims.filter(isCorrected).length;
}

function isCorrected({ control, tests: [primary] }: Claim): boolean {
  return !control && !primary.terms.every(({ score }) => COUNTED.includes(score.kind));
}

/** Scores that are computed, not measured. */
const COUNTED: readonly Score["kind"][] = ["parameters", "traffic", "memory"];

function primaryPValue(primary: Evidence): number {
  const { estimate, test } = primary;
  return estimate === null || !hasSeeds(primary) ? 1 : pValue(estimate, thresholdOf(test.expect));
}

function hasSeeds({ runs, pairing }: Evidence): boolean {
  return pairing === "counted" || runs >= MIN_SEEDS;
}

function finding(
  { claim, evidence, preconditions }: Pick<Finding, "claim" | "evidence" | "preconditions">,
  level: number,
): Finding {
  const primary = withLevel(evidence[0], level);
  const own = primaryReasons(primary, level);
  const reasons = primary.estimate === null
    ? own
    : [...own, ...preconditions.flatMap(preconditionReasons)];
  return {
    claim,
    verdict: reasons.length === 0 ? primary.verdict : "not resolved",
    evidence: [primary, ...evidence.slice(1)],
    preconditions,
    reasons,
  };
}

/** Evidence with another level of its interval. */
function withLevel(evidence: Evidence, level: number): Evidence {
  const { estimate, pairing, test } = evidence;
  if (estimate === null || estimate.interval === null || pairing === "counted") return evidence;
  const changed = { ...estimate, interval: intervalAt(estimate, level) };
  return { ...evidence, estimate: changed, verdict: verdictOf(changed, test.expect) };
}

function primaryReasons(primary: Evidence, level: number): string[] {
  const { missing, estimate, verdict, paper, runs, seeds: { planned, diverged } } = primary;
  if (missing !== undefined) return [missing];
  if (!hasSeeds(primary)) return [`${runs} seeds; a verdict requires ${MIN_SEEDS}`];
  // The other seeds are a selection: those with which a compared model can be trained.
  if (diverged > 0) return [`training diverged with ${diverged} of ${planned} seeds`];
  if (verdict === "not resolved") {
    return [`the interval includes the threshold${power(primary, level)}`];
  }
  const { low, high } = estimate!.interval!;
  const contrary = paper !== null && (low > 0 && paper < 0 || high < 0 && paper > 0);
  return verdict === "reproduced" && contrary
    ? ["the effect has the other sign than the paper's"]
    : [];
}

/** The effect that the runs would have found: `; 6 seeds find 1.20 points above or below it with a probability of 80%`. */
function power({ estimate, pairing, test: { unit } }: Evidence, level: number): string {
  if (estimate?.spread == null || pairing !== "paired by seed") return "";
  const { count: seeds, spread } = estimate;
  const effect = detectableEffect({ seeds, spread, level }).toFixed(2);
  return `; ${seeds} seeds find ${
    unit === "" || unit === "times" ? effect : `${effect} ${unit}`
  } above or below it with a probability of 80%`;
}

/** Why a precondition neither holds nor fails, without a full stop; undefined if it does. */
export function undecided(precondition: Evidence): string | undefined {
  if (precondition.missing !== undefined || hasSeeds(precondition)) return precondition.missing;
  return `${formatCount(precondition.runs, "seed")}, ${MIN_SEEDS} are required`;
}

/** Why a precondition does not hold. */
function preconditionReasons(evidence: Evidence): string[] {
  const { test, verdict } = evidence;
  const name = `precondition “${test.statistic}”`;
  const reason = undecided(evidence);
  if (reason !== undefined) return [`${name}: ${reason}`];
  return verdict === "reproduced" ? [] : [`${name} does not hold`];
}

/** Runs one test. */
export function assessTest(test: Test, measured: readonly MeasuredExperiment[]): Evidence {
  const found = measured.find(({ experiment }) => experiment.id === test.experiment);
  const nothing = {
    estimate: null,
    pairing: "unpaired",
    runs: 0,
    verdict: "not resolved",
  } as const;
  const empty = {
    ...{ test, ...nothing, columns: [], standIns: [], paper: null },
    seeds: seedCounts([]),
  };
  if (found === undefined) {
    return {
      ...empty,
      preset: null,
      paper: printedEffect(test),
      missing: `${experimentName(test.experiment)} has not been run`,
    };
  }
  const { experiment, preset } = found;
  const rows = test.terms.map(({ row }) => findRow(experiment, row));
  const unmatched = rows.indexOf(undefined);
  if (unmatched >= 0) {
    const pattern = JSON.stringify(test.terms[unmatched].row);
    return {
      ...empty,
      preset,
      missing: `${experimentName(experiment.id)} has no row matching ${pattern} at this size`,
    };
  }
  const sides = test.terms.map((term, i) => ({ term, row: rows[i]! }));
  const columns = comparedColumns(found, sides);
  const scored = sides.map(({ term, row }, i) => scoreRow(found, row, term.score, columns[i]));
  const cells = scored.flatMap((side) => side.cells);
  const identical = identicalRuns(sides, scored);
  const { estimate, pairing, runs } = identical === undefined ? compare(test, scored) : nothing;
  return {
    test,
    estimate,
    pairing,
    runs,
    seeds: seedCounts(identical === undefined ? cells : []),
    paper: paperEffect(test, scored),
    verdict: estimate === null ? "not resolved" : verdictOf(estimate, test.expect),
    columns: [...new Set(columns.flat().map(({ label }) => label))],
    missing: identical ?? missing(estimate, cells, experiment),
    standIns: [...new Set(cells.flatMap(({ standIns }) => standIns))].sort(),
    preset,
  };
}

/** The whole interval must be on one side of the threshold; an endpoint on the threshold resolves nothing. */
function verdictOf({ interval }: Estimate, expect: Expectation): Verdict {
  if (interval === null) return "not resolved";
  const above = "above" in expect;
  const threshold = thresholdOf(expect);
  if (interval.low > threshold) return above ? "reproduced" : "opposite";
  if (interval.high < threshold) return above ? "opposite" : "reproduced";
  return "not resolved";
}

/** The columns of each side. Sides with the same score share their columns: those in which all of them have numbers, or all columns if there are none. */
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
): Pick<Evidence, "estimate" | "pairing" | "runs"> {
  const effect = (seed: number) => {
    const values = sides.map(({ bySeed }) => bySeed.get(seed)!);
    return combine(terms, values, ratio);
  };
  const seeds = [...sides[0].bySeed.keys()].filter((seed) =>
    sides.every(({ bySeed }) => bySeed.has(seed))
  );
  if (seeds.length > 0) {
    const runs = seeds.length;
    const estimate = estimateMean(seeds.map(effect));
    if (!sides.every(isCounted)) {
      return { estimate: withoutFalsePrecision(estimate), pairing: "paired by seed", runs };
    }
    const { mean } = estimate;
    return {
      estimate: { ...estimate, interval: { low: mean, high: mean } },
      pairing: "counted",
      runs,
    };
  }
  const [a, b] = sides.map(({ bySeed }) => [...bySeed.values()]);
  const difference = sides.length === 2 && !ratio && terms[0].weight === 1 &&
    terms[1].weight === -1;
  return {
    estimate: difference && a.length > 0 && b.length > 0
      ? withoutFalsePrecision(welchDifference(a, b))
      : null,
    pairing: "unpaired",
    runs: Math.min(...sides.map(({ bySeed }) => bySeed.size)),
  };
}

/** Rounding error of equal differences, in any unit of an effect. */
const ROUNDING = 1e-9;

/** Removes an interval of width 0: a few runs with equal accuracies on few examples show a coarse scale, not certainty. */
function withoutFalsePrecision(estimate: Estimate): Estimate {
  const { interval } = estimate;
  return interval !== null && interval.high - interval.low < ROUNDING
    ? { ...estimate, interval: null, error: null }
    : estimate;
}

/** Describes rows that a small preset maps to the same run, whose difference would be meaningless. */
function identicalRuns(
  sides: readonly { readonly row: Row }[],
  scored: readonly Scored[],
): string | undefined {
  const rowOf = new Map<string, Row>();
  for (const [i, { row }] of sides.entries()) {
    for (const address of addressesOf(scored[i])) {
      const other = rowOf.get(address) ?? row;
      if (other.id !== row.id) {
        return `${other.label} and ${row.label} are the same run at this size`;
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

/** Whether all values are computed, not measured, and therefore have no randomness. */
function isCounted({ cells }: Scored): boolean {
  return cells.every(({ seeds }) =>
    seeds.length > 0 && seeds.every(({ result }) => result === undefined)
  );
}

function paperEffect({ terms, ratio }: Test, sides: readonly Scored[]): number | null {
  const values = sides.map(({ paper }) => paper);
  return values.includes(null) ? null : combine(terms, values as number[], ratio);
}

/** The paper's effect of an experiment that has not been run. */
function printedEffect(test: Test): number | null {
  const experiment = EXPERIMENTS.find(({ id }) => id === test.experiment);
  const rows = test.terms.map(({ row }) => experiment && findRow(experiment, row));
  if (experiment === undefined || rows.includes(undefined)) return null;
  const empty = { experiment, preset: "", cells: [], results: [] };
  const sides = test.terms.map(({ score }, i) =>
    scoreRow(empty, rows[i]!, score, columnsOf(experiment, score))
  );
  return paperEffect(test, sides);
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
      ? "all seeds gave the same value"
      : "a single seed has no interval";
  }
  if (cells.length === 0) return `${experimentName(experiment.id)} has no such column`;
  const isRun = ({ planned = [] }: MeasuredCell) => planned.length > 0;
  // Columns that are not part of the run, such as other benchmarks, are not what a row lacks.
  const reason = cells.find((cell) =>
    cell.missing !== undefined &&
    (isRun(cell) || !cells.some((other) => other.row.id === cell.row.id && isRun(other)))
  )?.missing;
  if (reason !== undefined) return reason.replace(/\.$/, "");
  return cells.some(({ failures }) => failures.length > 0)
    ? "runs failed"
    : "the rows have no seed in common";
}
