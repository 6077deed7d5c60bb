/**
 * Counts the WebGPU dispatches of a program into which `--preload` loads this module. When the program ends, it writes their number
 * to a new file in the folder that `ALBERT_DISPATCHES` names.
 *
 * @module
 */
let dispatches = 0;
const { GPUComputePassEncoder: encoder } = globalThis as {
  GPUComputePassEncoder?: { prototype: Record<string, (...args: unknown[]) => void> };
};
for (const name of encoder ? ["dispatchWorkgroups", "dispatchWorkgroupsIndirect"] : []) {
  const original = encoder!.prototype[name];
  encoder!.prototype[name] = function (...args) {
    dispatches++;
    original.apply(this, args);
  };
}

addEventListener("unload", () => {
  if (dispatches === 0) return;
  try {
    const folder = Deno.env.get("ALBERT_DISPATCHES");
    Deno.writeTextFileSync(`${folder}/${crypto.randomUUID()}`, String(dispatches));
  } catch {
    // A program without permission to write is not counted.
  }
});
