/**
 * Converts an encoder with a head to an ONNX model.
 *
 * @module
 */
import { checkOneOf } from "../json/mod.ts";
import {
  ConfigError,
  countParameters,
  encoderSpecs,
  type ModelConfig,
  type ParameterSpec,
  transformersClass,
} from "../model/mod.ts";
import { addEncoder } from "./encoder.ts";
import { BATCH, CHOICES, GraphBuilder, SEQUENCE, type Value } from "./graph.ts";
import { ONNX_HEADS, type OnnxHead } from "./heads.ts";
import { ONNX_PRECISIONS, type OnnxPrecision, type OnnxTask } from "./names.ts";
import { type EncodedModel, encodeModel } from "./proto.ts";

/** A model to convert. */
export interface OnnxSource {
  /** Configuration of the model. */
  readonly config: ModelConfig;
  /** What the ONNX model computes. */
  readonly task: OnnxTask;
  /** Number of classes, for text and token classification; 1 for regression. */
  readonly labels?: number;
  /** Whether `feature-extraction` has the output of the pooler; default true. */
  readonly pooler?: boolean;
  /** Id of `[SEP]`, which the head of the task `squad-v2` needs; default 3. */
  readonly separator?: number;
  /** Precision of weights and computation; default `f32`. */
  readonly precision?: OnnxPrecision;
  /**
   * Returns the values of a parameter, in row-major order.
   *
   * @throws {Error} if the model lacks the parameter
   */
  values(spec: ParameterSpec): Float32Array;
}

/** Id of `[SEP]` in ALBERT's published vocabulary. */
const SEPARATOR = 3;

/** Returns the Hugging Face class that computes a task, such as `AlbertForMaskedLM`. The paper's SQuAD 2.0 head has none: its class is that of the encoder. */
export function onnxClass(config: Pick<ModelConfig, "arch">, task: OnnxTask): string {
  return transformersClass(config, ONNX_HEADS[task].className);
}

/** Returns the parameters that an ONNX model of a task contains. */
export function onnxSpecs(
  { config, task, labels = 1, pooler = true }: Pick<
    OnnxSource,
    "config" | "task" | "labels" | "pooler"
  >,
): ParameterSpec[] {
  const head = ONNX_HEADS[task];
  return [
    ...encoderSpecs(config, { pooler: hasPooler(task, head, pooler) }),
    ...head.specs(config, labels),
  ];
}

/**
 * Encodes a model as an ONNX file with the inputs `input_ids`, `attention_mask` and `token_type_ids`, int64 of any batch size and any length up to
 * `maxPositionEmbeddings`. Multiple choice has the inputs `[batch, choices, sequence]`, all others `[batch, sequence]`. All outputs are float32, except indices, which
 * are int64.
 *
 * @throws {ConfigError} if the task is not known
 * @throws {RangeError} if the precision is not known, a parameter has too many or too few values, a weight is outside of the range of the precision, or the file would exceed 2 GiB
 */
export function encodeOnnx(source: OnnxSource): EncodedModel {
  const { config, task, labels = 1, pooler = true, separator = SEPARATOR, precision = "f32" } =
    source;
  if (!Object.hasOwn(ONNX_HEADS, task)) {
    throw new ConfigError(
      `task must be one of ${Object.keys(ONNX_HEADS).join(", ")}, got ${JSON.stringify(task)}`,
    );
  }
  checkOneOf("precision", precision, ONNX_PRECISIONS);
  const head = ONNX_HEADS[task];
  const graph = new GraphBuilder(precision, (spec) => valuesOf(source, spec));
  const shape = head.choices ? [BATCH, CHOICES, SEQUENCE] : [BATCH, SEQUENCE];
  const given = ["input_ids", "attention_mask", "token_type_ids"].map((name) =>
    graph.input(name, shape)
  );
  const [ids, mask, types] = head.choices ? flatten(graph, given) : given;
  const hidden = addEncoder(graph, config, { ids, mask, types });
  const choices = head.choices &&
    graph.op("Slice", [
      graph.op("Shape", [given[0]]),
      graph.integers(0),
      graph.integers(2),
      graph.integers(0),
    ]);
  head.add({
    graph,
    config,
    hidden,
    pooler: hasPooler(task, head, pooler),
    labels,
    separator,
    ids,
    mask,
    types,
    choices,
  });
  return encodeModel(graph.finish(`${config.arch} ${task}`));
}

/** Returns the values of a parameter. The file already contains their number. */
function valuesOf(source: OnnxSource, spec: ParameterSpec): Float32Array {
  const values = source.values(spec);
  const expected = countParameters([spec]);
  if (values.length === expected) return values;
  throw new RangeError(
    `values() must return ${expected} numbers for ${spec.name} of shape [${spec.shape}], got ${values.length}`,
  );
}

function hasPooler(task: OnnxTask, head: OnnxHead, pooler: boolean): boolean {
  return head.pooler || task === "feature-extraction" && pooler;
}

/** `[batch, choices, sequence]` as `[batch·choices, sequence]`. */
function flatten(graph: GraphBuilder, given: readonly Value[]): Value[] {
  const length = graph.op("Gather", [graph.op("Shape", [given[0]]), graph.integers(2)]);
  const shape = graph.op("Concat", [graph.integers(-1), length], { axis: 0 });
  return given.map((value) => graph.op("Reshape", [value, shape]));
}
