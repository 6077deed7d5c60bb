/** Pretraining text: all formats, in chunks of any size, compressed or not. */
import { openInput } from "../../../src/data/disk/mod.ts";
import { readDocuments, TEXT_FORMATS, tokenizeDocument } from "../../../src/data/mod.ts";
import type { RandomStream } from "../../../src/tensor/random/mod.ts";
import { smallTokenizer } from "../../data/small_tokenizer.ts";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { chance, fuzzer, pick } from "../fuzzer.ts";
import { mutateBytes } from "../mutate_bytes.ts";
import { mutateJson } from "../mutate_json.ts";
import { mutateText } from "../mutate_text.ts";
import { scratch } from "../fuzzer.ts";

const TOKENIZER = smallTokenizer();
const WIKI_EXTRACTOR = `<doc id="1" url="x" title="A &amp; B">
A & B

The cat sat on the mat. It ran.
</doc>
<doc id="2" title="">
A dog was under the house (Dr. Who said so).
</doc>
`;
const TEXTS = [
  WIKI_EXTRACTOR,
  " = Cat = \n \n The cat @-@ like @,@ dog sat . \n = = Habits = = \n \n It ran . \n",
  "The cat sat on the mat.\nIt ran.\n\nA dog was under it.\nHe said so!\n",
  'id,text\n1,"The cat ""sat"", and\nran."\n2,A dog.\n',
  '[{"text": "The cat sat."}, {"text": "It \\"ran\\" [there]."}]\n',
  "यह है।\nवह है।\n\nΓιατί; ναι.\nวันนี้ฝนตก พรุ่งนี้\n",
  "The cat sat on\nthe mat. It ran and then\nit was under the house.\n\nA dog.\n",
];
const LINE = { text: "The cat sat.\nIt ran under the house.", id: 1 };

function makeText(random: RandomStream): string {
  if (chance(random, 30)) return `${JSON.stringify(LINE)}\n${mutateJson(random, [LINE])}\n`;
  return mutateText(random, TEXTS);
}

async function readAll(chunks: AsyncIterable<Uint8Array>, format: "auto" | string): Promise<void> {
  const options = { format: format as "auto" };
  for await (const document of readDocuments(chunks, "a.txt", options)) {
    // Limits the length, since tokenization takes time per character.
    const blocks = document.blocks.slice(0, 20).map((block) => block.slice(0, 1e5));
    tokenizeDocument({ ...document, blocks }, TOKENIZER);
  }
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

/** The first byte selects the format and the size of the chunks. */
export const text = fuzzer<Uint8Array>({
  rejections: ["SyntaxError"],
  make: (random) => {
    const bytes = new TextEncoder().encode(makeText(random));
    const damaged = chance(random, 20) ? mutateBytes(random, [bytes]) : bytes;
    return new Uint8Array([random.integer(256), ...damaged]);
  },
  read: async (input) => {
    const formats = ["auto", ...TEXT_FORMATS];
    // Small chunks split characters and lines anywhere. A few of them are enough.
    const size = Math.max([7, 64, 1 << 16][input[0] % 3], input.length >> 12);
    const format = formats[(input[0] >> 2) % formats.length];
    await readAll(inChunks(input.subarray(1), size), format);
  },
});

const PACKED = [
  gzipSync(TEXTS[2]),
  new Uint8Array([...gzipSync(TEXTS[0]), ...gzipSync(TEXTS[0])]),
  new Uint8Array([...zstdCompressSync(TEXTS[0]), ...zstdCompressSync(TEXTS[1])]),
];

export const gzip = fuzzer<Uint8Array>({
  rejections: ["SyntaxError"],
  cost: 10,
  make: (random) => {
    // A small file that decompresses to a large one, with one line or with many.
    if (chance(random, 1)) {
      return gzipSync(pick(random, ["a ", "a cat.\n"]).repeat(1 << (10 + random.integer(13))));
    }
    return mutateBytes(random, PACKED);
  },
  read: async (bytes) => {
    const path = scratch("a.txt.gz");
    await Deno.writeFile(path, bytes);
    await readAll(openInput(path), "auto");
  },
});
