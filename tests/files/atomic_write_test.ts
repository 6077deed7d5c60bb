import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  atomicWrite,
  atomicWriteFile,
  folderOf,
  sha256File,
  sha256Hex,
} from "../../src/files/mod.ts";

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const namesIn = (folder: string): string[] => [...Deno.readDirSync(folder)].map((e) => e.name);

Deno.test("atomicWriteFile() writes text, bytes and streams, and leaves no temporary file", () =>
  inFolder(async (folder) => {
    await atomicWriteFile(`${folder}/text`, "häuser");
    assertEquals(await Deno.readTextFile(`${folder}/text`), "häuser");
    const bytes = new Uint8Array(3_000_000).map((_, i) => i);
    await atomicWriteFile(`${folder}/bytes`, bytes);
    assertEquals(await sha256File(`${folder}/bytes`), sha256Hex(bytes));
    async function* pieces() {
      yield bytes.subarray(0, 10);
      await Promise.resolve();
      yield bytes.subarray(10);
    }
    await atomicWriteFile(`${folder}/stream`, pieces());
    assertEquals(await sha256File(`${folder}/stream`), sha256Hex(bytes));
    assertEquals(namesIn(folder).sort(), ["bytes", "stream", "text"]);
  }));

Deno.test("atomicWriteFile() keeps the old file and removes its temporary file if the data stream fails", () =>
  inFolder(async (folder) => {
    await atomicWriteFile(`${folder}/a`, "old");
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(100);
      await Promise.resolve();
      throw new Error("connection lost");
    }
    await assertRejects(
      () => atomicWriteFile(`${folder}/a`, broken()),
      Error,
      `Cannot write ${folder}/a: connection lost`,
    );
    assertEquals(await Deno.readTextFile(`${folder}/a`), "old");
    assertEquals(namesIn(folder), ["a"]);
  }));

Deno.test("atomicWriteFile() keeps links, and replaces or creates their files", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/real`);
    await Deno.writeTextFile(`${folder}/real/a`, "old");
    await Deno.symlink("real/a", `${folder}/relative`);
    await Deno.symlink(`${folder}/relative`, `${folder}/twice`);
    await Deno.symlink("real/new", `${folder}/dangling`);
    for (const [link, file] of [["relative", "a"], ["twice", "a"], ["dangling", "new"]]) {
      await atomicWriteFile(`${folder}/${link}`, link);
      assertEquals(await Deno.readTextFile(`${folder}/real/${file}`), link);
      assert((await Deno.lstat(`${folder}/${link}`)).isSymlink, link);
      assert((await Deno.lstat(`${folder}/real/${file}`)).isFile, link);
    }
    assertEquals(namesIn(`${folder}/real`).sort(), ["a", "new"]);
    assertEquals(namesIn(folder).sort(), ["dangling", "real", "relative", "twice"]);
  }));

Deno.test({
  name: "atomicWriteFile() writes to pipes, and does not replace them",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const pipe = `${folder}/pipe`;
      await new Deno.Command("mkfifo", { args: [pipe] }).output();
      const text = "0123456789".repeat(20_000);
      await Deno.symlink("pipe", `${folder}/link`);
      // No device, which a faulty function would replace for the whole system.
      for (const path of [pipe, `${folder}/link`]) {
        const [, read] = await Promise.all([atomicWriteFile(path, text), Deno.readTextFile(pipe)]);
        assertEquals(read, text);
      }
      assert((await Deno.lstat(pipe)).isFifo);
      assertEquals(namesIn(folder).sort(), ["link", "pipe"]);
      // /dev/stdout leads to a pipe without a name.
      const module = new URL("../../src/files/atomic_write.ts", import.meta.url);
      const script = `import { atomicWrite, atomicWriteFile } from "${module}";
        await atomicWriteFile("/dev/stdout", "through a pipe");`;
      await Deno.writeTextFile(`${folder}/write.ts`, script);
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-RW", "--no-check", "--no-config", `${folder}/write.ts`],
      }).output();
      assertEquals(new TextDecoder().decode(stdout), "through a pipe");
    }),
});

Deno.test("atomicWriteFile() names the path if the folder is missing", async () => {
  const error = await assertRejects(() => atomicWriteFile("/no/such/folder/x", "1"), Error);
  assert(error.message.startsWith("Cannot write /no/such/folder/x: "));
});

Deno.test("atomicWrite() rejects a folder before the content is computed", () =>
  inFolder(async (folder) => {
    const write = () => Promise.reject(new Error("the content was computed"));
    await Deno.symlink(folder, `${folder}/link`, { type: "dir" });
    for (const path of [folder, `${folder}/link`]) {
      const message = `Cannot write ${path}: it is a folder`;
      const error = await assertRejects(() => atomicWrite(path, write), Error);
      assertEquals(error.message, message);
    }
  }));

Deno.test("atomicWriteFile() leaves one complete file after concurrent writes", () =>
  inFolder(async (folder) => {
    const texts = Array.from({ length: 8 }, (_, i) => String(i).repeat(100_000));
    await Promise.all(texts.map((text) => atomicWriteFile(`${folder}/a`, text)));
    assert(texts.includes(await Deno.readTextFile(`${folder}/a`)));
    assertEquals(namesIn(folder), ["a"]);
  }));

Deno.test("sha256Hex() returns the published checksum of 'abc' (FIPS 180-4)", () =>
  assertEquals(
    sha256Hex("abc"),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  ));

Deno.test("folderOf() returns the folder of a path, a bare name and a file at the root", () => {
  assertEquals(["a/b/c", "c", "/c"].map(folderOf), ["a/b", ".", "/"]);
});
