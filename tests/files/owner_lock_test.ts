import { assertEquals, assertRejects } from "@std/assert";
import { LockedError, removeTemporaryFiles, takeLock } from "../../src/files/mod.ts";

Deno.test("takeLock() names the owner of a locked file, and closing the file releases it", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/lock`;
  const lock = await takeLock(path);
  const error = await assertRejects(() => takeLock(path), LockedError);
  assertEquals(error.owner.startsWith(`process ${Deno.pid} on ${Deno.hostname()}, started `), true);
  lock.close();
  (await takeLock(path)).close();
  await Deno.remove(folder, { recursive: true });
  await assertRejects(() => takeLock(path), Error, `Cannot write ${path}: `);
});

Deno.test("takeLock() throws LockedError if the lock also prevents reading the owner, as on Windows", async () => {
  const path = await Deno.makeTempFile();
  const lock = await takeLock(path);
  const read = Deno.readTextFile;
  Deno.readTextFile = () =>
    Promise.reject(new Error("The process cannot access the file. (os error 33)"));
  try {
    const { owner } = await assertRejects(() => takeLock(path), LockedError);
    assertEquals(owner, "another process");
  } finally {
    Deno.readTextFile = read;
    lock.close();
    await Deno.remove(path);
  }
});

Deno.test("removeTemporaryFiles() removes temporary files of atomic writes and nothing else", async () => {
  const folder = await Deno.makeTempDir();
  const names = ["a.json", "a.json.17-0123abcd.tmp", "b.bin.9-ffffffff.tmp", "c.tmp", "d.1-2.tmp"];
  for (const name of names) await Deno.writeTextFile(`${folder}/${name}`, "");
  const left = () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  await removeTemporaryFiles(folder, ["a.json"]);
  assertEquals(left(), names.filter((name) => name !== "a.json.17-0123abcd.tmp"));
  await removeTemporaryFiles(folder);
  assertEquals(left(), ["a.json", "c.tmp", "d.1-2.tmp"]);
  await Deno.remove(folder, { recursive: true });
  await removeTemporaryFiles(folder);
});
