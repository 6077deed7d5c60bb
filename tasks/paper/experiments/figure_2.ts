/**
 * Figure 2: masked words over training, with more data and without dropout.
 *
 * @module
 */
import type { Experiment } from "../experiment.ts";

/** Figure 2. */
export const FIGURE_2: Experiment = {
  id: "figure-2",
  kind: "figure",
  title: "Masked words, with more data and without dropout",
  question: "Do additional data and no dropout raise the accuracy on masked words?",
  protocol: "Accuracy on masked words of the development text while a model is pretrained.",
  notes: [
    "In the paper's left panel (steps 350k to 550k, 66 to 70%) the curve with additional data lies clearly above; in its right panel (0.9M to 1.5M, 70 to 72.5%) that without dropout does.",
    "The model is not named. Accuracies of 66 to 72% (ALBERT-base has 54% in Table 5) fit xxlarge, which is what is run here.",
  ],
  columns: [
    { id: "mlm", label: "MLM accuracy", measure: { kind: "curve", curve: "mlm_accuracy" } },
  ],
  rows: [
    {
      id: "without-data",
      group: "Additional data",
      label: "W/o additional data",
      variation: { model: "albert-xxlarge", dropout: 0.1, steps: 550_000 },
      paper: {},
    },
    {
      id: "with-data",
      group: "Additional data",
      label: "W additional data",
      variation: { model: "albert-xxlarge", dropout: 0.1, steps: 550_000, extraData: true },
      paper: {},
    },
    {
      id: "with-dropout",
      group: "Dropout",
      label: "W dropout",
      variation: { model: "albert-xxlarge", dropout: 0.1, steps: 1_500_000, extraData: true },
      paper: {},
    },
    {
      id: "without-dropout",
      group: "Dropout",
      label: "W/o dropout",
      variation: { model: "albert-xxlarge", dropout: 0, steps: 1_500_000, extraData: true },
      paper: {},
    },
  ],
};
