/**
 * The unit of timestamps. WebGPU specifies nanoseconds, but wgpu writes ticks of the adapter's clock unless the program that embeds it
 * requests a conversion, which Deno does not. Their period is 1 ns on many adapters, 10 ns on AMD's, and 52 or 83 ns on Intel's.
 *
 * @module
 */
import { wgsl } from "../../../kernels/mod.ts";

/** Interval between the two timestamps, in milliseconds. A submission starts within a small part of it. */
const INTERVAL = 100;

/** Smallest period that is not 1 ns. Measurements below it are those of 1 ns on a busy machine. */
const SHORTEST = 2;

const units = new WeakMap<GPUDevice, Promise<number>>();

/**
 * Returns the nanoseconds of a timestamp's unit. They are measured once per device with the wall clock. Nothing may be submitted until
 * the promise is settled.
 */
export function timestampNanoseconds(gpu: GPUDevice): Promise<number> {
  let unit = units.get(gpu);
  if (unit === undefined) units.set(gpu, unit = measure(gpu));
  return unit;
}

async function measure(gpu: GPUDevice): Promise<number> {
  const pipeline = gpu.createComputePipeline({
    layout: "auto",
    compute: {
      module: gpu.createShaderModule({ code: wgsl`@compute @workgroup_size(1) fn main() {}` }),
      entryPoint: "main",
    },
  });
  await stamp(gpu, pipeline); // An idle adapter may need time to start.
  const first = await stamp(gpu, pipeline);
  await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  const last = await stamp(gpu, pipeline);
  const ticks = Number(last.ticks - first.ticks);
  const nanoseconds = 1e6 * (last.milliseconds - first.milliseconds) / ticks;
  // A clock that was reset meanwhile, or does not run, has no unit.
  return ticks > 0 && nanoseconds >= SHORTEST ? nanoseconds : 1;
}

/** A timestamp, and the wall clock when it was submitted to an idle adapter. */
async function stamp(
  gpu: GPUDevice,
  pipeline: GPUComputePipeline,
): Promise<{ ticks: bigint; milliseconds: number }> {
  const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const querySet = gpu.createQuerySet({ type: "timestamp", count: 2 });
  const label = "timestamps";
  const resolved = gpu.createBuffer({ label, size: 16, usage: QUERY_RESOLVE | COPY_SRC });
  const staging = gpu.createBuffer({ label, size: 16, usage: COPY_DST | MAP_READ });
  const commands = gpu.createCommandEncoder();
  const pass = commands.beginComputePass({
    timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
  });
  pass.setPipeline(pipeline);
  pass.dispatchWorkgroups(1);
  pass.end();
  commands.resolveQuerySet(querySet, 0, 2, resolved, 0);
  commands.copyBufferToBuffer(resolved, 0, staging, 0, 16);
  const finished = commands.finish();
  await gpu.queue.onSubmittedWorkDone();
  const milliseconds = performance.now();
  gpu.queue.submit([finished]);
  await staging.mapAsync(GPUMapMode.READ);
  const [ticks] = new BigUint64Array(staging.getMappedRange());
  for (const part of [querySet, resolved, staging]) part.destroy();
  return { ticks, milliseconds };
}
