import { assertEquals, assertRejects } from "@std/assert";
import { readIndex } from "../../src/data/disk/mod.ts";
import { openDevice } from "../../src/device/mod.ts";
import { ifExists, lacks, namesIn, removeEmptyFolder } from "../../src/files/mod.ts";
import { loadPretrained } from "../../src/inference/mod.ts";
import { readRun } from "../../src/report/mod.ts";
import { readModelFolder, readRunSettings } from "../../src/train/disk.ts";

Deno.test("ifExists() returns null for a missing file, and rejects with any other error", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assertEquals(await ifExists(Deno.readTextFile(`${folder}/missing`)), null);
    await Deno.writeTextFile(`${folder}/file`, "text");
    assertEquals(await ifExists(Deno.readTextFile(`${folder}/file`)), "text");
    await assertRejects(() => ifExists(Deno.readTextFile(folder)));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("lacks() distinguishes a missing folder, a file, and a folder without the content", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/file`, "text");
    const expected = "expected a folder with dev.tsv";
    assertEquals(lacks(folder, "dev.tsv"), `${folder} does not contain dev.tsv`);
    assertEquals(lacks(`${folder}/file`, "dev.tsv"), `${folder}/file is a file; ${expected}`);
    for (const path of [`${folder}/missing`, `${folder}/file/data`]) {
      assertEquals(lacks(path, "dev.tsv"), `${path} does not exist; ${expected}`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("removeEmptyFolder() removes the files of file managers, and no folder with other files", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/new`;
  await removeEmptyFolder(path);
  await assertRejects(() => namesIn(path), Deno.errors.NotFound);
  for (const name of [".DS_Store", "desktop.ini", "Thumbs.db", "my.DS_Store"]) {
    await Deno.mkdir(path, { recursive: true });
    await Deno.writeTextFile(`${path}/${name}`, "");
  }
  assertEquals(await namesIn(path), ["my.DS_Store"]);
  await assertRejects(() => removeEmptyFolder(path), Error, "not empty");
  assertEquals([...Deno.readDirSync(path)].length, 4);
  await Deno.remove(`${path}/my.DS_Store`);
  assertEquals(await namesIn(path), []);
  await removeEmptyFolder(path);
  assertEquals(await namesIn(folder), []);
  await Deno.remove(folder);
});

Deno.test("functions that read a folder reject a file with one sentence", async () => {
  const file = await Deno.makeTempFile();
  await using device = await openDevice({ device: "cpu", workers: 1 });
  const load = (path: string) => loadPretrained(path, device);
  try {
    for (const read of [load, readModelFolder, readIndex, readRun, readRunSettings]) {
      await assertRejects(
        () => read(file) as Promise<unknown>,
        Error,
        `${file} is a file; expected`,
      );
    }
  } finally {
    await Deno.remove(file);
  }
});
