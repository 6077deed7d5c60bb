/**
 * Evidence as text, shared by all output formats.
 *
 * @module
 */
import type { Evidence, Finding, Verdict } from "../findings/assess.ts";
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

/** The evidence to show: only the deciding test if nothing was measured for the claim. */
export function shownEvidence({ evidence }: Finding): readonly Evidence[] {
  const measured = evidence.some(({ estimate }) => estimate !== null);
  return measured ? evidence : evidence.slice(0, 1);
}

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

/** `3 seeds, paired`, `counted`. */
export function countText({ test, estimate, pairing }: Evidence): string {
  if (pairing === "counted") return "counted";
  if (estimate === null) return "no runs";
  const { count } = estimate;
  if (pairing === "unpaired") return `${count} runs, unpaired`;
  if (count === 1) return "1 seed";
  return test.terms.length === 1 ? `${count} seeds` : `${count} seeds, paired`;
}

/** The condition under which the claim holds: `expected above 0`. */
export function expectationText({ test: { expect } }: Evidence): string {
  const [side, threshold] = "above" in expect ? ["above", expect.above] : ["below", expect.below];
  return `expected ${side} ${`${threshold}`.replace("-", "−")}`;
}
