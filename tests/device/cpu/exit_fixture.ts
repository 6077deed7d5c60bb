/** Opens a device with a worker, uses it, and ends without destroying it. */
import { elementwiseFill } from "../../../kernels/mod.ts";
import { openCpuDevice } from "../../../src/device/mod.ts";
import { whole } from "../../../src/device/device.ts";

const device = await openCpuDevice({ workers: 2 });
const count = 1 << 20;
const out = device.allocate(count, "f32", "out");
device.run(elementwiseFill, { bindings: { out: whole(out) }, uniforms: { count, value: 3 } });
console.log((await device.read(whole(out))).every((value: number) => value === 3));
