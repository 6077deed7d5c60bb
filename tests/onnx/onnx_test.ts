// Exported models, computed operation by operation, against the toolkit. bench/interop/onnx.ts repeats this with onnxruntime and transformers.js.
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  compareOutputs,
  computeOutputs,
  type NamedOutputs,
  ONNX_CASES,
  type OnnxBatch,
  type OnnxCase,
  randomBatch,
  randomModel,
} from "../../bench/interop/onnx_cases.ts";
import { type Device, openDevice } from "../../src/device/mod.ts";
import { ConfigError } from "../../src/model/mod.ts";
import { encodeOnnx, ONNX_TASKS, type OnnxPrecision, onnxSpecs } from "../../src/onnx/mod.ts";
import { runOnnx } from "./interpreter.ts";
import { type Graph, readOnnx } from "./read_onnx.ts";

/** Largest difference by precision, for outputs of at most 15. */
const LIMITS: Readonly<Record<OnnxPrecision, number>> = { f32: 2e-5, f16: 2e-2, int8: 0.5 };

function encoded(one: OnnxCase, precision: OnnxPrecision): Uint8Array {
  const { config, values } = randomModel(one);
  const labels = values.get("classifier.weight")?.spec.shape[0];
  const model = encodeOnnx({
    config,
    task: one.task,
    labels,
    precision,
    values: ({ name }) => values.get(name)!.data,
  });
  const bytes = new Uint8Array(model.byteLength);
  let at = 0;
  for (const piece of model.pieces()) {
    bytes.set(piece, at);
    at += piece.length;
  }
  assertEquals(at, bytes.length, "the size that the model states");
  return bytes;
}

function computed(graph: Graph, { shape, feeds }: OnnxBatch): NamedOutputs {
  const given = Object.entries(feeds).map((
    [name, data],
  ) => [name, { shape, data: Float64Array.from(data) }]);
  return new Map(
    Array.from(
      runOnnx(graph, Object.fromEntries(given)),
      ([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }],
    ),
  );
}

Deno.test("the cases cover every task", () => {
  assertEquals(new Set(ONNX_CASES.map(({ task }) => task)), new Set(ONNX_TASKS));
});

Deno.test("ONNX models compute what the toolkit does, in all precisions", async (t) => {
  const device = await openDevice({ device: "cpu" });
  try {
    for (const one of ONNX_CASES) await t.step(one.name, () => compareCase(device, one));
  } finally {
    await device.destroy();
  }
});

async function compareCase(device: Device, one: OnnxCase): Promise<void> {
  const { config, values } = randomModel(one);
  for (const [precision, limit] of Object.entries(LIMITS)) {
    const graph = readOnnx(encoded(one, precision as OnnxPrecision));
    for (const [batch, sequence] of [[1, 1], [2, 9]]) {
      const input = randomBatch(one.task, batch, sequence);
      const expected = await computeOutputs(device, config, values, one.task, input);
      assertEquals([...expected.keys()].sort(), graph.outputs.map(({ name }) => name).sort());
      const actual = computed(graph, input);
      const { largest, value } = compareOutputs(expected, actual, precision !== "f32");
      assert(largest <= limit, `${precision}, batch ${batch}, length ${sequence}: ${largest}`);
      assert(value > 0.1, `the outputs are at most ${value}`);
    }
  }
}

Deno.test("an ONNX file has the inputs and outputs that transformers.js expects, and shared weights once", () => {
  const graph = readOnnx(encoded(ONNX_CASES.find(({ name }) => name === "ALBERT encoder")!, "f32"));
  assertEquals(graph.inputs, ["input_ids", "attention_mask", "token_type_ids"]);
  assertEquals(graph.outputs[0], {
    name: "last_hidden_state",
    type: 1,
    shape: ["batch_size", "sequence_length", 48],
  });
  assertEquals([graph.irVersion, graph.operatorSet], [8, 17]);
  const queries = [...graph.tensors.keys()].filter((name) => name.includes("query.weight"));
  assertEquals(queries.length, 1, "three layers share one query matrix");
  const uses = graph.nodes.filter(({ inputs }) => inputs.includes(queries[0]));
  assertEquals(uses.length, 3);
});

