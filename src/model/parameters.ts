/**
 * The parameters of a model on a device: values and gradients, each one flat buffer, every tensor at an aligned place. One optimizer pass, one clip, one all-reduce
 * and one checkpoint cover them all.
 *
 * @module
 */
import { elementwiseFill } from "../../kernels/mod.ts";
import { type Device, type DeviceBuffer, VIEW_ALIGNMENT, whole } from "../device/mod.ts";
import { elements, inRanges } from "../tensor/mod.ts";
import type { Parameter, ParameterSpec } from "./parameter.ts";

/** A model's parameters. */
export class Parameters {
  /** Where they live. */
  readonly device: Device;
  /** In layout order. */
  readonly list: readonly Parameter[];
  /** All values, flat. */
  readonly values: DeviceBuffer;
  /** Absent for a model that is only evaluated. */
  readonly gradients?: DeviceBuffer;
  readonly #byName: ReadonlyMap<string, Parameter>;

  /**
   * Makes room for the parameters, all zero.
   *
   * @throws {RangeError} when they do not fit one buffer of the device, or two have one name.
   */
  constructor(
    device: Device,
    specs: readonly ParameterSpec[],
    { trainable = true }: { readonly trainable?: boolean } = {},
  ) {
    this.device = device;
    const { places, length } = layOut(specs);
    this.values = device.allocate(length, "f32", "parameters");
    if (trainable) this.gradients = device.allocate(length, "f32", "gradients");
    this.list = places.map(({ spec, offset, size }) => ({
      spec,
      shape: spec.shape,
      view: { buffer: this.values, offset, length: size },
      gradient: this.gradients && { buffer: this.gradients, offset, length: size },
    }));
    this.#byName = new Map(this.list.map((parameter) => [parameter.spec.name, parameter]));
  }

  /** The parameter that a spec describes. @throws {TypeError} when the model has no such parameter. */
  get(spec: ParameterSpec): Parameter {
    const parameter = this.#byName.get(spec.name);
    if (parameter === undefined) throw new TypeError(`The model has no parameter ${spec.name}`);
    return parameter;
  }

  /** The parameter of a name, if there is one. */
  find(name: string): Parameter | undefined {
    return this.#byName.get(name);
  }

  /** Number of parameters, without the gaps of the layout. */
  get count(): number {
    return this.list.reduce((sum, { shape }) => sum + elements(shape), 0);
  }

  /** Sets every gradient to zero. */
  clearGradients(): void {
    if (this.gradients === undefined) return;
    inRanges(
      this.device,
      [whole(this.gradients)],
      ([out], count) =>
        this.device.run(elementwiseFill, { bindings: { out }, uniforms: { count, value: 0 } }),
    );
  }

  /** Frees the memory. */
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
    if (names.has(spec.name)) throw new RangeError(`Two parameters are called ${spec.name}`);
    names.add(spec.name);
    const size = elements(spec.shape);
    const offset = length;
    length = Math.ceil((offset + size) / VIEW_ALIGNMENT) * VIEW_ALIGNMENT;
    return { spec, offset, size };
  });
  return { places, length };
}
