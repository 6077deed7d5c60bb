/**
 * §4.6 and Table 5: what each pair task teaches about the other.
 *
 * @module
 */
import { type Claim, minus, plus, type Score, type Term, type Test } from "../claim.ts";

const accuracy = (metric: string): Score => ({ kind: "intrinsic", metric });

/** What training on one task brings for another, over a model that learned neither. */
function transfer(from: "nsp" | "sop", metric: string): Term[] {
  return [
    plus({ pairObjective: from }, accuracy(metric)),
    minus({ pairObjective: "none" }, accuracy(metric)),
  ];
}

function onTask(statistic: string, terms: Term[], expect: Test["expect"]): Test {
  return { statistic, experiment: "table-5", terms, unit: "points", expect };
}

const negative = (terms: Term[]): Term[] =>
  terms.map((term) => ({ ...term, weight: -term.weight }));

/** SOP-trained models solve NSP; NSP-trained ones do not solve SOP. */
export const PAIR_TRANSFER: Claim = {
  id: "pair-transfer",
  claim:
    "A model trained on sentence order also solves next-sentence prediction; one trained on next sentences does not solve sentence order.",
  source: "§4.6, Table 5",
  tests: [
    onTask(
      "what sentence order brings for next sentences less what next sentences bring for sentence order",
      [...transfer("sop", "nsp_accuracy"), ...negative(transfer("nsp", "sop_accuracy"))],
      { above: 0 },
    ),
    onTask("NSP accuracy, trained on SOP less on neither", transfer("sop", "nsp_accuracy"), {
      above: 0,
    }),
    onTask(
      "SOP accuracy, trained on NSP less on neither (five points would be a beginning)",
      transfer("nsp", "sop_accuracy"),
      { below: 5 },
    ),
    onTask(
      "the first, on pairs that needed no cut",
      [
        ...transfer("sop", "nsp_whole_accuracy"),
        ...negative(transfer("nsp", "sop_whole_accuracy")),
      ],
      { above: 0 },
    ),
  ],
};
