import { assertEquals } from "@std/assert";
import { DocumentSet } from "../../../src/data/disk/document_set.ts";
import { RandomStream } from "../../../src/tensor/random/mod.ts";

Deno.test("DocumentSet agrees with a Set of texts over 20,000 hashes, many of them twice", () => {
  const set = new DocumentSet(), oracle = new Set<string>();
  const stream = new RandomStream(1, 1);
  for (let i = 0; i < 20_000; i++) {
    // Few lower words: long runs of neighbors in the table.
    const low = stream.integer(200), high = 1 + stream.integer(60);
    const isNew = !oracle.has(`${low} ${high}`);
    oracle.add(`${low} ${high}`);
    assertEquals(set.add(low, high), isNew);
  }
  assertEquals(set.size, oracle.size);
});

Deno.test("DocumentSet accepts words of any sign and the hash of zeros", () => {
  const set = new DocumentSet();
  assertEquals([set.add(0, 0), set.add(0, 0), set.add(-1, -2), set.add(2 ** 32 - 1, 2 ** 32 - 2)], [
    true,
    false,
    true,
    false,
  ]);
});
