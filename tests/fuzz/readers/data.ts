/** Prepared data: shards, their index, and the journal of an unfinished run of `prepare`. */
import { openShards, readVocabularyFiles } from "../../../src/data/disk/mod.ts";
import {
  Corpus,
  ExampleDataset,
  exampleSettings,
  indexToJson,
  parseShard,
  serializeShard,
  type Shard,
  ShardBuilder,
} from "../../../src/data/mod.ts";
import { dataPage } from "../../../src/report/mod.ts";
import { sealedJson, sha256Hex } from "../../../src/files/mod.ts";
import { chance, fuzzer } from "../fuzzer.ts";
import { mutateBytes } from "../mutate_bytes.ts";
import { mutateJson } from "../mutate_json.ts";
import { emptyFolder, scratch } from "../fuzzer.ts";

const VOCABULARY = {
  size: 40,
  fingerprint: "f".repeat(64),
  special: { pad: 0, unk: 1, cls: 2, sep: 3, mask: 4 },
  wordStarts: new Uint8Array(40).fill(1),
};

function smallShard(): Uint8Array {
  const builder = new ShardBuilder(VOCABULARY.size);
  for (let document = 0; document < 6; document++) {
    const sentences = Array.from({ length: 4 }, (_, s) => [5 + document, 6 + s, 7, 8, 9]);
    builder.add({ sentences, hash: [document, 1] });
  }
  return serializeShard(builder.take());
}

const SHARD = smallShard();
const VOCAB_FILE = new TextEncoder().encode("a vocabulary");
const INDEX = indexToJson({
  vocabulary: VOCABULARY,
  vocabularyFiles: ["spiece.model"],
  vocabularySums: { "spiece.model": sha256Hex(VOCAB_FILE) },
  fingerprint: "e".repeat(64),
  shards: [{
    file: "shard-00000.bin",
    bytes: SHARD.length,
    sha256: sha256Hex(SHARD),
    documents: 6,
    sentences: 24,
    tokens: 120,
  }],
  validationFraction: 0.1,
  report: {
    documentsRead: 7,
    duplicateDocuments: 1,
    emptyDocuments: 0,
    lengths: { sentences: new Array(17).fill(1), documents: new Array(17).fill(1) },
  },
});

/** Reads some examples, as training does. */
function use(shard: Shard): void {
  const corpus = new Corpus([shard], VOCABULARY, "x");
  const dataset = new ExampleDataset(corpus, exampleSettings(16), 1);
  for (let i = 0; i < 4; i++) dataset.exampleAt(i);
}

export const shard = fuzzer<Uint8Array>({
  // The dataset rejects a shard whose text is too short for an example.
  rejections: ["ShardError", "RangeError"],
  make: (random) => mutateBytes(random, [SHARD]),
  read: (bytes) => use(parseShard(bytes, "shard-00000.bin")),
});

/** A damaged index, in most cases with a new checksum, so that the checksum does not reveal the damage. */
export const indexJson = fuzzer<string>({
  rejections: ["ShardError"],
  cost: 20,
  make: (random) => {
    const text = mutateJson(random, [INDEX]);
    if (chance(random, 10)) return text;
    try {
      const value = JSON.parse(text);
      return typeof value === "object" && value !== null ? sealedJson(value) : text;
    } catch {
      return text;
    }
  },
  read: async (text) => {
    const folder = scratch("data");
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeFile(`${folder}/shard-00000.bin`, SHARD);
    await Deno.writeFile(`${folder}/spiece.model`, VOCAB_FILE);
    await Deno.writeTextFile(`${folder}/index.json`, text);
    const data = await openShards(folder);
    for (const name of (await readVocabularyFiles(data)).keys()) {
      // These files are copied into checkpoints under their names.
      if (/[\\/]|^\.\.?$/.test(name)) throw new Error(`would write ${name}`);
    }
    await dataPage("data", data.index, null);
  },
});

/** The journal of a killed run of `prepare`, whose shards exist. */
export const journal = fuzzer<string>({
  rejections: ["Error"],
  cost: 20,
  make: (random) => {
    const value = {
      settings: "s",
      shards: INDEX.shards,
      input: { documentsRead: 6, duplicateDocuments: 0, emptyDocuments: 0, sum: "" },
      histograms: { sentences: new Array(17).fill(1), documents: new Array(17).fill(1) },
    };
    const text = mutateJson(random, [value]);
    try {
      return sealedJson(JSON.parse(text));
    } catch {
      return text;
    }
  },
  read: async (text) => {
    const folder = emptyFolder("prepare.partial");
    await Deno.writeTextFile(`${folder}/prepare.json`, text);
    const { readJournal } = await import("../../../src/data/disk/journal.ts");
    const state = await readJournal(folder);
    if (state === undefined) throw new Error("the journal was not found");
    for (const { file } of state.shards) {
      if (!/^[\w-]+\.bin$/.test(file)) throw new Error(`would read ${file}\n`);
    }
    if (!Number.isInteger(state.input.documentsRead)) {
      throw new Error("a count that is not valid\n");
    }
  },
});
