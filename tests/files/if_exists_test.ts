import { assertEquals, assertRejects } from "@std/assert";
import { ifExists } from "../../src/files/mod.ts";

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
