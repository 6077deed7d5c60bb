/** A thousand steps use no more memory than the first ones, on the device and in JavaScript. A slow test of some minutes. */
import { assert, assertEquals } from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  type Device,
  openCpuDevice,
  openWebGpuDevice,
  WebGpuDevice,
} from "../../src/device/mod.ts";
import { toySteps, toyTrainer } from "../support/toy_pretraining.ts";

const STEPS = 1000;
const EARLY = 200;
/** Steps between two readings of the log. */
const LOGGED = 20;
/** Noise of the heap: compiled code, growing tables. */
const HEAP_NOISE = 2 ** 20;

setFlagsFromString("--expose-gc");
/** Only a context that is created after the flag is set has `gc`. */
const collect: () => void = runInNewContext("gc");

/** Bytes of live objects. */
function liveBytes(): number {
  // Twice, since the second collection frees what finalizers released.
  collect();
  collect();
  return Deno.memoryUsage().heapUsed;
}

function held(device: Device) {
  const caches = device instanceof WebGpuDevice ? device.caches() : {};
  return { ...device.memory(), ...caches };
}

for (const [kind, open] of [["webgpu", openWebGpuDevice], ["cpu", openCpuDevice]] as const) {
  Deno.test({
    name: `a thousand steps take no more memory than ${EARLY}, on ${kind}`,
    ignore: Deno.env.get("ALBERT_SLOW") !== "1",
    sanitizeResources: false,
    async fn() {
      const device = await open();
      if (device === null) return;
      const schedule = { peakLearningRate: 0.001, warmupSteps: 10, totalSteps: STEPS };
      const trainer = toyTrainer(device, { schedule, loggingSteps: LOGGED, recompute: "layers" });
      const train = async (until: number) => {
        while (trainer.step < until) {
          toySteps(trainer, 1, 4, 2);
          if (trainer.step % LOGGED === 0) await trainer.readLog();
        }
        return { device: held(device), heap: liveBytes() };
      };
      const early = await train(EARLY);
      const late = await train(STEPS);
      assertEquals(late.device, early.device);
      assert(
        late.heap < early.heap + HEAP_NOISE,
        `the heap grew from ${early.heap} to ${late.heap}`,
      );
      await device.destroy();
    },
  });
}
