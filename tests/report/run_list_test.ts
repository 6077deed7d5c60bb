import { assertEquals, assertRejects } from "@std/assert";
import { findRuns, listedRun } from "../../src/report/mod.ts";

Deno.test("findRuns() and listedRun() skip folders that cannot be read, but not the given ones", async () => {
  const folder = await Deno.makeTempDir();
  const { readDir } = Deno;
  const { NotFound, PermissionDenied } = Deno.errors;
  const errors: Record<string, Error> = {
    "lost+found": new PermissionDenied("Permission denied (os error 13)"),
    "run.9.tmp": new NotFound("No such file or directory (os error 2)"),
    broken: new Error("Input/output error (os error 5)"),
  };
  Deno.readDir = (path) => {
    const error = errors[`${path}`.split("/").at(-1)!];
    if (error === undefined) return readDir(path);
    return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) };
  };
  try {
    const run = `${folder}/a/run`;
    for (
      const path of [
        `${folder}/lost+found`,
        `${folder}/a/run.9.tmp`,
        `${run}/checkpoints/run.9.tmp`,
      ]
    ) await Deno.mkdir(path, { recursive: true });
    await Deno.writeTextFile(`${run}/run.json`, "{}");
    assertEquals(await findRuns([folder]), [run]);
    assertEquals((await listedRun(run)).summary.bytes, 2);
    await assertRejects(() => findRuns([folder, `${folder}/lost+found`]), PermissionDenied);
    await Deno.mkdir(`${folder}/a/broken`);
    await assertRejects(() => findRuns([folder]), Error, "Input/output error");
  } finally {
    Deno.readDir = readDir;
    await Deno.remove(folder, { recursive: true });
  }
});
