/**
 * The content of the figure of all claims: texts, groups and axes.
 *
 * @module
 */
import { scaleLinear } from "d3-scale";
import { experimentName } from "../experiment.ts";
import type { Evidence, Finding } from "../findings/assess.ts";
import { thresholdOf } from "../findings/claim.ts";
import { countText, effectText, intervalText, paperText } from "./evidence_text.ts";

/** One claim in the figure. */
export interface OverviewRow {
  readonly finding: Finding;
  readonly primary: Evidence;
  /** The compared numbers, the experiment and the runs. */
  readonly detail: string;
  /** `+1.20 [+0.30, +2.10]`. */
  readonly effect: string;
  /** `paper +0.88`; of another statistic if it does not print this one. */
  readonly paper: string;
}

/** Rows with the same unit, which share an axis if they are in points. */
export interface OverviewGroup {
  /** Empty if it is that of the group above. */
  readonly heading: string;
  readonly rows: readonly OverviewRow[];
  readonly axis: Axis;
}

export interface Axis {
  /** Position in percent of the width. */
  at(value: number): number;
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
}

/** Collects the claims in groups that share an axis. */
export function overviewGroups(findings: readonly Finding[]): OverviewGroup[] {
  const rows = findings.map(rowOf);
  const points = rows.filter(({ primary }) => primary.test.unit === "points");
  const others = rows.filter((row) => !points.includes(row));
  return [
    ...(points.length === 0 ? [] : [{
      heading: "Differences of accuracy, in points",
      rows: points,
      axis: axisOf(points, ""),
    }]),
    // Other numbers are too different to share an axis.
    ...others.map((row) => ({
      heading: unitHeading(row.primary),
      rows: [row],
      axis: axisOf([row], row.primary.test.unit === "times" ? "×" : ""),
    })),
  ].map((group, i, all) =>
    group.heading === all[i - 1]?.heading ? { ...group, heading: "" } : group
  );
}

function unitHeading({ test: { unit, statistic } }: Evidence): string {
  if (unit === "times") return "Ratio";
  return /distance/.test(statistic) ? "L2 distance" : unit;
}

function rowOf(finding: Finding): OverviewRow {
  const { claim, evidence: [primary, ...secondary] } = finding;
  const { test: { experiment }, estimate } = primary;
  const printed = [primary, ...secondary].find(({ paper }) => paper !== null);
  const paper = printed === undefined
    ? "paper: no number"
    : printed === primary
    ? `paper ${paperText(printed)}`
    : `paper ${paperText(printed)} (${shortStatistic(printed)})`;
  const interval = intervalText(primary);
  const effect = effectText(primary);
  return {
    finding,
    primary,
    detail: `${claim.compared} · ${experimentName(experiment)}${
      estimate === null ? "" : ` · ${countText(primary)}`
    }`,
    effect: effect === null
      ? "not measured"
      : interval === null
      ? effect
      : `${effect.replace(/ points$/, "")} ${interval}`,
    paper,
  };
}

const MOST_LETTERS = 24;

/** The name of a statistic that the paper prints instead of the primary one. */
function shortStatistic({ test: { statistic } }: Evidence): string {
  const [name] = statistic.split(":");
  return name.length <= MOST_LETTERS ? name : "another statistic";
}

/** Space at both ends of an axis, in percent. */
const MARGIN = 4;
const TICKS = 5;

/** An axis that contains thresholds, effects and the paper's values. If several rows share it, intervals may extend beyond it: very wide ones would hide the others. */
function axisOf(rows: readonly OverviewRow[], suffix: string): Axis {
  const needed = rows.flatMap(({ primary: { estimate, paper, test: { expect } } }) => [
    thresholdOf(expect),
    ...(estimate === null ? [] : [estimate.mean]),
    ...(paper === null ? [] : [paper]),
  ]);
  const [least, most] = [Math.min(...needed), Math.max(...needed)];
  const room = rows.length === 1 ? Infinity : (most - least) / 3 || 1;
  const ends = rows.flatMap(({ primary: { estimate, pairing } }) =>
    estimate?.interval && pairing !== "counted"
      ? [estimate.interval.low, estimate.interval.high]
      : []
  );
  // An axis without any effect shows the threshold in the middle.
  const far = least === most && ends.length === 0 ? [least - 1, most + 1] : ends;
  const low = Math.max(least - room, Math.min(least, ...far));
  const high = Math.min(most + room, Math.max(most, ...far));
  const scale = scaleLinear([low, high], [MARGIN, 100 - MARGIN]).nice(TICKS);
  const format = scale.tickFormat(TICKS);
  return {
    at: (value) => scale(value),
    ticks: scale.ticks(TICKS).map((value) => ({ value, text: `${format(value)}${suffix}` })),
  };
}
