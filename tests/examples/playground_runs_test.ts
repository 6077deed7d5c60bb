// The runs of the playground's worker.
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Client } from "../../examples/browser/client.ts";
import { withAdapter } from "../support/imitated_adapter.ts";
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

testVisits("a run that another tab has opened is neither continued nor deleted", async () => {
  const root = usePrivateFiles();
  const other = await Visit.open();
  await other.start();
  await other.engine.pause(RUN);
  const visit = await Visit.open();
  const message = "The run is open in another tab. Close that tab first.";
  await assertRejects(() => visit.engine.resume(RUN), Error, message);
  await assertRejects(() => visit.engine.remove(RUN), Error, message);
  assertEquals((await visit.engine.saved()).map(({ run, state }) => [run, state]), [
    [RUN, "paused"],
  ]);
  root.close();
  await visit.engine.resume(RUN);
  await visit.until("finished");
  await visit.engine.remove(RUN);
  assertEquals(await visit.engine.saved(), []);
});

testVisits("requests fail if no device can be opened", async () => {
  const visit = new Visit();
  await withAdapter(null, () => assertRejects(() => visit.engine.open("webgpu")));
  await assertRejects(() => visit.start());
  await assertRejects(() => visit.engine.resume(RUN));
});

Deno.test("requests fail at once if the worker cannot be loaded", async () => {
  const { Worker } = globalThis;
  let failing: { onerror(event: unknown): void } | undefined;
  const imitated = class {
    onerror(_: unknown): void {}
    postMessage(): void {
      failing = this;
    }
  };
  Object.assign(globalThis, { Worker: imitated });
  try {
    const client = new Client(new URL("file:///worker.js"), () => {}, () => {});
    const before = client.call("saved");
    failing!.onerror(new Event("error")); // Without a message, as in browsers.
    const message = "The part of the page that computes cannot be loaded. Reload the page.";
    await assertRejects(() => before, Error, message);
    await assertRejects(() => client.call("saved"), Error, message);
  } finally {
    Object.assign(globalThis, { Worker });
  }
});

testVisits("a run that failed on a full disk continues with the same bytes", async () => {
  usePrivateFiles();
  const other = await Visit.open();
  await other.start();
  await other.until("finished");
  const expected = await other.engine.files(RUN);

  const root = usePrivateFiles();
  const visit = await Visit.open();
  visit.onEvent = ({ type }) => {
    if (type === "metrics") root.full = true;
  };
  await visit.start();
  await visit.until("failed");
  await visit.engine.resume(RUN);
  await visit.until("failed"); // The disk is still full.
  const failed = "failed: The storage of the browser is full. " +
    "Delete runs that you no longer need, or free space on the disk; then try again.";
  assertEquals(visit.states, ["preparing", "running", failed, "preparing", failed]);
  visit.onEvent = () => {};
  root.full = false;
  await visit.engine.resume(RUN);
  await visit.until("finished");
  assertEquals(await visit.engine.files(RUN), expected);
  const [{ points, state }] = await visit.engine.saved();
  assertEquals(points.map(({ step }) => step), [1, 2, 3, 4, 5, 6]);
  assertEquals(state, "finished");
});

testVisits("a run whose files could not be created can be resumed", async () => {
  const root = usePrivateFiles();
  root.full = true;
  const visit = await Visit.open();
  await visit.start();
  await visit.until("failed");
  root.full = false;
  await visit.engine.resume(RUN);
  await visit.until("finished");
  assertEquals(visit.steps, STEPS);
});

Deno.test({
  name: "a run that failed because its device was lost asks for a reload, after which it continues",
  ignore: await navigator.gpu?.requestAdapter() == null,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const root = usePrivateFiles();
    let gpu: GPUDevice | undefined;
    const requestDevice = async (adapter: GPUAdapter, descriptor: GPUDeviceDescriptor) =>
      gpu = await adapter.requestDevice(descriptor);
    const visit = await withAdapter({ requestDevice }, () => Visit.open("webgpu"));
    gpu!.destroy();
    await visit.start();
    await visit.until("failed");
    assertMatch(visit.states.at(-1)!, /^failed: The device was lost.*\. Reload the page, then/);
    root.close();
    const next = await Visit.open();
    assertEquals((await next.engine.saved())[0].state, "failed");
    await next.engine.resume(RUN);
    await next.until("finished");
    assertEquals(next.steps, STEPS);
  },
});
