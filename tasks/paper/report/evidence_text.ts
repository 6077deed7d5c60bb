/**
 * Evidence as text, shared by all output formats.
 *
 * @module
 */
import { formatCount } from "../../../src/json/mod.ts";
import {
  correctedClaims,
  type Evidence,
  type Finding,
  undecided,
  type Verdict,
} from "../findings/assess.ts";
import { thresholdOf } from "../findings/claim.ts";
import { CLAIMS, STATISTICS_COMMIT } from "../findings/claims.ts";
import { MIN_SEEDS } from "../statistics.ts";
import { signed } from "./numbers.ts";

/** Verdicts as shown to readers. */
export const VERDICT_TEXT: Readonly<Record<Verdict, string>> = {
  reproduced: "reproduced",
  opposite: "opposite",
  "not resolved": "not resolved at this size",
};

/** Number of claims per verdict: `3 reproduced, 0 opposite, 11 not resolved at this size`. */
export function verdictCounts(findings: readonly Finding[]): string {
  return (Object.keys(VERDICT_TEXT) as Verdict[])
    .map((verdict) => {
      const count = findings.filter((finding) => finding.verdict === verdict).length;
      return `${count} ${VERDICT_TEXT[verdict]}`;
    })
    .join(", ");
}

/** Evidence with its part in a finding. */
export interface ShownEvidence {
  readonly evidence: Evidence;
  readonly role: "primary" | "secondary" | "precondition";
}

/** The evidence to show: primary statistic, preconditions, secondary statistics; only the primary one if nothing was measured for the claim. */
export function shownEvidence({ evidence, preconditions }: Finding): readonly ShownEvidence[] {
  const [primary, ...secondary] = evidence;
  const all: ShownEvidence[] = [
    { evidence: primary, role: "primary" },
    ...preconditions.map((one) => ({ evidence: one, role: "precondition" as const })),
    ...secondary.map((one) => ({ evidence: one, role: "secondary" as const })),
  ];
  const measured = all.some(({ evidence: { estimate } }) => estimate !== null);
  return measured ? all : all.slice(0, 1);
}

/** What evidence shows: the verdict of the primary statistic with its reasons, whether a precondition holds, and for secondary statistics no verdict. */
export function outcomeText(
  { verdict, reasons }: Finding,
  { evidence, role }: ShownEvidence,
): string {
  if (role === "primary") {
    return VERDICT_TEXT[verdict] + (reasons.length === 0 ? "" : ` (${reasons.join("; ")})`);
  }
  if (role === "secondary") {
    const missing = evidence.missing === undefined ? "" : ` (${evidence.missing})`;
    return `secondary, no verdict${missing}`;
  }
  const reason = undecided(evidence);
  if (reason !== undefined) {
    return `precondition not ${evidence.estimate === null ? "measured" : "decided"} (${reason})`;
  }
  return evidence.verdict === "reproduced" ? "precondition holds" : "precondition does not hold";
}

/** The rule of verdicts, for readers. */
export const VERDICT_RULE =
  `The primary statistic of a claim was chosen before the runs (commit ${STATISTICS_COMMIT}) and decides. Its interval has the level of Holm's correction for ${
    correctedClaims(CLAIMS)
  } claims at 5% (Student's t over seeds), and must be on one side of the threshold. A verdict also requires at least ${MIN_SEEDS} seeds, that training diverged with no seed, that every precondition holds (its 95% interval is on the expected side), and that a reproduced effect does not have the other sign than the paper's. Secondary statistics have 95% intervals and no verdict.`;

/** A number of an effect: signed for differences, unsigned for ratios and single values. */
function effectNumber({ test }: Evidence, value: number): string {
  return test.ratio || test.terms.length === 1 ? value.toFixed(2).replace("-", "−") : signed(value);
}

/** `+1.20 points`; null without a run. */
export function effectText(evidence: Evidence): string | null {
  const { estimate, test: { unit } } = evidence;
  if (estimate === null) return null;
  const text = effectNumber(evidence, estimate.mean);
  return unit === "" ? text : `${text} ${unit}`;
}

/** `[+0.31, +2.09]`; null without an interval. */
export function intervalText(evidence: Evidence): string | null {
  const interval = evidence.estimate?.interval;
  if (!interval || evidence.pairing === "counted") return null;
  return `[${effectNumber(evidence, interval.low)}, ${effectNumber(evidence, interval.high)}]`;
}

/** The paper's effect; null if it does not print one. */
export function paperText(evidence: Evidence): string | null {
  return evidence.paper === null ? null : effectNumber(evidence, evidence.paper);
}

/** `3 seeds, paired`, `3 of 6 seeds finished, 2 failed, paired`, `counted`. */
export function countText({ test, estimate, pairing, seeds }: Evidence): string {
  if (pairing === "counted") return "counted";
  const { planned, failed } = seeds;
  if (estimate === null && planned === 0) return "no runs";
  const count = estimate?.count ?? 0;
  const lost = failed === 0 ? "" : `, ${failed} failed`;
  if (pairing === "unpaired" && estimate !== null) return `${count} runs${lost}, unpaired`;
  const counted = count < planned
    ? `${count} of ${formatCount(planned, "seed")} finished`
    : formatCount(count, "seed");
  return `${counted}${lost}${count > 1 && test.terms.length > 1 ? ", paired" : ""}`;
}

/** The condition under which the claim holds: `expected above 0`. */
export function expectationText({ test: { expect } }: Evidence): string {
  const side = "above" in expect ? "above" : "below";
  return `expected ${side} ${`${thresholdOf(expect)}`.replace("-", "−")}`;
}
