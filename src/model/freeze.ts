/**
 * Parts of a model whose parameters training does not change.
 *
 * @module
 */
import { ConfigError, type ModelConfig } from "./config.ts";
import type { DenseSpec, NormSpec } from "./parameters.ts";
import { blockSets } from "./sharing.ts";
import {
  attentionSpecs,
  embeddingSpecs,
  encoderSpecs,
  feedForwardSpecs,
  poolerSpecs,
} from "./specs.ts";

/** The forms of a part. */
const FORMS = "embeddings, layers:N for the first N layers, or encoder for all but the head";

/**
 * Returns the names of the parameters of some parts: `embeddings` (with their layer normalization and projection), `layers:N` (the first N layers), or `encoder` (all
 * parameters but those of the head).
 *
 * @throws {ConfigError} if a part is not valid, or the first N layers share parameters with later ones
 */
export function frozenNames(config: ModelConfig, parts: readonly string[]): Set<string> {
  return new Set(parts.flatMap((part) => namesOf(config, part)));
}

/**
 * Returns how many parts of the encoder need no gradients, from its input on: the embeddings, each block and the pooler, until the first one with a parameter that is
 * trained.
 *
 * @param frozen names of the frozen parameters
 */
export function partsWithoutGradients(config: ModelConfig, frozen: ReadonlySet<string>): number {
  const parts = [
    embeddingNames(config),
    ...blockSets(config).map((block) => blockNames(config, block)),
    pair(poolerSpecs(config)).map(({ name }) => name),
  ];
  const trained = parts.findIndex((names) => !names.every((name) => frozen.has(name)));
  return trained === -1 ? parts.length : trained;
}

function namesOf(config: ModelConfig, part: string): string[] {
  if (part === "encoder") return encoderSpecs(config).map(({ name }) => name);
  if (part === "embeddings") return embeddingNames(config);
  const layers = Number(/^layers:(\d+)$/.exec(part)?.[1]);
  const most = config.numHiddenLayers;
  if (!(layers >= 1)) throw new ConfigError(`freeze must be ${FORMS}, got ${part}`);
  if (layers > most) {
    throw new ConfigError(`freeze must be at most layers:${most} for this model, got ${part}`);
  }
  const names = (from: number, to: number) =>
    blockSets(config).filter(({ layer }) => layer >= from && layer < to)
      .flatMap((block) => blockNames(config, block));
  const frozen = names(0, layers), later = new Set(names(layers, most));
  if (frozen.some((name) => later.has(name))) {
    throw new ConfigError(
      `freeze ${part} is not possible: these layers share parameters with later ones; use layers:${most}`,
    );
  }
  return frozen;
}

function embeddingNames(config: ModelConfig): string[] {
  const { words, positions, types, layerNorm, projection } = embeddingSpecs(config);
  return [words, positions, types, ...pair(layerNorm), ...pair(projection)]
    .map(({ name }) => name);
}

function blockNames(
  config: ModelConfig,
  { attention, feedForward }: ReturnType<typeof blockSets>[number],
): string[] {
  return [
    ...Object.values(attentionSpecs(config, attention)),
    ...Object.values(feedForwardSpecs(config, feedForward)),
  ].flatMap((spec: DenseSpec | NormSpec) => pair(spec).map(({ name }) => name));
}

function pair(spec: DenseSpec | NormSpec | undefined) {
  return spec === undefined ? [] : [spec.weight, spec.bias];
}
