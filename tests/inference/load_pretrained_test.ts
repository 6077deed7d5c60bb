import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { openDevice, type OpenDeviceOptions } from "../../src/device/mod.ts";
import { loadPretrained } from "../../src/inference/mod.ts";
import { ConfigError } from "../../src/model/mod.ts";
import { convertFolder } from "../../src/train/disk.ts";
import { fakeHub } from "../weights/hub/fake_hub.ts";
import { toyFiles } from "./toy_model.ts";

Deno.test("loadPretrained() loads a model of the hub, and explains a hub that cannot be reached", async () => {
  const hub = fakeHub("owner/toy", Object.fromEntries(toyFiles()));
  const cache = await Deno.makeTempDir();
  const variables = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cache };
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  await using device = await openDevice({ device: "cpu" });
  let stopped = false;
  try {
    const vector = async () => {
      using albert = await loadPretrained("hf:owner/toy", device);
      return await albert.embed("the cat");
    };
    const fresh = await vector();
    using albert = await loadPretrained("hf:owner/toy@refs/pr/3", device);
    assertEquals(await albert.embed("the cat"), fresh);
    const rejects = (name: string, message: string) =>
      assertRejects(() => loadPretrained(name, device), ConfigError, message);
    const unnamed = await assertRejects(() => loadPretrained("hf:toy", device), ConfigError);
    assertMatch(unnamed.message, /^hf:toy is not the name of a hub model; use hf:OWNER\/NAME/);
    await rejects("hf:owner/toy@refs/../x", "is not the name of a hub model");
    await rejects("hf:owner/other", "Cannot load hf:owner/other: ");
    await hub.stop();
    stopped = true;
    // The copy in the cache is complete.
    assertEquals(await vector(), fresh);
    // Other libraries may have filled the cache without asking for modules.json.
    const copy = `${cache}/models--owner--toy`;
    await Deno.rename(`${copy}/.no_exist`, `${copy}/elsewhere`);
    await assertRejects(vector, ConfigError, "the cache contains neither modules.json, which");
    using unknown = await loadPretrained("hf:owner/toy", device);
    assertEquals(await unknown.embed("the cat", { pooling: "mean" }), fresh);
    const [commit] = Array.from(Deno.readDirSync(`${copy}/snapshots`), ({ name }) => name);
    const { unwritten } = await convertFolder(`${copy}/snapshots/${commit}`, `${cache}/converted`);
    assertMatch(unwritten.at(-1)!, /^modules\.json is not written: the cache contains neither/);
    await Deno.rename(`${copy}/elsewhere`, `${copy}/.no_exist`);
    assertEquals(await vector(), fresh);
    await rejects("hf:owner/new", "and the cache has no complete copy of owner/new");
  } finally {
    if (!stopped) await hub.stop();
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    await Deno.remove(cache, { recursive: true });
  }
});

Deno.test("openDevice() rejects unknown devices and options with the valid ones", async () => {
  const rejects = (options: unknown, message: string) =>
    assertRejects(() => openDevice(options as OpenDeviceOptions), Error, message);
  await rejects({ device: "gpu" }, 'device must be "auto" or "webgpu" or "cpu", got "gpu"');
  await rejects({}, 'device must be "auto" or "webgpu" or "cpu", got nothing');
  await rejects(
    { device: "cpu", threads: 2 },
    'openDevice() has no option "threads"; its options are device',
  );
  await rejects({ device: "cpu", workers: 0 }, "workers must be a positive integer, got 0");
  await rejects("cpu", 'The options of openDevice() must be an object, got "cpu"');
});
