/**
 * Pairs of settings whose difference the paper measures, with what it found.
 *
 * @module
 */
import type { RunEvaluation } from "../protocol.ts";
import { SETTING_NAMES, type SettingName, type Settings } from "../settings.ts";

/** A comparison of two runs that differ in one setting. */
export interface Comparison {
  readonly title: string;
  /** The setting that differs. */
  readonly name: SettingName;
  /** Values and labels of both runs. */
  readonly values: readonly [string, string];
  readonly labels: readonly [string, string];
  /** The sizes that it is for; all if absent. */
  readonly sizes?: readonly Settings["size"][];
  /** What the paper reports. */
  readonly claim: string;
  /** What is different with these settings; null if nothing is. */
  readonly note?: (settings: Settings) => string | null;
  /** What the claim predicts for the two runs, from their evaluations: the first number is expected to be larger. */
  readonly expectation: Expectation;
}

/** A statement about proportions of two runs. */
export interface Expectation {
  /** Such as `the masked-LM accuracy is higher without sharing`. */
  readonly statement: string;
  /** The proportion that is expected to be higher, and the other. */
  readonly higher: (evaluations: readonly [RunEvaluation, RunEvaluation]) => Proportion | null;
  readonly lower: (evaluations: readonly [RunEvaluation, RunEvaluation]) => Proportion | null;
}

/** A fraction of a number of trials. */
export interface Proportion {
  readonly label: string;
  readonly value: number;
  readonly trials: number;
}

/** The comparisons in the order of the page. */
const COMPARISONS: readonly Comparison[] = [
  {
    title: "Shared or not",
    name: "share",
    values: ["all", "none"],
    labels: ["All shared", "Not shared"],
    claim:
      "Sharing all layers of ALBERT-base reduces 89 M parameters to 12 M, and the mean score on the benchmarks falls from 81.6 to 80.1 (Table 4, E = 128).",
    expectation: {
      statement: "more masked tokens are predicted correctly without sharing",
      higher: ([, notShared]) => masked("not shared", notShared),
      lower: ([shared]) => masked("shared", shared),
    },
  },
  // In the paper, E is at most H.
  embedding(["16", "64"], ["tiny"]),
  embedding(["32", "128"], ["small", "medium"]),
  {
    title: "SOP or NSP",
    name: "objective",
    values: ["sop", "nsp"],
    labels: ["SOP", "NSP"],
    claim:
      "A model trained with NSP orders sentences by chance (52.0%), while one trained with SOP also solves NSP (78.9%), and scores higher on the benchmarks: 80.1 compared with 79.2 (Table 5).",
    expectation: {
      statement: "the NSP model orders sentences worse than the SOP model",
      higher: ([sop]) => order("SOP model", sop),
      lower: ([, nsp]) => order("NSP model", nsp),
    },
    note: ({ text }) =>
      text === "farm"
        ? "Every paragraph of the toy text has the same order, so NSP also learns it: a swapped pair never occurs as a correct one."
        : null,
  },
];

/** Compares two embedding sizes. */
function embedding(
  values: readonly [string, string],
  sizes: readonly Settings["size"][],
): Comparison {
  const labels = [`E = ${values[0]}`, `E = ${values[1]}`] as const;
  return {
    ...{ title: `E of ${values[0]} or ${values[1]}`, name: "embedding", values, labels, sizes },
    claim:
      `With shared layers and H = 768, E = 128 is best: the mean score is 79.0 with 64, 80.1 with 128, 79.6 with 256 and 79.8 with 768 (Table 3). The paper has no model with E = ${
        values[0]
      }.`,
    expectation: {
      statement: "more masked tokens are predicted correctly with the larger E",
      higher: ([, large]) => masked(labels[1], large),
      lower: ([small]) => masked(labels[0], small),
    },
    note: ({ size }) =>
      size === "small" && values[1] === "128"
        ? "The size Small has H = 128, so E = 128 does not reduce the embeddings."
        : null,
  };
}

/** The comparisons for a size. */
export function comparisonsFor(size: Settings["size"]): readonly Comparison[] {
  return COMPARISONS.filter(({ sizes }) => sizes?.includes(size) ?? true);
}

function masked(label: string, { maskedAccuracy, maskedTokens }: RunEvaluation): Proportion {
  return { label, value: maskedAccuracy, trials: maskedTokens };
}

function order(label: string, { sop, pairs }: RunEvaluation): Proportion | null {
  return sop === null ? null : { label, value: sop, trials: pairs };
}

/** Settings of both runs of a comparison: an ALBERT with the other settings of the form. */
export function settingsOf({ name, values }: Comparison, form: Settings): [Settings, Settings] {
  const albert = { ...form, share: "all", objective: "sop" } as const;
  return [{ ...albert, [name]: values[0] }, { ...albert, [name]: values[1] }];
}

/** The comparison that two runs belong to, if they differ in its setting only. */
export function comparisonOf(a: Settings, b: Settings): Comparison | null {
  const different = SETTING_NAMES.filter((name) => a[name] !== b[name]);
  if (different.length !== 1) return null;
  return COMPARISONS.find(({ name, values }) =>
    name === different[0] && a[name] === values[0] && b[name] === values[1]
  ) ?? null;
}

/** Whether an expectation was met; `undecided` if the difference is within two standard errors. */
export type Verdict = "met" | "not met" | "undecided";

/** Compares two proportions. Tokens of one text are not independent, so the real error is larger. */
export function verdictOf(higher: Proportion, lower: Proportion): Verdict {
  const variance = ({ value, trials }: Proportion) => value * (1 - value) / trials;
  const difference = higher.value - lower.value;
  const error = Math.sqrt(variance(higher) + variance(lower));
  if (Math.abs(difference) <= 2 * error) return "undecided";
  return difference > 0 ? "met" : "not met";
}
