/**
 * Parameters: what a model is made of, before and after it has memory.
 *
 * @module
 */
import type { Tensor } from "../tensor/mod.ts";

/** What a parameter is, which decides how it starts and how the optimizer treats it. */
export type ParameterKind = "matrix" | "embedding" | "bias" | "norm_weight" | "norm_bias";

/** A parameter to be made. */
export interface ParameterSpec {
  /** Hugging Face's name. */
  readonly name: string;
  /** Rows first. */
  readonly shape: readonly number[];
  /** What it is. */
  readonly kind: ParameterKind;
}

/** A parameter with its value and gradient on a device. */
export interface Parameter extends Tensor {
  /** Name, shape and kind. */
  readonly spec: ParameterSpec;
}

/**
 * Weight decay and LAMB's trust ratio leave out normalizations and biases, the output bias too (google-research/albert
 * lamb_optimizer.py excludes names with "LayerNorm", "layer_norm" or "bias").
 */
export function isDecayed(spec: ParameterSpec): boolean {
  return spec.kind === "matrix" || spec.kind === "embedding";
}

/** A dense layer's parameters: weight `[out, in]`, bias `[out]`. */
export interface DenseSpec {
  /** Of the dense layer, or scale. */
  readonly weight: ParameterSpec;
  /** Of the dense layer, or shift. */
  readonly bias: ParameterSpec;
}

/** A normalization's parameters, each `[size]`. */
export interface NormSpec {
  /** Of the dense layer, or scale. */
  readonly weight: ParameterSpec;
  /** Of the dense layer, or shift. */
  readonly bias: ParameterSpec;
}

/** Specs of a dense layer called `name`. */
export function denseSpec(name: string, outputs: number, inputs: number): DenseSpec {
  return {
    weight: { name: `${name}.weight`, shape: [outputs, inputs], kind: "matrix" },
    bias: { name: `${name}.bias`, shape: [outputs], kind: "bias" },
  };
}

/** Specs of a normalization called `name`. */
export function normSpec(name: string, size: number): NormSpec {
  return {
    weight: { name: `${name}.weight`, shape: [size], kind: "norm_weight" },
    bias: { name: `${name}.bias`, shape: [size], kind: "norm_bias" },
  };
}
