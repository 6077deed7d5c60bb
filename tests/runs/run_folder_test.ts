import { assertRejects } from "@std/assert";
import { RunFolder, RunFolderError } from "../../src/runs/disk.ts";

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
