import { assert, assertEquals, assertRejects } from "@std/assert";
import { openShards, prepare } from "../../../src/data/disk/mod.ts";
import { contents, inFolder, lines, names, settings, tokenizer } from "./prepare_settings.ts";

Deno.test("prepare() stopped anywhere and called again writes the same bytes", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.txt`, lines(1, 200) + "\n\n???\n\n" + lines(1, 5));
    const whole = settings(folder, { shardTokens: 5000, output: `${folder}/whole` });
    await prepare(whole);
    const partial = { ...whole, output: `${folder}/parts` };
    let attempts = 0, resumed = 0, message = "";
    for (let stopAt = 15_000;; stopAt += 11_000) {
      attempts++;
      let tokensBefore = 0;
      try {
        const result = await prepare({
          ...partial,
          // In small pieces, so that there is something to stop.
          tokenizer: {
            vocabularySize: tokenizer.vocabularySize,
            specialIds: tokenizer.specialIds,
            idToPiece: (id) => tokenizer.idToPiece(id),
            toFiles: () => tokenizer.toFiles(),
            encodeIds: (text) => {
              const ids = tokenizer.encodeIds(text);
              tokensBefore += ids.length;
              if (attempts < 4 && tokensBefore > stopAt) throw new Error("stopped");
              return ids;
            },
          },
        });
        resumed = result.documentsResumed;
        break;
      } catch (error) {
        message = (error as Error).message;
        assert(message.startsWith("stopped"), message);
      }
    }
    assertEquals(attempts, 4);
    assert(message.includes(`finished shards are kept in ${folder}/parts.partial`), message);
    assert(resumed > 0);
    assertEquals(contents(`${folder}/parts`), contents(`${folder}/whole`));
  }));

Deno.test("prepare() does not read its own output in a folder of the input", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.txt`, lines(1, 100));
    const options = settings(folder, { shardTokens: 2000, inputs: [folder] });
    const { index } = await prepare(options);
    const stop = new AbortController();
    const onProgress = ({ documents }: { documents: number }) => {
      if (documents > 50) stop.abort(new Error("stopped"));
    };
    const again = { ...options, overwrite: true };
    await assertRejects(
      () => prepare({ ...again, signal: stop.signal, onProgress }),
      Error,
      "stopped",
    );
    // As after a killed process.
    await Deno.writeTextFile(`${folder}/out.lock`, "process 1\n");
    const result = await prepare(again);
    assertEquals([result.index, names(folder)], [index, ["a.txt", "out"]]);
    assert(result.documentsResumed > 0);
  }));

Deno.test("prepare() rejects resuming with another input, vocabulary or setting", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.txt`, lines(1, 100));
    await Deno.writeFile(`${folder}/b.txt`, new Uint8Array([0xff]));
    const options = settings(folder, { shardTokens: 2000 });
    await assertRejects(() => prepare(options), SyntaxError, "b.txt: byte 0xFF at offset 0");
    assertEquals(names(folder), ["a.txt", "b.txt", "out.partial"]);
    await assertRejects(
      () => prepare({ ...options, shardTokens: 3000 }),
      Error,
      "started with another vocabulary or other settings",
    );
    await Deno.writeTextFile(`${folder}/a.txt`, lines(2, 100));
    await assertRejects(() => prepare(options), Error, "The input is not the one");
    await Deno.remove(`${folder}/b.txt`);
    const { documentsResumed } = await prepare({ ...options, overwrite: true });
    assertEquals(documentsResumed, 0);
    assertEquals(names(folder), ["a.txt", "out"]);
  }));

Deno.test("prepare() with overwrite resumes an attempt that fits, and discards any other", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.txt`, lines(1, 100));
    const options = settings(folder, { shardTokens: 2000, overwrite: true, format: "auto" });
    const whole = `${folder}/whole`, out = `${folder}/out`, partial = `${folder}/out.partial`;
    await prepare({ ...options, output: whole });
    await prepare({ ...options, output: out, shardTokens: 1e6 });
    const old = contents(out);
    const interrupt = async () => {
      await Deno.writeFile(`${folder}/b.txt`, new Uint8Array([0xff]));
      await assertRejects(() => prepare(options), SyntaxError, "the same command resumes there");
      await Deno.remove(`${folder}/b.txt`);
      assertEquals(contents(out), old, "the old data remains until then");
    };
    await interrupt();
    // What a killed process wrote after its journal.
    await Deno.writeTextFile(`${partial}/shard-00099.bin`, "x");
    const { documentsResumed } = await prepare(options);
    assert(documentsResumed > 0, `${documentsResumed}`);
    assertEquals(contents(out), contents(whole));
    await Deno.remove(out, { recursive: true });
    await Deno.mkdir(out);
    for (
      const spoil of [
        () => Deno.writeTextFile(`${partial}/prepare.json`, "{}"),
        () => Deno.remove(`${partial}/shard-00000.bin`),
        () => Deno.writeTextFile(`${folder}/a.txt`, lines(2, 100)),
      ]
    ) {
      await Deno.writeTextFile(`${folder}/a.txt`, lines(1, 100));
      await prepare({ ...options, shardTokens: 1e6 });
      Object.assign(old, contents(out));
      await interrupt();
      await spoil();
      const { documentsResumed, formats } = await prepare(options);
      assertEquals([documentsResumed, formats], [0, { sentences: 1 }]);
    }
    await prepare({ ...options, output: whole });
    assertEquals(contents(out), contents(whole));
  }));

