import { assertEquals, assertThrows } from "@std/assert";
import { encodeSafetensors, parseSafetensors, toFloat32, toInt32 } from "../../src/weights/mod.ts";

function join(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** A file with a header and `dataBytes` zero bytes of data. */
function file(header: unknown, dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const entry = (shape: number[], start: number, end: number) => ({
  dtype: "F32",
  shape,
  data_offsets: [start, end],
});

Deno.test("parseSafetensors() reads the output of encodeSafetensors()", () => {
  const bytes = join(encodeSafetensors(
    new Map([
      ["weights.ü", { shape: [2, 3], data: Float32Array.of(1, -2, 3, NaN, 5, 6.5) }],
      ["ids", { shape: [2], data: Int32Array.of(-7, 8) }],
      ["scalar", { shape: [], data: BigInt64Array.of(9n) }],
      ["empty", { shape: [0, 4], data: new Float32Array(0) }],
    ]),
    { format: "pt" },
  ));
  const { tensors, metadata } = parseSafetensors(bytes);
  assertEquals([...tensors.keys()], ["weights.ü", "ids", "scalar", "empty"]);
  assertEquals([...toFloat32("w", tensors.get("weights.ü")!)], [1, -2, 3, NaN, 5, 6.5]);
  assertEquals([...toInt32("ids", tensors.get("ids")!)], [-7, 8]);
  assertEquals([...toInt32("scalar", tensors.get("scalar")!)], [9]);
  assertEquals(tensors.get("empty")!.shape, [0, 4]);
  assertEquals(metadata, { format: "pt" });
});

Deno.test("parseSafetensors() ignores other fields of a tensor, as the reference implementation", () => {
  const header = { x: { ...entry([1], 0, 4), extra: [1.5, { shape: 2.5 }] } };
  assertEquals(parseSafetensors(file(header, 4)).tensors.get("x")!.shape, [1]);
});

Deno.test("encodeSafetensors() aligns the data to eight bytes", () => {
  const [head] = encodeSafetensors(new Map([["é", { shape: [1], data: Float32Array.of(1) }]]));
  assertEquals(head.length % 8, 0);
});

Deno.test("tensors of all official types are read, and quantized ones are rejected as weights", () => {
  const bits = { U64: 64, U32: 32, U16: 16, F8_E4M3: 8, F8_E8M0: 8, F6_E3M2: 6, F4: 4, C64: 64 };
  for (const [dtype, size] of Object.entries(bits)) {
    const bytes = 8 * size / 8;
    const { tensors } = parseSafetensors(
      file({ x: { dtype, shape: [2, 4], data_offsets: [0, bytes] } }, bytes),
    );
    const tensor = tensors.get("x")!;
    assertEquals([tensor.type as string, tensor.bytes.length], [dtype, bytes]);
    if (dtype.startsWith("U")) assertEquals([...toInt32("x", tensor)], Array(8).fill(0));
    else assertThrows(() => toInt32("x", tensor), TypeError, `Tensor x has type ${dtype}`);
    assertThrows(
      () => toFloat32("x", tensor),
      TypeError,
      dtype.startsWith("F") ? "quantized weights are not supported" : "expected F32",
    );
  }
  assertThrows(
    () => parseSafetensors(file({ x: { dtype: "F4", shape: [3], data_offsets: [0, 2] } }, 2)),
    SyntaxError,
    "needs 1.5 bytes",
  );
});

Deno.test("toFloat32() widens half precision, and rejects integers", () => {
  const half = Uint8Array.of(0x00, 0x3c, 0x00, 0xc1);
  assertEquals([...toFloat32("x", { type: "F16", shape: [2], bytes: half })], [1, -2.5]);
  const all = Uint16Array.from({ length: 1 << 16 }, (_, bits) => bits).buffer;
  assertEquals(
    toFloat32("x", { type: "F16", shape: [1 << 16], bytes: new Uint8Array(all) }),
    Float32Array.from(new Float16Array(all)),
  );
  const brain = Uint8Array.of(0x80, 0x3f, 0x20, 0xc0);
  assertEquals([...toFloat32("x", { type: "BF16", shape: [2], bytes: brain })], [1, -2.5]);
  assertThrows(
    () => toFloat32("x", { type: "I32", shape: [0], bytes: new Uint8Array() }),
    TypeError,
    "Tensor x has type I32, expected F32, F16, BF16 or F64",
  );
});

for (
  const [what, bytes, message] of [
    ["fewer than eight bytes", new Uint8Array(5), "truncated"],
    [
      "a Git LFS pointer",
      new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
      "it is a Git LFS pointer, not the file itself",
    ],
    ["a header longer than the file", file({}, 0).subarray(0, 9), "truncated: the header needs"],
    ["a header length of 2^64 - 1", new Uint8Array(16).fill(255), "not a safetensors file"],
    ["a header that is not valid JSON", file("{nope", 0), "its header is not valid JSON"],
    ["a header that is an array", file([], 0), "its header is not a JSON object"],
    ["an unknown type", file({ x: { dtype: "F9", shape: [1], data_offsets: [0, 4] } }, 4), "F9"],
    [
      "a negative size",
      file({ x: entry([-1], 0, 4) }, 4),
      "shape of tensor x must be a list of non-negative integers, got [-1]",
    ],
    ["offsets that do not match the shape", file({ x: entry([2], 0, 4) }, 4), "needs 8 bytes"],
    ["data beyond the end", file({ x: entry([2], 0, 8) }, 4), "ends at byte 8"],
    [
      "overlapping tensors",
      file({ x: entry([2], 0, 8), y: entry([2], 4, 12) }, 12),
      "tensors x and y overlap",
    ],
    ["bytes before the first tensor", file({ x: entry([1], 4, 8) }, 8), "bytes 0 to 4 of the data"],
    [
      "bytes between tensors",
      file({ x: entry([1], 0, 4), y: entry([1], 5, 9) }, 9),
      "bytes 4 to 5 of the data, before tensor y, belong to no tensor",
    ],
    [
      "bytes after the last tensor",
      file({ x: entry([1], 0, 4) }, 5),
      "has 5 bytes, but the tensors end at byte 4",
    ],
    ["bytes without a tensor", file({}, 3), "has 3 bytes, but the tensors end at byte 0"],
    [
      "a tensor that occurs twice",
      file(
        `{"x":${JSON.stringify(entry([1], 0, 4))},"\\u0078":${JSON.stringify(entry([1], 0, 4))}}`,
        4,
      ),
      "key x twice",
    ],
    [
      "a field that occurs twice",
      file('{"x":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}', 4),
      "key shape twice",
    ],
    [
      "a size with a fraction",
      file('{"x":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}', 4),
      "number 1.0, expected an integer",
    ],
    [
      "an offset with an exponent",
      file('{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4e0]}}', 4),
      "number 4e0",
    ],
    ["a byte order mark", file("\ufeff{}", 0), "its header is not valid JSON"],
    ["metadata that is a number", file({ __metadata__: { a: 1 } }, 0), "object of strings"],
    ["nested metadata", file({ __metadata__: { a: { b: "c" } } }, 0), "object of strings"],
    ["metadata that is a list", file({ __metadata__: ["a"] }, 0), "object of strings"],
  ] as const
) {
  Deno.test(`parseSafetensors() rejects ${what}`, () => {
    assertThrows(() => parseSafetensors(bytes), SyntaxError, message);
  });
}
