/**
 * Loads a model folder once, fills in a mask, and prints how long each part took, in milliseconds. A process of its own, so that nothing is loaded or compiled
 * beforehand but what the system keeps on its disk.
 *
 * @module
 */
import { openDevice } from "../../src/device/mod.ts";
import { loadPretrained } from "../../src/model/mod.ts";

const [folder, name] = Deno.args;
const start = performance.now();
const device = await openDevice({ device: name as "auto" | "webgpu" | "cpu" });
const opened = performance.now();
const albert = await loadPretrained(folder, device);
await device.settled();
const loaded = performance.now();
await albert.fillMask("The cow sleeps in the [MASK] at night.");
const filled = performance.now();
await albert.fillMask("The cow sleeps in the [MASK] at night.");
const again = performance.now();
console.log(JSON.stringify({
  kind: device.description.kind,
  adapter: device.description.adapter,
  open: opened - start,
  load: loaded - opened,
  firstLogits: filled - loaded,
  loadToFirstLogits: filled - opened,
  nextLogits: again - filled,
}));
albert.free();
await device.destroy();
Deno.exit();
