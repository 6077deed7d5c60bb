import { assertEquals } from "@std/assert";
import { requestAccess, type Restrictions } from "../../../src/device/webgpu/mod.ts";
import { type Imitation, withAdapter } from "../../support/imitated_adapter.ts";
import { testGpu } from "./with_gpu.ts";

/** What an adapter records about the rounding of its results. */
async function numericsOf(
  info: Imitation["info"],
  restrictions?: Restrictions,
): Promise<Readonly<Record<string, string>>> {
  const access = (await withAdapter({ info }, () => requestAccess(restrictions)))!;
  access.gpu.destroy();
  return access.description.numerics;
}

testGpu("records the same facts of a software adapter as earlier versions", (device) => {
  const { numerics } = device.description;
  assertEquals(Object.keys(numerics), [
    ...["version", "vendor", "architecture", "subgroupSize"],
    ...["shaderF16", "textureOperands", "maxTextureSide"],
  ]);
});

testGpu("records whether subgroups of varying size share rows", async () => {
  const sizes = (least: number, most: number) => ({
    vendor: "4098",
    ...{ subgroupMinSize: least, subgroupMaxSize: most },
  });
  const of = async (...parameters: Parameters<typeof numericsOf>) => {
    const { subgroupSize, rowSubgroups } = await numericsOf(...parameters);
    return [subgroupSize, rowSubgroups];
  };
  assertEquals(await of(sizes(4, 8)), ["none", "true"]);
  assertEquals(await of(sizes(4, 8), { withoutSubgroups: true }), ["none", "false"]);
  assertEquals(await of(sizes(2, 8)), ["none", "false"]);
  assertEquals(await of(sizes(8, 8)), ["8", undefined]);
});

testGpu("records the vendor that only its description names", async () => {
  const hardware = async (vendor: string, description: string) =>
    (await numericsOf({ vendor, description })).hardware;
  assertEquals(await hardware("0", "Apple M3 Max"), "apple");
  assertEquals(await hardware("0", "AMD Radeon Pro 5500M"), "amd");
  assertEquals(await hardware("4318", "NVIDIA GeForce RTX 3090"), undefined);
  assertEquals(await hardware("0", "A graphics card"), undefined);
});
