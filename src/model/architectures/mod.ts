/**
 * The encoder families. A new one is a file like `bert.ts` and an entry in {@linkcode ARCHITECTURES}.
 *
 * @module
 */
import type { Architecture, ModelConfig } from "../config.ts";
import { albert } from "./albert.ts";
import type { ArchitectureDefinition } from "./architecture.ts";
import { bert } from "./bert.ts";

export { ALBERT_DEFAULTS } from "./albert.ts";
export type * from "./architecture.ts";

/** The families by their `model_type` in config.json. */
export const ARCHITECTURES: Readonly<Record<Architecture, ArchitectureDefinition>> = {
  albert,
  bert,
};

/** Returns the family of a configuration. */
export function architectureOf({ arch }: Pick<ModelConfig, "arch">): ArchitectureDefinition {
  return ARCHITECTURES[arch];
}

/** Returns the name of a Hugging Face class, such as `AlbertForMaskedLM` for the suffix `ForMaskedLM`. */
export function transformersClass(config: Pick<ModelConfig, "arch">, suffix: string): string {
  return `${architectureOf(config).classPrefix}${suffix}`;
}
