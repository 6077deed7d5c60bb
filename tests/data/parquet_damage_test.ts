import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "fflate";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { openParquet } from "../../src/data/mod.ts";

const COUNT = 40;

function some<T>(value: (i: number) => T): T[] {
  return Array.from({ length: COUNT }, (_, i) => value(i));
}

function file(
  column: Omit<ColumnSource, "name">,
  codec: "UNCOMPRESSED" | "SNAPPY" | "GZIP",
): ArrayBuffer {
  const compressors = { GZIP: (input: Uint8Array) => gzipSync(input, { mtime: 0 }) };
  return parquetWriteBuffer({ columnData: [{ name: "x", ...column }], codec, compressors });
}

/** A file by PyArrow 26, whose pages have the first version; hyparquet-writer writes the second. */
function pyArrow(base64: string): ArrayBuffer {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer;
}

/** Reads all rows. A rejection is a SyntaxError of one sentence. */
async function read(bytes: ArrayBuffer): Promise<unknown[] | string> {
  try {
    const table = await openParquet({
      byteLength: bytes.byteLength,
      slice: (start, end) => bytes.slice(start, end),
    }, "t");
    const rows = await Array.fromAsync(table.rows(["x"]));
    return rows.map(({ x }) => x);
  } catch (error) {
    assert(error instanceof SyntaxError, String(error));
    assert(error.message.startsWith("Cannot read t: "), error.message);
    return error.message;
  }
}

const words = some((i) => `text ${i % 3}`);
const texts = some((i) => i % 5 ? `text ${i * 37}` : null);
const FILES: Readonly<Record<string, ArrayBuffer>> = {
  "PyArrow, dictionary and nulls, Snappy": pyArrow(
    "UEFSMRUEFTwVNEwVBhUAEgAAHiQGAAAAdGV4dCAxFQooMgYAAAB0ZXh0IDAVABUoFSwsFVAVEBUGFQYc" +
      "AAAAFEwGAAAAC9577733AgkkkkkkkkkkkhUEGSw1ABgGc2NoZW1hFQIAFQwlAhgBeCUATBwAAAAWUBkc" +
      "GRwmABwVDBk1AAYQGRgBeBUCFlAWpgEWogEmWCYIKSwVBBUAFQIAFQAVEBUCADwWgAMZBhkmEEAAAAAW" +
      "pgEWUCYIFqIBACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNi4wLjEZHBwAAACRAAAAUEFSMQ==",
  ),
  "PyArrow, lists, Snappy": pyArrow(
    "UEFSMRUEFQoVDkwVAhUAEgAABRABAAAAYRUAFUQVMiwVahUQFQYVBhwAAAAiFAgAAAAPiAUBBAgPAQwA" +
      "/S4BAAwBAU4AFQQZTDUAGAZzY2hlbWEVAgA1AhgBeBUCFQZMPAAAADUEGARsaXN0FQIAFQwlAhgHZWxl" +
      "bWVudCUATBwAAAAWUBkcGRwmABwVDBk1AAYQGTgBeARsaXN0B2VsZW1lbnQVAhZqFpABFoIBJjImCCks" +
      "FQQVABUCABUAFRAVAgA8Fk4ZJlAaGUYAHABOAAAAFpABFlAmCBaCAQAoIHBhcnF1ZXQtY3BwLWFycm93" +
      "IHZlcnNpb24gMjYuMC4xGRwcAAAAwAAAAFBBUjE=",
  ),
  "PyArrow, empty dictionary, LZ4": pyArrow(
    "UEFSMRUEFQAVAkwVABUAEgAAABUAFQ4VECwVUBUQFQYVBhwAAABwAgAAAFAAABUEGSw1ABgGc2NoZW1h" +
      "FQIAFQwlAhgBeCUATBwAAAAWUBkcGRwmABwVDBk1AAYQGRgBeBUOFlAWUBZUJiYmCCksFQQVABUCABUA" +
      "FRAVAgA8FgAZBhkmUAAAAAAWUBZQJggWVAAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4x" +
      "GRwcAAAAjAAAAFBBUjE=",
  ),
  dictionary: file({ data: words, type: "STRING" }, "UNCOMPRESSED"),
  "dictionary and nulls, Snappy": file(
    { data: some((i) => i % 5 ? words[i] : null), type: "STRING" },
    "SNAPPY",
  ),
  "plain and nulls": file({ data: texts, type: "STRING" }, "UNCOMPRESSED"),
  "plain, gzip": file({ data: texts, type: "STRING" }, "GZIP"),
  "lists, Snappy": parquetWriteBuffer({
    columnData: [{ name: "x", data: some((i) => some((j) => i + j).slice(0, i % 3)) }],
    schema: [
      { name: "root", num_children: 1 },
      { name: "x", repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      { name: "element", type: "INT32", repetition_type: "OPTIONAL" },
    ],
  }),
  "runs of booleans": file({ data: some((i) => i < 30), encoding: "RLE" }, "UNCOMPRESSED"),
  "deltas of 32 bits": file(
    { data: some((i) => i * i), type: "INT32", encoding: "DELTA_BINARY_PACKED" },
    "UNCOMPRESSED",
  ),
  "deltas of 64 bits": file(
    { data: some((i) => BigInt(i) ** 9n), type: "INT64", encoding: "DELTA_BINARY_PACKED" },
    "UNCOMPRESSED",
  ),
  "deltas of lengths": file(
    { data: some((i) => "a".repeat(i)), type: "STRING", encoding: "DELTA_LENGTH_BYTE_ARRAY" },
    "UNCOMPRESSED",
  ),
  "shared prefixes": file(
    { data: some((i) => "a".repeat(i)), type: "STRING", encoding: "DELTA_BYTE_ARRAY" },
    "UNCOMPRESSED",
  ),
  "split bytes": file(
    { data: some((i) => i / 3), type: "DOUBLE", encoding: "BYTE_STREAM_SPLIT" },
    "UNCOMPRESSED",
  ),
};

const PYARROW_ROWS: Readonly<Record<string, unknown[]>> = {
  "PyArrow, dictionary and nulls, Snappy": some((i) => i % 5 ? words[i] : null),
  "PyArrow, lists, Snappy": some((i) => new Array(i % 3).fill("a")),
  "PyArrow, empty dictionary, LZ4": some(() => null),
};

for (const [name, whole] of Object.entries(FILES)) {
  Deno.test(`a Parquet file with a damaged byte is read or rejected: ${name}`, async () => {
    const rows = await read(whole);
    assertEquals(rows.length, COUNT);
    if (name.startsWith("PyArrow")) assertEquals(rows, PYARROW_ROWS[name]);
    let rejected = 0;
    for (let i = 0; i < whole.byteLength; i++) {
      for (const mask of [0x01, 0x10, 0x80, 0xff]) {
        const bytes = new Uint8Array(whole.slice(0));
        bytes[i] ^= mask;
        const result = await read(bytes.buffer);
        if (typeof result === "string") rejected++;
        else assertEquals(result.length, COUNT);
      }
    }
    assert(rejected > whole.byteLength / 4, `only ${rejected} rejections`);
  });
}
