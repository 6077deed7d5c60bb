/**
 * Figure 1: L2 distance and angle between the input and output of each layer.
 *
 * @module
 */
import type { Experiment } from "../experiment.ts";

export const FIGURE_1: Experiment = {
  id: "figure-1",
  kind: "figure",
  title: "Transitions between layers",
  question: "Are transitions from layer to layer smoother if the layers share their parameters?",
  protocol:
    "L2 distance and angle between the input and output embedding of every layer, averaged over tokens, for BERT-large and ALBERT-large with 24 layers.",
  notes: [
    "In the paper, both decrease over the first layers (distance from about 18, angle from about 45 degrees), much more smoothly for ALBERT than for BERT. Neither converges to zero, so the layers do not reach a fixed point. The text gives no numbers.",
  ],
  columns: [
    {
      id: "distance",
      label: "L2 distance",
      measure: { kind: "curve", curve: "layer_distance" },
    },
    { id: "angle", label: "Angle (degrees)", measure: { kind: "curve", curve: "layer_angle" } },
  ],
  rows: [
    { id: "bert-large", label: "BERT-large", variation: { model: "bert-large" }, paper: {} },
    { id: "albert-large", label: "ALBERT-large", variation: { model: "albert-large" }, paper: {} },
  ],
};
