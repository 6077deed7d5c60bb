/**
 * Cells that are counted, not run: sizes, costs, recipes.
 *
 * @module
 */
import { countParameters, encoderSpecs } from "../../../src/model/mod.ts";
import type { Column, Measure, Row } from "../experiment.ts";
import { type StepCost, stepCost } from "../measure/mod.ts";
import { paperConfig, paperRecipe, type Preset, rowConfig } from "../presets/mod.ts";
import type { MeasuredCell } from "../result.ts";

/** A step of one example of the paper's length, all of it at once. */
const ONE_EXAMPLE = { batchSize: 1, microBatchSize: 1, sequenceLength: 512, maxPredictions: 77 };

/** What counting needs to know. */
export interface CountingPlan {
  readonly preset: Preset;
  /** Pieces of the run's vocabulary. */
  readonly vocabSize: number;
}

/** The number or word of a counted cell; null where the row has no model of ours. */
export function countedCell(
  { preset, vocabSize }: CountingPlan,
  row: Row,
  column: Column,
): Pick<MeasuredCell, "seeds" | "text"> | null {
  const { variation, benchmark } = row;
  const { measure } = column;
  if (measure.kind === "recipe") {
    const value = benchmark === undefined ? undefined : paperRecipe(benchmark)[measure.field];
    return value === undefined ? null : number(value);
  }
  if (variation === undefined) return null;
  switch (measure.kind) {
    case "parameters": {
      const config = measure.size === "paper"
        ? paperConfig(variation)
        : rowConfig(preset, variation, vocabSize);
      return number(countParameters(encoderSpecs(config)));
    }
    case "config":
      return configCell(row, measure);
    case "cost": {
      const cost = costOf(row);
      return number(measure.of === "memory" ? cost.peakBytes : cost.gradientBytes);
    }
    default:
      return null;
  }
}

/** Whether a column is counted. */
export function isCounted({ measure }: Column): boolean {
  return ["parameters", "config", "cost", "recipe"].includes(measure.kind);
}

function configCell(
  { variation }: Row,
  { field }: Extract<Measure, { kind: "config" }>,
): Pick<MeasuredCell, "seeds" | "text"> {
  const config = paperConfig(variation!);
  // The paper asks whether parameters are shared, not which.
  if (field === "share") return { seeds: [], text: config.share === "none" ? "False" : "True" };
  return number(config[field]);
}

const costs = new Map<string, StepCost>();

/** Planning a wide model takes a while, and several columns ask. */
function costOf({ variation }: Row): StepCost {
  const name = JSON.stringify(variation);
  let cost = costs.get(name);
  if (cost === undefined) costs.set(name, cost = stepCost(paperConfig(variation!), ONE_EXAMPLE));
  return cost;
}

function number(value: number): Pick<MeasuredCell, "seeds" | "text"> {
  return { seeds: [{ seed: 0, values: [value] }] };
}
