// The files `checkpoints/latest` and `best`, intact and damaged.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { RunFolderError } from "../../src/runs/disk.ts";
import { latestCheckpoint, resolveCheckpoint } from "../../src/train/checkpoint.ts";

/** A run folder with complete checkpoints, and one without `trainer.json`. */
async function runWith(complete: string[], incomplete: string[] = []): Promise<string> {
  const run = await Deno.makeTempDir();
  for (const name of [...complete, ...incomplete]) {
    await Deno.mkdir(`${run}/checkpoints/${name}`, { recursive: true });
  }
  for (const name of complete) {
    await Deno.writeTextFile(`${run}/checkpoints/${name}/trainer.json`, "{}");
  }
  return run;
}

for (const pointer of ["latest", "best"]) {
  Deno.test(`any flipped bit or truncation of ${pointer} names a checkpoint, or is rejected with the fix`, async () => {
    const run = await runWith(["step-45", "step-55", "step-9"]);
    const intact = new TextEncoder().encode("step-55\n");
    const damaged = Array.from({ length: intact.length }, (_, at) => intact.slice(0, at));
    for (let bit = 0; bit < 8 * intact.length; bit++) {
      const flipped = intact.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      damaged.push(flipped);
    }
    let rejected = 0;
    for (const bytes of damaged) {
      await Deno.writeFile(`${run}/checkpoints/${pointer}`, bytes);
      const found = pointer === "latest" ? latestCheckpoint(run) : resolveCheckpoint(run);
      try {
        assert((await Deno.stat(`${await found}/trainer.json`)).isFile);
      } catch (error) {
        assert(error instanceof RunFolderError, String(error));
        assertStringIncludes(error.message, `${run}/checkpoints/${pointer} `);
        assertStringIncludes(error.message, "write step-55, the newest complete checkpoint");
        rejected++;
      }
    }
    assert(rejected > 60 && rejected < damaged.length, String(rejected));
    await Deno.remove(run, { recursive: true });
  });
}

Deno.test("without latest, the newest complete checkpoint is used", async () => {
  const run = await runWith(["step-5", "step-10"], ["step-20"]);
  assertEquals(await latestCheckpoint(run), `${run}/checkpoints/step-10`);
  await Deno.remove(run, { recursive: true });
  const empty = await runWith([], ["step-20"]);
  assertEquals(await latestCheckpoint(empty), null);
  assertEquals(await latestCheckpoint(`${empty}/missing`), null);
  await Deno.writeTextFile(`${empty}/checkpoints/latest`, "step-7\n");
  const { message } = await assertRejects(() => latestCheckpoint(empty), RunFolderError);
  assertStringIncludes(message, "contains no complete checkpoint");
  await Deno.remove(empty, { recursive: true });
});
