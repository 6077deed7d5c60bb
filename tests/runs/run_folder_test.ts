import { assertEquals, assertRejects } from "@std/assert";
import { readHistory, RunRecord } from "../../src/report/mod.ts";
import { readEvents, RunFolder, RunFolderError } from "../../src/runs/disk.ts";

Deno.test("a file, or a link to a missing folder, is rejected as a run folder with the reason", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/file`, "");
  await Deno.symlink("missing", `${folder}/link`);
  for (const name of ["file", "link"]) {
    const open = () => RunFolder.open(`${folder}/${name}`);
    await assertRejects(open, RunFolderError, "it is a file, or a link to a folder that");
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("readEvents() and readHistory() name the expected folder if a file is given", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/events.jsonl`;
  await Deno.writeTextFile(file, '{"step":1}\nnot JSON\n{"step":2}\n{"step":');
  const message = `${file} is a file; expected a folder with events.jsonl`;
  await assertRejects(() => readEvents(file), RunFolderError, message);
  const record = new RunRecord("x", {});
  await assertRejects(() => readHistory(file, record), RunFolderError, message);
  assertEquals(await readEvents(folder), [{ step: 1 }, { step: 2 }]);
  assertEquals(await readEvents(`${folder}/missing`), []);
  await Deno.remove(folder, { recursive: true });
});
