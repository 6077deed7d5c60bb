import { assert, assertEquals, assertRejects } from "@std/assert";
import { gzipSync, zstdCompressSync } from "node:zlib";
import {
  expandInputs,
  openShards,
  prepare,
  type PrepareOptions,
} from "../../../src/data/disk/mod.ts";
import { ShardError } from "../../../src/data/mod.ts";
import { generatedDocuments } from "../generated_text.ts";
import { inFolder, lines, names, settings, tokenizer } from "./prepare_settings.ts";

Deno.test("prepare() writes what openShards() reads: every sentence of every document, in order", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/b.txt`, lines(2, 30));
    await Deno.writeTextFile(`${folder}/a.txt`, lines(1, 20));
    const progress: number[] = [];
    const { index } = await prepare(settings(folder, {
      shardTokens: 3000,
      onProgress: ({ bytesRead, bytesTotal }) => progress.push(bytesRead / bytesTotal),
    }));
    assertEquals(names(folder), ["a.txt", "b.txt", "out"]);
    assertEquals(names(`${folder}/out`).slice(0, 2), ["index.json", "shard-00000.bin"]);
    assert(index.shards.length > 3);
    assertEquals([progress[0], progress.at(-1)], [0, 1]);
    const { corpus, index: read } = await openShards(`${folder}/out`);
    assertEquals(read, index);
    assertEquals(read.vocabularyFiles, ["vocabulary.txt"]);
    const expected = [...generatedDocuments(1, 20), ...generatedDocuments(2, 30)];
    assertEquals(corpus.documentCount, 50);
    let sentence = 0;
    for (const [document, text] of expected.entries()) {
      for (const line of text.split("\n")) {
        const { shard, start, end } = corpus.rangeOf(sentence, 1);
        assertEquals(
          [...corpus.shards[shard].tokens.subarray(start, end)],
          tokenizer.encodeIds(line),
        );
        assertEquals(corpus.documentOf(sentence++), document);
      }
    }
    assertEquals(sentence, corpus.sentenceCount);
  }));

Deno.test("prepare() leaves out equal and empty documents, and counts them", () =>
  inFolder(async (folder) => {
    const [one, two, three] = generatedDocuments(1, 3);
    await Deno.writeTextFile(`${folder}/a.txt`, [one, two, one, "???", three, two].join("\n\n"));
    const { report, shards } = (await prepare(settings(folder))).index;
    assertEquals(
      [report.documentsRead, report.duplicateDocuments, report.emptyDocuments],
      [6, 2, 1],
    );
    assertEquals(shards[0].documents, 3);
    assertEquals(report.lengths.documents.reduce((a, b) => a + b), 3);
    assertEquals(report.lengths.sentences.reduce((a, b) => a + b), shards[0].sentences);
    const all = await prepare(settings(folder, { overwrite: true, deduplicate: false }));
    assertEquals(all.index.shards[0].documents, 5);
  }));

Deno.test("prepare() reads gzip of several members, folders and patterns, each file once", () =>
  inFolder(async (folder) => {
    const [one, two] = generatedDocuments(1, 2);
    await Deno.mkdir(`${folder}/deep/er`, { recursive: true });
    const packed = [...gzipSync(one), ...gzipSync(`\n\n${two}`)];
    await Deno.writeFile(`${folder}/deep/er/x`, new Uint8Array(packed));
    await Deno.writeTextFile(`${folder}/deep/.hidden`, "W1.");
    const inputs = [`${folder}/deep`, `${folder}/de*/er/x`];
    const { index } = await prepare(settings(folder, { inputs }));
    assertEquals(index.report.documentsRead, 2);
    await Deno.writeFile(`${folder}/deep/er/x`, new Uint8Array(packed.slice(0, 60)));
    await assertRejects(
      () => prepare(settings(folder, { inputs, overwrite: true })),
      SyntaxError,
      `${folder}/deep/er/x: its gzip data is damaged or truncated`,
    );
  }));

Deno.test("prepare() reads zstd of several frames", () =>
  inFolder(async (folder) => {
    const [one, two] = generatedDocuments(1, 2);
    const packed = new Uint8Array([...zstdCompressSync(one), ...zstdCompressSync(`\n\n${two}`)]);
    await Deno.writeFile(`${folder}/a.txt`, packed);
    assertEquals((await prepare(settings(folder))).index.report.documentsRead, 2);
    await Deno.writeFile(`${folder}/a.txt`, packed.slice(0, -10));
    await assertRejects(
      () => prepare(settings(folder, { overwrite: true })),
      SyntaxError,
      "a.txt: its zstd data is damaged or truncated",
    );
  }));

Deno.test("prepare() follows links to files and folders, but not in circles", () =>
  inFolder(async (folder) => {
    const [one, two, three] = generatedDocuments(1, 3);
    for (const name of ["real/sub", "corpus/deep"]) {
      await Deno.mkdir(`${folder}/${name}`, { recursive: true });
    }
    await Deno.writeTextFile(`${folder}/real/a.txt`, one);
    await Deno.writeTextFile(`${folder}/real/sub/b.txt`, two);
    await Deno.writeTextFile(`${folder}/corpus/c.txt`, three);
    // Files of file managers are not text.
    await Deno.writeTextFile(`${folder}/corpus/deep/desktop.ini`, "[.ShellClassInfo]");
    await Deno.symlink("../real/a.txt", `${folder}/corpus/a.txt`);
    await Deno.symlink("../real/sub", `${folder}/corpus/sub`);
    await Deno.symlink("..", `${folder}/corpus/deep/up`);
    assertEquals(await expandInputs([`${folder}/corpus`]), [
      `${folder}/corpus/a.txt`,
      `${folder}/corpus/c.txt`,
      `${folder}/corpus/sub/b.txt`,
    ]);
    await Deno.symlink(`${folder}/corpus`, `${folder}/only`);
    assertEquals((await expandInputs([`${folder}/on*`])).length, 3);
    const { index } = await prepare(settings(folder, { inputs: [`${folder}/corpus`] }));
    assertEquals(index.report.documentsRead, 3);
    await Deno.symlink("nowhere", `${folder}/corpus/broken`);
    await assertRejects(
      () => expandInputs([`${folder}/corpus`]),
      Deno.errors.NotFound,
      `Cannot read ${folder}/corpus/broken: its link is broken`,
    );
  }));

Deno.test("prepare() leaves out files without text, and returns them and the formats", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/_SUCCESS.txt`, "");
    const [one, two, five, seven] = generatedDocuments(1, 4);
    await Deno.writeTextFile(`${folder}/a.txt`, `${one}\n\n${two}\n`);
    await Deno.writeTextFile(`${folder}/b.txt`, "\n \n");
    await Deno.writeTextFile(`${folder}/c.txt`, JSON.stringify({ text: five }));
    await Deno.writeTextFile(`${folder}/d.txt`, JSON.stringify({ text: seven }));
    const names: string[] = [];
    const { formats, emptyFiles, index } = await prepare(settings(folder, {
      format: "auto",
      onFormat: ({ format }, name) => names.push(`${name}: ${format}`),
    }));
    assertEquals(formats, { sentences: 1, jsonl: 2 });
    assertEquals(emptyFiles, [`${folder}/_SUCCESS.txt`, `${folder}/b.txt`]);
    assertEquals(index.report.documentsRead, 4);
    assertEquals(names[0], `${folder}/a.txt: sentences`);
  }));

