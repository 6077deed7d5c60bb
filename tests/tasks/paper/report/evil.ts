/** An experiment in which every text contains markup, with all kinds of cells. */
import type { Column, Experiment, MeasuredExperiment } from "../../../../tasks/paper/mod.ts";
import { jobFailure, jobResult, measuredExperiment } from "../../../support/paper_results.ts";

/** Special characters of HTML, Markdown, LaTeX and CSV. */
export const EVIL = `<b>&"x"</b>, 50% | #1_a $\\alpha$ ~{^}`;

const COLUMNS: readonly Column[] = [
  { id: "parameters", label: "Parameters", measure: { kind: "parameters", size: "paper" } },
  {
    id: "squad",
    label: `SQuAD ${EVIL}`,
    measure: { kind: "finetune", benchmark: "squad-1.1", metrics: ["f1", "exact_match"] },
  },
  {
    id: "sst",
    label: "SST-2",
    measure: { kind: "finetune", benchmark: "sst-2", metrics: ["accuracy"] },
    added: true,
  },
];

const EXPERIMENT: Experiment = {
  ...{ id: "table-98", kind: "table", title: `T ${EVIL}`, question: `Q ${EVIL}?` },
  ...{ protocol: `P ${EVIL}.`, notes: [`N ${EVIL}`] },
  columns: COLUMNS,
  rows: [
    {
      ...{ id: "one", group: `G ${EVIL}`, label: `R ${EVIL}`, variation: { model: "albert-base" } },
      paper: { parameters: "12M", squad: "89.3/82.3" },
    },
    {
      ...{
        id: "two",
        group: `G ${EVIL}`,
        label: "Two",
        added: true,
        variation: { model: "albert-large" },
      },
      paper: { squad: `90_${EVIL}` },
    },
    { id: "quoted", group: "Others", label: "Quoted", paper: { squad: "95.5/90.1" } },
  ],
};

/** Has cells with three seeds and a stand-in, a single seed, a failure, missing results, and quoted numbers. */
export function evilExperiment(): MeasuredExperiment {
  const seeds = [[60, 50], [62, 51], [64, 52]].map((values, i) => ({
    ...{ seed: i + 1, values },
    result: jobResult(`three${i}`, {
      ...{ seed: i + 1, label: `L ${EVIL}`, standIns: [`S ${EVIL}`], remarks: [`M ${EVIL}`] },
    }),
  }));
  return measuredExperiment(EXPERIMENT, {
    "one/parameters": [[11_683_584]],
    "one/squad": { seeds, standIns: [`S ${EVIL}`] },
    "one/sst": [[81.25]],
    "two/squad": { missing: `Absent ${EVIL}.` },
    "two/sst": { failures: [jobFailure("bad", `E ${EVIL}`)] },
    "two/parameters": { missing: `Absent ${EVIL}.` },
    ...{ "quoted/parameters": {}, "quoted/squad": {}, "quoted/sst": {} },
  });
}
