/**
 * Figure 1: how far a layer moves its input.
 *
 * @module
 */
import type { Experiment } from "../experiment.ts";

/** Figure 1. */
export const FIGURE_1: Experiment = {
  id: "figure-1",
  kind: "figure",
  title: "From layer to layer",
  question: "Do shared layers change their input more smoothly than layers of their own?",
  protocol:
    "L2 distance and angle between the input and output embedding of every layer, mean over tokens, for BERT-large and ALBERT-large of 24 layers.",
  notes: [
    "In the paper both fall over the first layers (distance from about 18, angle from about 45 degrees), ALBERT's curves far more smoothly than BERT's, and neither goes to zero: the layers do not converge to a fixed point. Its text gives no numbers.",
  ],
  columns: [
    {
      id: "distance",
      label: "L2 distance",
      measure: { kind: "curve", curve: "layer_distance" },
    },
    { id: "angle", label: "Angle, degrees", measure: { kind: "curve", curve: "layer_angle" } },
  ],
  rows: [
    { id: "bert-large", label: "BERT-large", variation: { model: "bert-large" }, paper: {} },
    { id: "albert-large", label: "ALBERT-large", variation: { model: "albert-large" }, paper: {} },
  ],
};
