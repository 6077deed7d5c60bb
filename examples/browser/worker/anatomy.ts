/**
 * The parts of a configuration: which parameters exist, which layers use them, and the memory of a training step.
 *
 * @module
 */
import {
  countParameters,
  encoderSpecs,
  type ModelConfig,
  planPretrainingStep,
  pretrainingSpecs,
} from "@albert-lab/albert";
import {
  attentionSpecs,
  blockSets,
  type DenseSpec,
  feedForwardSpecs,
  type NormSpec,
  poolerSpecs,
  type SetIndex,
} from "@albert-lab/albert/model";
import type { Anatomies, Anatomy, ConfigSource, ParameterSet, StepMemory } from "../protocol.ts";
import { recipeOf } from "../recipe.ts";

/** The step that is planned for a loaded model, whose training settings are unknown. */
const BATCH = 16;
const SEQUENCE = 64;
const MASKED = 0.15;

const BYTES = Float32Array.BYTES_PER_ELEMENT;

/** A step of one worker. */
interface Step {
  readonly batch: number;
  readonly sequence: number;
  readonly predictions: number;
}

/** Describes the configuration of a loaded model, and the same one with the opposite sharing. */
export function anatomiesOfModel(config: ModelConfig): Anatomies {
  const sequence = Math.min(SEQUENCE, config.maxPositionEmbeddings);
  return anatomies(config, { batch: BATCH, sequence, predictions: Math.ceil(MASKED * sequence) });
}

/** Describes the model of settings, and the same one with the opposite sharing. */
export function anatomiesOfSettings(
  { settings, vocabularySize }: Exclude<ConfigSource, { model: string }>,
): Anatomies {
  const { config, settings: { batchSize, examples } } = recipeOf(settings, vocabularySize);
  const { maxSeqLength: sequence, maxPredictionsPerSeq: predictions } = examples;
  return anatomies(config, { batch: batchSize, sequence, predictions });
}

function anatomies(config: ModelConfig, step: Step): Anatomies {
  const own = anatomyOf(config, step);
  const shares = own.sets.some(({ layers }) => layers.length > 1);
  const other = anatomyOf({
    ...config,
    share: shares ? "none" : "all",
    numHiddenGroups: shares ? config.numHiddenLayers : 1,
  }, step);
  return { own, other, shares, batch: step.batch, sequence: step.sequence };
}

/** Describes one configuration. */
export function anatomyOf(config: ModelConfig, step: Step): Anatomy {
  return {
    layers: blockSets(config).length,
    sets: parameterSets(config),
    memory: stepMemory(config, step),
  };
}

function parameterSets(config: ModelConfig): ParameterSet[] {
  const blocks = new Map<string, { set: ParameterSet; layers: number[] }>();
  const use = (kind: "attention" | "feedForward", index: SetIndex, layer: number) => {
    const key = `${kind} ${index.group} ${index.inner}`;
    const known = blocks.get(key);
    if (known !== undefined) return known.layers.push(layer);
    const specs = kind === "attention"
      ? attentionSpecs(config, index)
      : feedForwardSpecs(config, index);
    const layers = [layer];
    blocks.set(key, { layers, set: { kind, parameters: sizeOf(Object.values(specs)), layers } });
  };
  for (const [i, { attention, feedForward }] of blockSets(config).entries()) {
    use("attention", attention, i + 1);
    use("feedForward", feedForward, i + 1);
  }
  const sets = [...blocks.values()].map(({ set }) => set);
  const encoder = countParameters(encoderSpecs(config));
  const pooler = sizeOf([poolerSpecs(config)]);
  const inLayers = sets.reduce((sum, { parameters }) => sum + parameters, 0);
  const heads = countParameters(pretrainingSpecs(config)) - encoder + pooler;
  return [
    { kind: "embeddings", parameters: encoder - pooler - inLayers, layers: [] },
    ...sets,
    { kind: "heads", parameters: heads, layers: [] },
  ];
}

function sizeOf(specs: readonly (DenseSpec | NormSpec)[]): number {
  return countParameters(specs.flatMap(({ weight, bias }) => [weight, bias]));
}

function stepMemory(config: ModelConfig, { batch, sequence, predictions }: Step): StepMemory {
  const plan = planPretrainingStep(config, batch, sequence, predictions);
  const parameterBytes = BYTES * plan.pretrainingParameters;
  return {
    parameterBytes,
    gradientBytes: parameterBytes,
    momentBytes: 2 * parameterBytes,
    temporaryBytes: plan.temporaryBytes,
  };
}
