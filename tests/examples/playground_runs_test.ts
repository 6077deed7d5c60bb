// The runs of the playground's worker.
import { assertEquals } from "@std/assert";
import { RUN, STEPS, testVisits, Visit } from "../support/playground_visit.ts";
import { usePrivateFiles } from "../support/private_files.ts";

for (const [request, state] of [["pause", "paused"], ["stop", "stopped"]] as const) {
  testVisits(`${request} ends a run that is being prepared, and resume continues it`, async () => {
    usePrivateFiles();
    const visit = await Visit.open();
    await visit.start();
    await visit.engine[request](RUN);
    assertEquals([visit.states, visit.steps], [["preparing", state], 0]);
    assertEquals((await visit.engine.saved())[0].state, state);
    await visit.engine.resume(RUN);
    await visit.until("finished");
    assertEquals(visit.states.slice(2), ["preparing", "running", "finished"]);
    assertEquals(visit.steps, STEPS);
  });
}

testVisits("a run that is being prepared can be deleted", async () => {
  usePrivateFiles();
  const visit = await Visit.open();
  await visit.start();
  await visit.engine.remove(RUN);
  assertEquals([await visit.engine.saved(), visit.steps], [[], 0]);
  await visit.start(); // Its files are closed.
  await visit.until("finished");
});

testVisits("resuming a run that is being paused continues it once", async () => {
  usePrivateFiles();
  const visit = await Visit.open();
  await visit.start();
  const paused = visit.engine.pause(RUN);
  await visit.engine.resume(RUN);
  await paused;
  await visit.until("finished");
  assertEquals(visit.states, ["preparing", "paused", "preparing", "running", "finished"]);
  assertEquals(visit.steps, STEPS);
});

for (const resumed of [false, true]) {
  const when = resumed ? "while" : "before";
  testVisits(`an interrupted run can be paused ${when} it is restored`, async () => {
    const root = usePrivateFiles();
    const earlier = await Visit.open();
    await earlier.start();
    await earlier.engine.pause(RUN);
    root.close();
    const folder = await (await root.getDirectoryHandle("runs")).getDirectoryHandle(RUN);
    await (await folder.getFileHandle("log.jsonl")).append('{"state":"running"}\n');
    const visit = await Visit.open();
    assertEquals((await visit.engine.saved())[0].state, "running");
    const requests = resumed ? [visit.engine.resume(RUN)] : [];
    await Promise.all([...requests, visit.engine.pause(RUN)]);
    assertEquals(visit.states, resumed ? ["preparing", "paused"] : ["paused"]);
    assertEquals([(await visit.engine.saved())[0].state, visit.steps], ["paused", 0]);
  });
}
