// `albert tune` measures every kernel once and caches the result.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runAlbert } from "./albert_process.ts";

const SMALL = ["tune", "--config", "smoke", "--batch-size", "2", "--quiet", "--json"];

Deno.test("albert tune rejects the CPU device", async () => {
  const { code, stderr } = await runAlbert(["tune", "--device", "cpu"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "cannot be tuned");
});

Deno.test({
  name: "albert tune measures kernels that are not in the cache",
  ignore: (await navigator.gpu?.requestAdapter() ?? null) === null,
  async fn() {
    const cache = await Deno.makeTempDir();
    try {
      const tune = async () => {
        const { code, stdout, stderr } = await runAlbert(SMALL, { env: { ALBERT_CACHE: cache } });
        assertEquals(code, 0, stderr);
        return JSON.parse(stdout);
      };
      const first = await tune();
      assert(first.tuned.length > 5);
      for (const { wrong, chosen, milliseconds } of first.tuned) {
        assertEquals(wrong, []);
        assert(milliseconds[chosen] > 0);
      }
      assert((await Deno.stat(first.file)).isFile && first.file.startsWith(cache));
      assertEquals((await tune()).tuned, []);
    } finally {
      await Deno.remove(cache, { recursive: true });
    }
  },
});
