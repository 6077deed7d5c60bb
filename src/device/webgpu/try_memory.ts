/**
 * Finding out whether a graphics card has room: WebGPU does not say how much memory there is.
 *
 * @module
 */

/** Whether buffers of so many bytes together can be made now. They are gone when this returns. */
export async function tryMemory(
  gpu: GPUDevice,
  bytes: number,
  maxBufferBytes: number,
): Promise<boolean> {
  const buffers: GPUBuffer[] = [];
  let fits = true;
  for (let left = bytes; fits && left > 0; left -= maxBufferBytes) {
    const size = Math.ceil(Math.min(left, maxBufferBytes) / 4) * 4;
    gpu.pushErrorScope("out-of-memory");
    buffers.push(gpu.createBuffer({ size, usage: GPUBufferUsage.STORAGE, label: "trial" }));
    fits = await gpu.popErrorScope() === null;
  }
  for (const buffer of buffers) buffer.destroy();
  return fits;
}
