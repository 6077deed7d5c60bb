import { assertEquals, assertRejects } from "@std/assert";
import { checkLines, markLines, RunFolderError } from "../../src/runs/disk.ts";

Deno.test("markLines() syncs the logs through writable files, as Windows requires", async () => {
  const run = await Deno.makeTempDir();
  const open = Deno.open;
  let synced = 0;
  try {
    await Deno.writeTextFile(`${run}/events.jsonl`, '{"step":1}\n');
    Deno.open = async (path, options) => {
      const file = await open(path, options);
      const sync = file.sync.bind(file);
      file.sync = async () => {
        if (!options?.write && !options?.append) {
          throw new Deno.errors.PermissionDenied("Access is denied. (os error 5)");
        }
        synced++;
        await sync();
      };
      return file;
    };
    const marks = await markLines(run);
    assertEquals([synced, Object.keys(marks), marks["events.jsonl"].bytes], [
      1,
      ["events.jsonl"],
      11,
    ]);
    await Deno.writeTextFile(`${run}/events.jsonl`, '{"step":2}\n', { append: true });
    await checkLines(run, marks);
    await Deno.writeTextFile(`${run}/events.jsonl`, '{"step":3}\n');
    await assertRejects(() => checkLines(run, marks), RunFolderError, "events.jsonl is damaged");
  } finally {
    Deno.open = open;
    await Deno.remove(run, { recursive: true });
  }
});