Deno.test("f16 files are half as large, int8 files a quarter", () => {
  const one = ONNX_CASES.find(({ name }) => name === "BERT encoder")!;
  const weights = (precision: OnnxPrecision) => {
    const { tensors } = readOnnx(encoded(one, precision));
    const bytes: Record<number, number> = { 1: 4, 2: 1, 7: 8, 10: 2 };
    let sum = 0;
    for (const { type, data } of tensors.values()) sum += bytes[type] * data.length;
    return sum;
  };
  const full = weights("f32");
  assertAlmostEquals(weights("f16") / full, 0.5, 0.01);
  assertAlmostEquals(weights("int8") / full, 0.29, 0.03);
});

Deno.test("weights are rounded to f16 as the platform rounds them", () => {
  const [one] = ONNX_CASES;
  const { config, values } = randomModel(one);
  const name = "albert.embeddings.position_embeddings.weight";
  const special = [0, -0, 1, 65504, 65519, -65504, 2 ** -14, 2 ** -15, 2 ** -24, 2 ** -25];
  const more = [
    2 ** -25 * 1.01,
    2 ** -26,
    1 + 2 ** -11,
    1 + 3 * 2 ** -11,
    5.96e-8 * 1.5,
    1e-7,
    -3e-6,
  ];
  const chosen = Float32Array.from([...special, ...more, Math.PI, -1e-3]);
  const { data } = values.get(name)!;
  const changed = Float32Array.from(data, (value, i) => chosen[i] ?? value / 4096);
  const model = encodeOnnx({
    config,
    task: one.task,
    precision: "f16",
    values: (spec) => spec.name === name ? changed : values.get(spec.name)!.data,
  });
  const bytes = Uint8Array.from([...model.pieces()].flatMap((piece) => [...piece]));
  const actual = readOnnx(bytes).tensors.get(name)!;
  assertEquals(actual.data, Float64Array.from(changed, Math.f16round));
});

Deno.test("weights outside of the range of a precision are rejected by name", () => {
  const [one] = ONNX_CASES;
  const { config, values } = randomModel(one);
  const [, spec] = onnxSpecs({ config, task: one.task });
  const encode = (precision: OnnxPrecision, name: string, value: number) => () =>
    encodeOnnx({
      config,
      task: one.task,
      precision,
      values: (spec) =>
        spec.name === name
          ? values.get(name)!.data.slice().fill(value, 3, 4)
          : values.get(spec.name)!.data,
    });
  const words = "albert.embeddings.word_embeddings.weight";
  assertThrows(
    encode("f16", spec.name, 65520),
    RangeError,
    `${spec.name} to f16: it contains 65520`,
  );
  assertThrows(encode("int8", words, NaN), RangeError, `${words}: it contains NaN`);
  encode("f16", spec.name, 65519)();
});

Deno.test("a parameter with the wrong number of values is rejected", () => {
  const { config, values } = randomModel(ONNX_CASES[0]);
  const [name, { data, spec: { shape } }] = [...values].at(0)!;
  const model = encodeOnnx({
    config,
    task: ONNX_CASES[0].task,
    values: (spec) => spec.name === name ? data.subarray(1) : values.get(spec.name)!.data,
  });
  assertThrows(
    () => [...model.pieces()],
    RangeError,
    `${data.length} numbers for ${name} of shape [${shape}], got ${data.length - 1}`,
  );
});

Deno.test("an unknown task or precision and a file beyond the limit of the format are rejected", () => {
  const { config, values } = randomModel(ONNX_CASES[0]);
  const source = { config, values: () => [...values.values()][0].data };
  const task = "summarization" as "fill-mask";
  assertThrows(() => encodeOnnx({ ...source, task }), ConfigError, 'got "summarization"');
  const precision = "bf16" as "f16";
  assertThrows(
    () => encodeOnnx({ ...source, task: "fill-mask", precision }),
    RangeError,
    'precision must be "f32" or "f16" or "int8", got "bf16"',
  );
  const huge = { ...config, vocabSize: 2 ** 25, embeddingSize: 16 };
  assertThrows(
    () => encodeOnnx({ ...source, config: huge, task: "feature-extraction" }),
    RangeError,
    "the limit of the format is 2147483647",
  );
});
