/**
 * The parameters of a model: their specifications, and their values and gradients on a device. Values and gradients are each one flat buffer in which every tensor
 * starts at an aligned offset, so that one optimizer pass, one clipping, one all-reduce and one checkpoint cover all of them.
 *
 * @module
 */
import { elementwiseFill } from "../../kernels/mod.ts";
import {
  allocateAll,
  type Device,
  type DeviceBuffer,
  VIEW_ALIGNMENT,
  whole,
} from "../device/mod.ts";
import { elements, inRanges, type Tensor } from "../tensor/mod.ts";

/** Kind of a parameter. It determines the initial values, and whether the optimizer applies weight decay. */
export type ParameterKind = "matrix" | "embedding" | "bias" | "norm_weight" | "norm_bias";

/** Specification of a parameter. */
export interface ParameterSpec {
  /** Name in Hugging Face checkpoints. */
  readonly name: string;
  /** Dimensions, outermost first. */
  readonly shape: readonly number[];
  /** Kind of parameter. */
  readonly kind: ParameterKind;
}

/** A parameter with its value and gradient on a device. */
export interface Parameter extends Tensor {
  /** Name, shape and kind. */
  readonly spec: ParameterSpec;
}

/**
 * Returns whether weight decay and LAMB's trust ratio apply to a parameter. They exclude layer normalization and all biases (google-research/albert
 * `lamb_optimizer.py` excludes names with "LayerNorm", "layer_norm" or "bias").
 */
export function isDecayed(spec: ParameterSpec): boolean {
  return spec.kind === "matrix" || spec.kind === "embedding";
}

/** Parameters of a dense layer. */
export interface DenseSpec {
  /** `[outputs, inputs]`. */
  readonly weight: ParameterSpec;
  /** `[outputs]`. */
  readonly bias: ParameterSpec;
}

/** Parameters of a layer normalization. */
export interface NormSpec {
  /** The scale, `[size]`. */
  readonly weight: ParameterSpec;
  /** The shift, `[size]`. */
  readonly bias: ParameterSpec;
}

/** Returns the parameters of a dense layer whose tensors are `name.weight` and `name.bias`. */
export function denseSpec(name: string, outputs: number, inputs: number): DenseSpec {
  return {
    weight: { name: `${name}.weight`, shape: [outputs, inputs], kind: "matrix" },
    bias: { name: `${name}.bias`, shape: [outputs], kind: "bias" },
  };
}

/** Returns the parameters of a layer normalization whose tensors are `name.weight` and `name.bias`. */
export function normSpec(name: string, size: number): NormSpec {
  return {
    weight: { name: `${name}.weight`, shape: [size], kind: "norm_weight" },
    bias: { name: `${name}.bias`, shape: [size], kind: "norm_bias" },
  };
}

/** The parameters of a model on a device. */
export class Parameters {
  /** The device that stores them. */
  readonly device: Device;
  /** All parameters in the order of the flat buffers. */
  readonly list: readonly Parameter[];
  /** The values of all parameters, float32. */
  readonly values: DeviceBuffer;
  /** The gradients of all parameters, in the same layout; undefined if the model is not trainable. */
  readonly gradients?: DeviceBuffer;
  readonly #byName: ReadonlyMap<string, Parameter>;

  /**
   * Allocates the parameters. All values are zero.
   *
   * @throws {RangeError} if the parameters do not fit in one buffer of the device, or two have the same name
   */
  constructor(
    device: Device,
    specs: readonly ParameterSpec[],
    { trainable = true }: { readonly trainable?: boolean } = {},
  ) {
    this.device = device;
    const { places, length } = layOut(specs);
    const [values, gradients] = allocateAll(device, [
      [length, "f32", "parameters"],
      ...(trainable ? [[length, "f32", "gradients"] as const] : []),
    ]);
    this.values = values;
    if (gradients !== undefined) this.gradients = gradients;
    this.list = places.map(({ spec, offset, size }) => ({
      spec,
      shape: spec.shape,
      view: { buffer: this.values, offset, length: size },
      gradient: this.gradients && { buffer: this.gradients, offset, length: size },
    }));
    this.#byName = new Map(this.list.map((parameter) => [parameter.spec.name, parameter]));
  }

  /**
   * Returns the parameter with the name of a specification.
   *
   * @throws {TypeError} if the model does not have it
   */
  get(spec: ParameterSpec): Parameter {
    const parameter = this.#byName.get(spec.name);
    if (parameter === undefined) {
      throw new TypeError(`The model does not have a parameter ${spec.name}`);
    }
    return parameter;
  }

  /** Returns the parameter with a name, or undefined. */
  find(name: string): Parameter | undefined {
    return this.#byName.get(name);
  }

  /** The number of elements of all parameters, without alignment gaps. */
  get count(): number {
    return this.list.reduce((sum, { shape }) => sum + elements(shape), 0);
  }

  /** Sets all gradients to zero. */
  clearGradients(): void {
    if (this.gradients === undefined) return;
    inRanges(
      this.device,
      [whole(this.gradients)],
      ([out], count) =>
        this.device.run(elementwiseFill, { bindings: { out }, uniforms: { count, value: 0 } }),
    );
  }

  /** Frees the device memory. */
  free(): void {
    this.device.free(this.values);
    if (this.gradients !== undefined) this.device.free(this.gradients);
  }
}

function layOut(specs: readonly ParameterSpec[]): {
  places: { spec: ParameterSpec; offset: number; size: number }[];
  length: number;
} {
  const names = new Set<string>();
  let length = 0;
  const places = specs.map((spec) => {
    if (names.has(spec.name)) throw new RangeError(`Duplicate parameter name ${spec.name}`);
    names.add(spec.name);
    const size = elements(spec.shape);
    const offset = length;
    length = Math.ceil((offset + size) / VIEW_ALIGNMENT) * VIEW_ALIGNMENT;
    return { spec, offset, size };
  });
  return { places, length };
}
