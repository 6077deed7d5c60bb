/**
 * Compares exported ONNX files with the toolkit, in onnxruntime and in transformers.js.
 *
 *     deno run -A bench/interop/onnx.ts [CHECKPOINT…]
 *
 * Downloads onnxruntime-node and @huggingface/transformers (about 480 MB). For each head of ALBERT and BERT, it saves a small random
 * model, exports it in all precisions, and runs batches of several sizes with padding. The table lists the largest differences. In
 * float32 they must not exceed 1e-4. Then the pipelines of transformers.js answer with these models and with the checkpoints that are
 * given, and their answers are compared with ours.
 */
import { openDevice } from "../../src/device/mod.ts";
import { ONNX_PRECISIONS, type OnnxPrecision } from "../../src/onnx/mod.ts";
import { exportOnnx, ONNX_FILES, resolveCheckpoint } from "../../src/train/disk.ts";
import { importPackage } from "../peers/peer.ts";
import {
  compareOutputs,
  computeOutputs,
  type NamedOutputs,
  ONNX_CASES,
  type OnnxBatch,
  randomBatch,
  writeCase,
} from "./onnx_cases.ts";
import { comparePipeline, type Exported } from "./onnx_pipelines.ts";

const ONNXRUNTIME = "npm:onnxruntime-node@1.30.0";
const LIMIT = 1e-4;

// deno-lint-ignore no-explicit-any -- the package is not a dependency
type Runtime = any;

async function runFile(ort: Runtime, path: string, batch: OnnxBatch): Promise<NamedOutputs> {
  const session = await ort.InferenceSession.create(path);
  const feeds = Object.fromEntries(
    Object.entries(batch.feeds).map(([name, values]) => [
      name,
      new ort.Tensor("int64", BigInt64Array.from(values, BigInt), batch.shape),
    ]),
  );
  const results = await session.run(feeds);
  await session.release?.();
  return new Map(
    // deno-lint-ignore no-explicit-any -- as above
    Object.entries<any>(results).map((
      [name, { data, dims }],
    ) => [name, { shape: dims.map(Number), data: Float32Array.from(data, Number) }]),
  );
}

if (import.meta.main) {
  const imported = await importPackage(ONNXRUNTIME);
  const ort = imported.default ?? imported;
  const device = await openDevice({ device: "cpu" });
  const folder = await Deno.makeTempDir();
  const exported: Exported[] = [];
  let failures = 0;
  console.log(
    "| model | outputs | largest value | f32 | f16 | int8 |\n| --- | --- | --- | --- | --- | --- |",
  );
  for (const one of ONNX_CASES) {
    const { from, config, values } = await writeCase(folder, one);
    // transformers.js accepts no spaces.
    const name = `exported-${exported.length}`, to = `${folder}/${name}`;
    exported.push({ ...one, from, parent: folder, folder: name });
    await exportOnnx(from, to, { task: one.task, precisions: ONNX_PRECISIONS });
    const worst: Record<OnnxPrecision, number> = { f32: 0, f16: 0, int8: 0 };
    let outputs = 0, largest = 0;
    for (const [batch, sequence] of [[1, 1], [3, 7], [8, 40]]) {
      const input = randomBatch(one.task, batch, sequence);
      const expected = await computeOutputs(device, config, values, one.task, input);
      outputs = expected.size;
      for (const precision of ONNX_PRECISIONS) {
        const actual = await runFile(ort, `${to}/${ONNX_FILES[precision]}`, input);
        const difference = compareOutputs(expected, actual, precision !== "f32");
        worst[precision] = Math.max(worst[precision], difference.largest);
        largest = Math.max(largest, difference.value);
      }
    }
    failures += Number(!(worst.f32 <= LIMIT));
    const cells = ONNX_PRECISIONS.map((precision) => worst[precision].toExponential(1));
    console.log(`| ${one.name} | ${outputs} | ${largest.toFixed(2)} | ${cells.join(" | ")} |`);
  }
  for (const checkpoint of Deno.args) {
    const from = await resolveCheckpoint(checkpoint);
    const name = `exported-${exported.length}`;
    const { task } = await exportOnnx(from, `${folder}/${name}`);
    exported.push({ name: checkpoint, task, from, parent: folder, folder: name });
  }
  console.log("\n| model | answers | different | largest difference |\n| --- | --- | --- | --- |");
  for (const one of exported) {
    const result = await comparePipeline(device, one);
    if (result === null) continue;
    const { answers, different, largest } = result;
    console.log(`| ${one.name} | ${answers} | ${different} | ${largest.toExponential(1)} |`);
    failures += Number(different > 0 || !(largest <= LIMIT));
  }
  await device.destroy();
  await Deno.remove(folder, { recursive: true });
  console.log(failures === 0 ? `all within ${LIMIT}` : `${failures} failures`);
  Deno.exit(Number(failures > 0));
}
