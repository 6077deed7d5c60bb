import { assertEquals } from "@std/assert";
import { CsvLog, eventsCsv, RunFolder } from "../../src/runs/disk.ts";

Deno.test("eventsCsv() has a column for each field, and quotes names and values", () => {
  const csv = eventsCsv([
    { step: 1, loss: 2.5, time: 9 },
    { step: 2, time: 10, 'a "b",c': "x\ny" },
  ]);
  assertEquals(csv, 'step,time,loss,"a ""b"",c"\n1,9,2.5,\n2,10,,"x\ny"\n');
});

Deno.test("CsvLog appends events, adds columns that appear later, and starts again from the events", async () => {
  const path = await Deno.makeTempDir();
  const folder = await RunFolder.open(path);
  const read = (name: string) => Deno.readTextFile(`${path}/${name}.csv`);
  try {
    let log = await CsvLog.start(path);
    const add = async (event: Record<string, number>) => {
      await folder.appendEvent(event);
      await log.add(event);
    };
    await add({ step: 1, loss: 3, time: 1 });
    await add({ step: 2, loss: 2, time: 2 });
    await add({ step: 2, eval_loss: 2.5, time: 3 });
    assertEquals(await read("train"), "step,time,loss\n1,1,3\n2,2,2\n");
    await add({ step: 3, loss: 1, skipped_steps: 1, time: 4 });
    assertEquals(await read("train"), "step,time,loss,skipped_steps\n1,1,3,\n2,2,2,\n3,4,1,1\n");
    assertEquals(await read("eval"), "step,time,eval_loss\n2,3,2.5\n");
    log.close();
    await folder.cutEvents(2);
    log = await CsvLog.start(path);
    await add({ step: 3, loss: 1.5, time: 5 });
    assertEquals(await read("train"), "step,time,loss\n1,1,3\n2,2,2\n3,5,1.5\n");
    log.close();
  } finally {
    await folder.close();
    await Deno.remove(path, { recursive: true });
  }
});
