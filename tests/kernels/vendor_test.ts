import { assertEquals } from "@std/assert";
import { fillingWorkgroups, partsOf, vendorOf } from "../../kernels/mod.ts";

Deno.test("vendorOf() reads names, PCI numbers and descriptions", () => {
  const vendor = (vendor: string, description = "") => vendorOf({ vendor, description });
  assertEquals(["nvidia", "amd", "intel", "apple", "arm", "qualcomm"].map((name) => vendor(name)), [
    ...["nvidia", "amd", "intel", "apple", "arm", "qualcomm"],
  ]);
  assertEquals(["4318", "4098", "32902", "5045"].map((name) => vendor(name)), [
    ...["nvidia", "amd", "intel", "arm"],
  ]);
  assertEquals(vendor("0", "Apple M3 Max"), "apple");
  assertEquals(vendor("0", "NVIDIA GeForce RTX 4090"), "nvidia");
  assertEquals(vendor("65541", "llvmpipe (LLVM 15.0.6, 256 bits)"), "other");
});

Deno.test("sums are divided if a matmul has too few workgroups for the adapter", () => {
  const parts = (m: number, n: number, k: number, vendor = "nvidia") =>
    partsOf({ m, n, k }, fillingWorkgroups({ cpuAdapter: false, vendor: vendor as "nvidia" }));
  assertEquals(parts(160, 128, 30_000), { parts: 47, part_length: 640 });
  assertEquals(parts(768, 768, 1024), { parts: 2, part_length: 512 });
  assertEquals(parts(8, 768, 768), { parts: 3, part_length: 256 });
  assertEquals(parts(768, 768, 1024, "apple"), { parts: 1, part_length: 1024 });
  assertEquals(parts(1024, 768, 768), { parts: 1, part_length: 768 });
  assertEquals(parts(8, 768, 511), { parts: 1, part_length: 511 });
  assertEquals(parts(0, 768, 768), { parts: 1, part_length: 768 });
  assertEquals(fillingWorkgroups({ cpuAdapter: true, vendor: "other" }), 0);
});