Deno.test("prepare() keeps complete data that cannot get its name, and data that it would replace", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.txt`, lines(1, 100));
    const out = `${folder}/out`, partial = `${folder}/out.partial`;
    const options = settings(folder, { shardTokens: 2000 });
    const whole = { ...options, output: `${folder}/whole` };
    await prepare(whole);
    const error = await assertRejects(() =>
      prepare({
        ...options,
        onProgress: ({ documents }) => {
          if (documents === 0) return;
          Deno.mkdirSync(out, { recursive: true });
          Deno.writeTextFileSync(`${out}/thesis.doc`, "x");
        },
      }), Error);
    assertEquals(
      error.message,
      `Cannot rename ${partial} to ${out}: ${out} contains thesis.doc, which prepare did not write: ` +
        `choose another folder; ${partial} contains the complete data: rename it to another name`,
    );
    assertEquals(names(folder), ["a.txt", "out", "out.partial", "whole"]);
    assertEquals((await openShards(partial)).index.report.documentsRead, 100);
    await Deno.remove(out, { recursive: true });
    assert((await prepare(options)).documentsResumed > 0, "the journal remained");
    assertEquals(contents(out), contents(whole.output));
  }));

Deno.test("prepare() rejects an empty folder that cannot be renamed before it reads text", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.txt`, lines(1, 5));
    const out = `${folder}/out`;
    await Deno.mkdir(out);
    const { rename } = Deno;
    // As for a mounted disk, which only an administrator could make here.
    Deno.rename = (from, to) =>
      from === out
        ? Promise.reject(
          new Deno.errors.Busy(`Resource busy (os error 16): rename '${out}' -> 'x'`),
        )
        : rename(from, to);
    try {
      const error = await assertRejects(() => prepare(settings(folder)), Error);
      assertEquals(
        error.message,
        `Cannot replace ${out}: Resource busy; prepare renames its folder when it ` +
          `is complete, so choose a folder that does not exist, such as ${out}/data`,
      );
    } finally {
      Deno.rename = rename;
    }
    assertEquals(names(folder), ["a.txt", "out"]);
    await prepare(settings(folder));
  }));

Deno.test("prepare() writes to the folder that a link leads to, and keeps the link", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.txt`, lines(1, 5));
    await Deno.mkdir(`${folder}/disk/big`, { recursive: true });
    await Deno.symlink("disk/big", `${folder}/out`);
    await prepare(settings(folder));
    assertEquals(names(`${folder}/disk`), ["big"]);
    assertEquals(names(`${folder}/disk/big`).includes("index.json"), true);
    assertEquals(await Deno.readLink(`${folder}/out`), "disk/big");
  }));

Deno.test("prepare() replaces only its own folders, and only with overwrite", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.txt`, lines(1, 5));
    await Deno.mkdir(`${folder}/out`);
    // Finder has shown the folder.
    await Deno.writeTextFile(`${folder}/out/.DS_Store`, "Bud1");
    await prepare(settings(folder));
    assert(!names(`${folder}/out`).includes(".DS_Store"));
    const before = contents(`${folder}/out`);
    await assertRejects(() => prepare(settings(folder)), Error, "add --overwrite");
    await Deno.writeFile(`${folder}/b.txt`, new Uint8Array([0xff]));
    await assertRejects(() => prepare(settings(folder, { overwrite: true })), SyntaxError);
    assertEquals(contents(`${folder}/out`), before, "a failure leaves the old data");
    await Deno.mkdir(`${folder}/mine`);
    await Deno.writeTextFile(`${folder}/mine/thesis.doc`, "x");
    await assertRejects(
      () => prepare(settings(folder, { output: `${folder}/mine`, overwrite: true })),
      Error,
      "mine contains thesis.doc, which prepare did not write",
    );
    assertEquals(names(folder), ["a.txt", "b.txt", "mine", "out"]);
  }));

Deno.test("two processes do not prepare one folder at once", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.txt`, lines(1, 5));
    const lock = await Deno.open(`${folder}/out.lock`, { create: true, write: true });
    await lock.lock(true);
    await assertRejects(() => prepare(settings(folder)), Error, "is being prepared by");
    lock.close();
    await prepare(settings(folder));
  }));
