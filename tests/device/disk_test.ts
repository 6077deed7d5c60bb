import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TuningCache } from "../../src/device/disk.ts";

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

Deno.test("TuningCache keeps the choices that were added, also by another process", () =>
  withCache(async (cache) => {
    assertEquals(await readQuietly(cache), { choices: new Map(), lines: [] });
    await cache.add(new Map([...CHOICES].slice(0, 1)));
    await cache.add(new Map([...CHOICES].slice(1)));
    assertEquals(await readQuietly(cache), { choices: CHOICES, lines: [] });
  }));

Deno.test("TuningCache ignores a file that was truncated anywhere, with one message", () =>
  withCache(async (cache) => {
    await cache.add(CHOICES);
    const bytes = await Deno.readFile(cache.path);
    // The last byte is a newline, which is not content.
    for (let length = 0; length < bytes.length - 1; length++) {
      await Deno.writeFile(cache.path, bytes.subarray(0, length));
      const { choices, lines } = await readQuietly(cache);
      assertEquals(choices.size, 0, `${length} bytes`);
      assertEquals(lines.length, 1);
      assertStringIncludes(lines[0], cache.path);
    }
  }));

Deno.test("TuningCache ignores a file with a flipped bit, or reads the same choices", () =>
  withCache(async (cache) => {
    await cache.add(CHOICES);
    const bytes = await Deno.readFile(cache.path);
    let ignored = 0;
    for (let i = 0; i < bytes.length; i++) {
      const damaged = bytes.slice();
      damaged[i] ^= 1 << (i % 7);
      await Deno.writeFile(cache.path, damaged);
      const { choices, lines } = await readQuietly(cache);
      // Only whitespace may change without effect.
      if (lines.length === 0) assertEquals(choices, CHOICES, `byte ${i}`);
      else {
        assertEquals(choices.size, 0, `byte ${i}`);
        ignored++;
      }
    }
    assert(ignored > 0.9 * bytes.length, `${ignored} of ${bytes.length}`);
  }));

Deno.test("TuningCache ignores the file of another adapter, and overwrites it", () =>
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
