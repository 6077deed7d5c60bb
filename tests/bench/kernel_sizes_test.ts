import { assert, assertEquals } from "@std/assert";
import { KERNEL_SIZES } from "../../bench/kernels/kernel_sizes.ts";
import { activeBindings, KERNELS } from "../../kernels/mod.ts";

Deno.test("bench kernels has sizes for exactly the registered kernels", () => {
  assertEquals(Object.keys(KERNEL_SIZES).sort(), KERNELS.map(({ name }) => name).sort());
});

for (const kernel of KERNELS) {
  Deno.test(`bench kernels has complete cases of ${kernel.name}`, () => {
    for (const { uniforms, structural, lengths } of KERNEL_SIZES[kernel.name] ?? []) {
      for (const field of Object.keys(kernel.uniforms)) {
        assert(Number.isFinite(uniforms[field]), `uniform ${field}`);
      }
      for (const [name, values] of Object.entries(kernel.structural)) {
        assert(values.includes(structural[name]), `structural parameter ${name}`);
      }
      const wanted = { ...kernel.lengths(uniforms, structural), ...lengths };
      for (const name of activeBindings(kernel, structural)) {
        assert(wanted[name] > 0, `length of ${name}`);
      }
      const { flops, bytes } = kernel.work(uniforms, structural);
      assert(flops + bytes > 0);
    }
  });
}
