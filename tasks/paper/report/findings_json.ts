/**
 * The findings as JSON, for programs. The format is fixed.
 *
 * @module
 */
import { experimentName } from "../experiment.ts";
import type { Finding, Verdict } from "../findings/assess.ts";

/** One claim of the paper in `findings.json`. */
export interface FindingRecord {
  /** The claim, one sentence. */
  readonly claim: string;
  /** `Table 5`, `Figure 2`: the experiment that decides. */
  readonly table: string;
  /** The primary statistic. */
  readonly statistic: string;
  /** Its mean over seeds. */
  readonly effect: number;
  /** The interval, corrected for the number of claims; null if and only if the effect is counted. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Number of seeds, or `counted` for numbers that are computed from configurations. */
  readonly seeds: number | "counted";
  /** The paper's effect in the same statistic; null if the paper does not print it. */
  readonly paper: number | null;
  readonly verdict: Verdict;
}

/** Lists the claims of the paper that have an effect with an interval, or a counted one, in the paper's order. Controls are excluded. */
export function findingRecords(findings: readonly Finding[]): FindingRecord[] {
  return findings.flatMap(({ claim, verdict, evidence: [primary] }) => {
    const { estimate, pairing, test, paper, runs } = primary;
    if (claim.control || estimate === null || estimate.interval === null) return [];
    const { low, high } = estimate.interval;
    const counted = pairing === "counted";
    return [{
      claim: claim.claim,
      table: experimentName(test.experiment),
      statistic: test.statistic,
      effect: estimate.mean,
      interval: counted ? null : [low, high] as const,
      seeds: counted ? "counted" as const : runs,
      paper,
      verdict,
    }];
  });
}