Deno.test("prepare() reports missing and empty files and files without text in one sentence", () =>
  inFolder(async (folder) => {
    const fails = async (message: string, changes: Partial<PrepareOptions> = {}) => {
      const error = await assertRejects(() => prepare(settings(folder, changes)), Error);
      assert(error.message.includes(message), error.message);
      assert(!names(folder).includes("out.partial"), "something is left behind");
    };
    await fails(`No file matches ${folder}/*.txt`);
    await Deno.writeTextFile(`${folder}/a.txt`, "");
    await fails(`${folder}/a.txt is empty`);
    await Deno.writeTextFile(`${folder}/a.txt`, " \n\n ");
    await fails(`${folder}/a.txt contains no text`);
    await Deno.writeTextFile(`${folder}/a.txt`, "???");
    await fails("The input contains no text");
    await Deno.writeTextFile(`${folder}/a.txt`, "");
    await Deno.writeTextFile(`${folder}/b.txt`, "");
    await fails(`All 2 files are empty, such as ${folder}/a.txt: --input needs files with text`);
    await fails("validation fraction", { validationFraction: 1 });
    await fails("workers must be an integer from 0, got -1", { workers: -1 });
  }));

Deno.test("openShards() names a shard that is missing, truncated or changed", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.txt`, lines(1, 50));
    await prepare(settings(folder, { shardTokens: 2000 }));
    const out = `${folder}/out`, path = `${out}/shard-00001.bin`;
    const good = await Deno.readFile(path);
    for (const bit of [0, 8 * 40 + 3, 8 * good.length - 1]) {
      const bad = good.slice();
      bad[bit >> 3] ^= 1 << (bit & 7);
      await Deno.writeFile(path, bad);
      await assertRejects(() => openShards(out), ShardError, `${path} was changed`);
    }
    await Deno.writeFile(path, good.slice(0, -2));
    await assertRejects(() => openShards(out, { verify: false }), ShardError, "truncated");
    await Deno.remove(path);
    await assertRejects(() => openShards(out), ShardError, `${path} is missing`);
    await Deno.remove(`${out}/index.json`);
    await assertRejects(
      () => openShards(out),
      ShardError,
      "does not contain prepared data (index.json); run prepare",
    );
  }));
