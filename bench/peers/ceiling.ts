/**
 * What no product can beat on an adapter: as many multiply-adds on registers alone.
 *
 * @module
 */
import { arithmeticProbe, openDevice, whole } from "../../src/device/mod.ts";
import { flops, type Peer } from "./peer.ts";

/** Invocations: enough for any adapter. */
const COUNT = 2 ** 16;

/** Opens the WebGPU adapter's arithmetic as a peer among peers. */
export async function openCeiling(): Promise<Peer> {
  const device = await openDevice({ device: "webgpu" });
  const y = device.allocate(COUNT, "f32", "ceiling");
  const { flops: ofOneRound } = arithmeticProbe.work({ count: COUNT, rounds: 1 }, {});
  return {
    key: "ceiling",
    label: `arithmetic alone, webgpu (${device.description.adapter})`,
    prepare(product) {
      const rounds = flops(product) / ofOneRound;
      return Promise.resolve(async (times) => {
        // Rounds of all the times together, as a product need not be a whole number of them.
        const uniforms = { count: COUNT, rounds: Math.round(times * rounds) };
        device.run(arithmeticProbe, { bindings: { y: whole(y) }, uniforms });
        device.flush();
        await device.settled();
      });
    },
    close: () => device.destroy(),
  };
}
