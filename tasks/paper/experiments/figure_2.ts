/**
 * Figure 2: masked-LM accuracy during training, with additional data and without dropout.
 *
 * @module
 */
import type { Experiment } from "../experiment.ts";

export const FIGURE_2: Experiment = {
  id: "figure-2",
  kind: "figure",
  title: "Masked-LM accuracy with additional data and without dropout",
  question: "Do additional data and the removal of dropout improve masked-LM accuracy?",
  protocol: "Masked-LM accuracy on the development text during pretraining.",
  notes: [
    "In the paper's left panel (steps 350k to 550k, 66 to 70%), the curve with additional data is clearly higher; in its right panel (steps 0.9M to 1.5M, 70 to 72.5%), the curve without dropout is.",
    "The paper does not name the model. Accuracies of 66 to 72% (ALBERT-base has 54% in Table 5) suggest xxlarge, which is used here.",
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
