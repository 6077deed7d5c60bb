// What a hub or a repository of a stranger must not achieve.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { downloadModel, HubError, type HubSettings } from "../../../src/weights/hub/mod.ts";
import { FILES, ID, text, WEIGHTS, withHub } from "./fake_hub.ts";

const fails = (settings: HubSettings, message: string) =>
  assertRejects(() => downloadModel(`hf:${ID}`, {}, settings), HubError, message);

Deno.test("a shard may have any name that a file can have", async () => {
  const shards = ["a?b#c.safetensors", "%2e%2e", "ü 1.safetensors"];
  const { "model.safetensors": _, ...files } = FILES;
  const weight_map = Object.fromEntries(shards.map((name, i) => [`t${i}`, name]));
  const all: Record<string, Uint8Array> = {
    ...files,
    "model.safetensors.index.json": text(JSON.stringify({ weight_map })),
  };
  shards.forEach((name, i) => all[name] = WEIGHTS.map((byte) => byte ^ i));
  await withHub(async ({ settings }) => {
    const model = await downloadModel(`hf:${ID}`, {}, settings);
    for (const name of shards) assertEquals(await Deno.readFile(`${model}/${name}`), all[name]);
  }, all);
});

Deno.test("a download that does not end is stopped at the size that the hub lists", async () => {
  await withHub(async ({ hub, settings, folder }) => {
    hub.faults.endless = true;
    await fails(settings, "has more than the 300000 bytes that");
    for await (const { name } of Deno.readDir(`${folder}/blobs`)) {
      const { size } = await Deno.stat(`${folder}/blobs/${name}`);
      assert(size < WEIGHTS.length, name);
    }
    hub.faults.endless = false;
    await downloadModel(`hf:${ID}`, {}, settings);
  });
});

Deno.test("redirects lead to web servers only, without the token on other hosts", async () => {
  await withHub(async ({ hub, settings }) => {
    const file = await Deno.makeTempFile();
    await Deno.writeFile(file, WEIGHTS);
    for (const location of [`file://${file}`, "data:,x", "blob:x"]) {
      hub.faults.location = location;
      await fails(settings, `redirects to a URL of the protocol ${location.split(":")[0]}:`);
    }
    await Deno.remove(file);
    // A path that begins with two slashes names a host.
    const other = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => {
        assertEquals([request.method, request.headers.get("authorization")], ["GET", null]);
        return new Response(WEIGHTS);
      },
    );
    hub.faults.location = `//127.0.0.1:${other.addr.port}/x`;
    await downloadModel(`hf:${ID}`, {}, { ...settings, token: "secret" });
    await other.shutdown();
    assertEquals(
      new Set(hub.requests.map(({ authorization }) => authorization)).has("Bearer secret"),
      true,
    );
  });
});
