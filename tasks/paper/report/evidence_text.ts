/**
 * Evidence in words, the same in every format.
 *
 * @module
 */
import type { Evidence, Finding, Verdict } from "../findings/mod.ts";
import { signed } from "./numbers.ts";

/** The verdict as readers see it. */
export const VERDICT_TEXT: Readonly<Record<Verdict, string>> = {
  reproduced: "reproduced",
  opposite: "opposite",
  "not resolved": "not resolved at this size",
};

/** How many claims have which verdict: `3 reproduced, 0 opposite, 11 not resolved at this size`. */
export function verdictCounts(findings: readonly Finding[]): string {
  return (Object.keys(VERDICT_TEXT) as Verdict[])
    .map((verdict) => {
      const count = findings.filter((finding) => finding.verdict === verdict).length;
      return `${count} ${VERDICT_TEXT[verdict]}`;
    })
    .join(", ");
}

/** What of a finding is shown: of a claim that nothing was measured for, the deciding test says enough. */
export function shownEvidence({ evidence }: Finding): readonly Evidence[] {
  const something = evidence.some(({ estimate }) => estimate !== null);
  return something ? evidence : evidence.slice(0, 1);
}

/** A number of an effect: differences have signs, ratios and ends of curves have none. */
export function effectNumber({ test }: Evidence, value: number): string {
  return test.ratio || test.terms.length === 1 ? value.toFixed(2).replace("-", "−") : signed(value);
}

/** `+1.20 points`; null without a run. */
export function effectText(evidence: Evidence): string | null {
  if (evidence.estimate === null) return null;
  return withUnit(evidence, effectNumber(evidence, evidence.estimate.mean));
}

/** `[+0.31, +2.09]`; null without an interval. */
export function intervalText(evidence: Evidence): string | null {
  const interval = evidence.estimate?.interval;
  if (!interval || evidence.pairing === "counted") return null;
  return `[${effectNumber(evidence, interval.low)}, ${effectNumber(evidence, interval.high)}]`;
}

/** The paper's effect; null where it prints none. */
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

/** What would make the claim hold: `expected above 0`. */
export function expectationText({ test: { expect } }: Evidence): string {
  const [side, border] = "above" in expect ? ["above", expect.above] : ["below", expect.below];
  return `expected ${side} ${`${border}`.replace("-", "−")}`;
}

function withUnit({ test: { unit } }: Evidence, text: string): string {
  return unit === "" ? text : `${text} ${unit}`;
}
