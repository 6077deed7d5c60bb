// A cache that is not wholly what was written is never trusted, and never more than a line.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TuningCache } from "../../../../src/device/webgpu/tuner/tuning_cache.ts";

const IDENTITY = { adapter: "an adapter", version: "1" };
const CHOICES = new Map([["matmul.matmul m≤64", "large"], ["elementwise.add count≤8", "vector"]]);

async function withCache(body: (cache: TuningCache, folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await body(new TuningCache(`${folder}/tuning`, IDENTITY), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function readQuietly(cache: TuningCache) {
  const lines: string[] = [];
  const choices = await cache.read((line) => lines.push(line));
  return { choices, lines };
}

Deno.test("a tuning cache keeps what was added, and two processes' choices", () =>
  withCache(async (cache) => {
    assertEquals(await readQuietly(cache), { choices: new Map(), lines: [] });
    await cache.add(new Map([...CHOICES].slice(0, 1)));
    await cache.add(new Map([...CHOICES].slice(1)));
    assertEquals(await readQuietly(cache), { choices: CHOICES, lines: [] });
  }));

Deno.test("a tuning cache that was cut short anywhere is ignored with one line", () =>
  withCache(async (cache) => {
    await cache.add(CHOICES);
    const bytes = await Deno.readFile(cache.path);
    // The last byte is a line end, which is no content.
    for (let length = 0; length < bytes.length - 1; length++) {
      await Deno.writeFile(cache.path, bytes.subarray(0, length));
      const { choices, lines } = await readQuietly(cache);
      assertEquals(choices.size, 0, `${length} bytes`);
      assertEquals(lines.length, 1);
      assertStringIncludes(lines[0], cache.path);
    }
  }));

Deno.test("a tuning cache with one bit changed anywhere is ignored, or says the same", () =>
  withCache(async (cache) => {
    await cache.add(CHOICES);
    const bytes = await Deno.readFile(cache.path);
    let ignored = 0;
    for (let i = 0; i < bytes.length; i++) {
      const damaged = bytes.slice();
      damaged[i] ^= 1 << (i % 7);
      await Deno.writeFile(cache.path, damaged);
      const { choices, lines } = await readQuietly(cache);
      // Only space between the words may change unnoticed.
      if (lines.length === 0) assertEquals(choices, CHOICES, `byte ${i}`);
      else {
        assertEquals(choices.size, 0, `byte ${i}`);
        ignored++;
      }
    }
    assert(ignored > 0.9 * bytes.length, `${ignored} of ${bytes.length}`);
  }));

Deno.test("a tuning cache of another adapter is ignored, and written anew", () =>
  withCache(async (cache, folder) => {
    await cache.add(CHOICES);
    const other = new TuningCache(`${folder}/tuning`, { ...IDENTITY, adapter: "another" });
    await Deno.copyFile(cache.path, other.path);
    const { choices, lines } = await readQuietly(other);
    assertEquals(choices.size, 0);
    assertStringIncludes(lines[0], "another adapter, driver or version");
    await other.add(CHOICES);
    assertEquals(await readQuietly(other), { choices: CHOICES, lines: [] });
  }));
