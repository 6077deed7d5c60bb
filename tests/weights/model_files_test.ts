import { assertEquals, assertRejects } from "@std/assert";
import { encodeSafetensors, readWeights, toFloat32 } from "../../src/weights/mod.ts";

function file(tensors: Record<string, number[]>): Uint8Array {
  const entries = Object.entries(tensors).map(([name, values]) =>
    [name, { shape: [values.length], data: Float32Array.from(values) }] as const
  );
  return Uint8Array.from(encodeSafetensors(new Map(entries)).flatMap((piece) => [...piece]));
}

const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** A folder in memory. */
function folder(files: Record<string, Uint8Array>) {
  return (name: string) => Promise.resolve(files[name] ?? null);
}

const INDEX = "model.safetensors.index.json";

Deno.test("readWeights() reads one file", async () => {
  const { tensors } = await readWeights(folder({ "model.safetensors": file({ a: [1, 2] }) }));
  assertEquals([...toFloat32("a", tensors.get("a")!)], [1, 2]);
});

Deno.test("readWeights() reads the tensors of all shards that the index lists", async () => {
  const { tensors } = await readWeights(folder({
    [INDEX]: text({ weight_map: { a: "one.safetensors", b: "two.safetensors" } }),
    "one.safetensors": file({ a: [1] }),
    "two.safetensors": file({ b: [2], unlisted: [3] }),
  }));
  assertEquals([...tensors.keys()], ["a", "b"]);
});

for (
  const [what, files, message] of [
    ["an empty folder", {}, "the folder does not contain model.safetensors"],
    [
      "a folder with only a pickle",
      { "pytorch_model.bin": new Uint8Array(9) },
      "convert it with transformers",
    ],
    [
      "a folder with the shards of a pickle",
      { "pytorch_model.bin.index.json": text({}) },
      "convert it with transformers",
    ],
    [
      "a truncated file",
      { "model.safetensors": new Uint8Array(4) },
      "model.safetensors: truncated",
    ],
    [
      "an index without a map",
      { [INDEX]: text({}) },
      "weight_map of model.safetensors.index.json must be an object, got nothing",
    ],
    ["an index that is not valid JSON", { [INDEX]: new Uint8Array([1]) }, `${INDEX}: `],
    [
      "a shard outside the folder",
      { [INDEX]: text({ weight_map: { a: "../secret" } }) },
      'lists tensor a in "../secret", which is not a file name',
    ],
    [
      "a shard that Windows would write elsewhere",
      { [INDEX]: text({ weight_map: { a: "config.json:x" } }) },
      'lists tensor a in "config.json:x", which is not a file name',
    ],
    [
      "a missing shard",
      { [INDEX]: text({ weight_map: { a: "one.safetensors" } }) },
      "lists one.safetensors, which is missing",
    ],
    [
      "a shard without its tensor",
      {
        [INDEX]: text({ weight_map: { a: "one.safetensors" } }),
        "one.safetensors": file({ b: [1] }),
      },
      "lists tensor a in one.safetensors, which does not contain it",
    ],
  ] as [string, Record<string, Uint8Array>, string][]
) {
  Deno.test(`readWeights() rejects ${what}`, async () => {
    await assertRejects(() => readWeights(folder(files)), SyntaxError, message);
  });
}
