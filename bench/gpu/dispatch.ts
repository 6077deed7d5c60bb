/**
 * Measures what dispatches, submissions and waits cost on this machine's adapter. Prints one JSON object.
 *
 * @module
 */
import { timestampNanoseconds } from "../../src/device/mod.ts";
import { median } from "../table.ts";

const SHADER = `
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { x[id.x] += 1.0; }`;

/** Dispatches of a measurement. */
const DISPATCHES = 1000;
const ROUNDS = 7;

const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
if (!adapter) throw new Error("There is no WebGPU adapter");
const timestamps = adapter.features.has("timestamp-query");
const device = await adapter.requestDevice({
  requiredFeatures: timestamps ? ["timestamp-query"] : [],
});
const unit = timestamps ? await timestampNanoseconds(device) : 1;
const module = device.createShaderModule({ code: SHADER });
const pipeline = device.createComputePipeline({
  layout: "auto",
  compute: { module, entryPoint: "main" },
});
const groups = Array.from({ length: 64 }, () => {
  const buffer = device.createBuffer({ size: 65_536, usage: GPUBufferUsage.STORAGE });
  return device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer } }],
  });
});

/** Shortest time of dispatches of `workgroups` workgroups, which rotate through `buffers` buffers. */
async function measure(dispatches: number, buffers: number, workgroups: number) {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await once());
  return { dispatches, workgroups, microseconds: Math.min(...times) / dispatches };

  /** Microseconds on the device, or elapsed ones if it has no timestamps. */
  async function once(): Promise<number> {
    const queries = timestamps ? device.createQuerySet({ type: "timestamp", count: 2 }) : null;
    const start = performance.now();
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass(
      queries === null ? {} : {
        timestampWrites: {
          querySet: queries,
          beginningOfPassWriteIndex: 0,
          endOfPassWriteIndex: 1,
        },
      },
    );
    pass.setPipeline(pipeline);
    for (let i = 0; i < dispatches; i++) {
      pass.setBindGroup(0, groups[i % buffers]);
      pass.dispatchWorkgroups(workgroups);
    }
    pass.end();
    if (queries === null) {
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
      return 1e3 * (performance.now() - start);
    }
    const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
    const resolved = device.createBuffer({ size: 256, usage: QUERY_RESOLVE | COPY_SRC });
    const staging = device.createBuffer({ size: 256, usage: MAP_READ | COPY_DST });
    encoder.resolveQuerySet(queries, 0, 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, 16);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const [begin, end] = new BigUint64Array(staging.getMappedRange(0, 16));
    const elapsed = Number(end - begin) * unit / 1e3;
    for (const part of [queries, resolved, staging]) part.destroy();
    return elapsed;
  }
}

async function waitMilliseconds(): Promise<number> {
  const waits: number[] = [];
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    await device.queue.onSubmittedWorkDone();
    waits.push(performance.now() - start);
  }
  return median(waits);
}

function submitMilliseconds(): number {
  const times: number[] = [];
  for (let i = 0; i < 50; i++) {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, groups[0]);
    pass.dispatchWorkgroups(1);
    pass.end();
    const commands = encoder.finish();
    const start = performance.now();
    device.queue.submit([commands]);
    times.push(performance.now() - start);
  }
  return median(times);
}

const { info } = adapter;
console.log(JSON.stringify({
  adapter: info.description || `${info.vendor} ${info.architecture} ${info.device}`,
  subgroups: [info.subgroupMinSize, info.subgroupMaxSize],
  features: [...adapter.features],
  dependent: await measure(DISPATCHES, 1, 1),
  dependentLarge: await measure(DISPATCHES, 1, 256),
  independent: await measure(DISPATCHES, groups.length, 1),
  single: await measure(1, 1, 1),
  empty: { waitMilliseconds: await waitMilliseconds() },
  submitMilliseconds: submitMilliseconds(),
}));
await device.queue.onSubmittedWorkDone();
device.destroy();
Deno.exit();
