import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { downloadModel, HubError, type HubSettings } from "../../../src/weights/hub/mod.ts";
import { COMMIT, gitSha1, sha256, type StandIn, standInForTheHub } from "./stand_in.ts";

const ID = "ada/tiny-albert";
const WEIGHTS = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) >> 3);
const text = (value: string) => new TextEncoder().encode(value);
const FILES = {
  "config.json": text('{"model_type": "albert"}'),
  "model.safetensors": WEIGHTS,
  "tokenizer.json": text('{"model": {}}'),
  "README.md": text("not wanted"),
};

interface Scene {
  hub: StandIn;
  settings: HubSettings;
  folder: string;
}

/** A stand-in of the hub and an empty cache. */
async function scene(
  play: (scene: Scene) => Promise<void>,
  files: Record<string, Uint8Array> = FILES,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const hub = standInForTheHub(ID, files);
  const settings = {
    endpoint: hub.endpoint,
    cache: `${folder}/hub`,
    offline: false,
    timeoutSeconds: 5,
    waitSeconds: [0.001, 0.001],
  };
  try {
    await play({ hub, settings, folder: `${folder}/hub/models--ada--tiny-albert` });
  } finally {
    await hub.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

const names = async (folder: string) =>
  (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();

const fails = async (settings: HubSettings, message: string, name = `hf:${ID}`) => {
  const error = await assertRejects(() => downloadModel(name, {}, settings), HubError, message);
  assert(!error.message.includes("\n"), "one sentence");
};

Deno.test("a model is downloaded into the cache's layout", async () => {
  await scene(async ({ settings, folder }) => {
    const seen: [number, number][] = [];
    const progress = (done: number, total: number) => void seen.push([done, total]);
    const model = await downloadModel(`hf:${ID}`, { progress }, settings);
    assertEquals(model, `${folder}/snapshots/${COMMIT}`);
    assertEquals(await names(model), ["config.json", "model.safetensors", "tokenizer.json"]);
    assertEquals(
      await names(`${folder}/blobs`),
      [
        sha256(WEIGHTS),
        gitSha1(FILES["config.json"]),
        gitSha1(FILES["tokenizer.json"]),
      ].sort(),
    );
    assertEquals(await Deno.readTextFile(`${folder}/refs/main`), COMMIT);
    assertEquals(
      await Deno.readLink(`${model}/model.safetensors`),
      `../../blobs/${sha256(WEIGHTS)}`,
    );
    assertEquals(await Deno.readFile(`${model}/model.safetensors`), WEIGHTS);
    const total = WEIGHTS.length + FILES["config.json"].length + FILES["tokenizer.json"].length;
    assertEquals(seen.at(-1), [total, total]);
    assert(seen.every(([done], i) => i === 0 || done >= seen[i - 1][0]), "never back");
  });
});

Deno.test("what is in the cache is not downloaded again", async () => {
  await scene(async ({ hub, settings }) => {
    await downloadModel(`hf:${ID}`, {}, settings);
    hub.asked.length = 0;
    await downloadModel(`hf:${ID}`, {}, settings);
    // One question: whether the branch has moved.
    assertEquals(new Set(hub.asked.map(({ method }) => method)), new Set(["HEAD"]));
    assertEquals(hub.asked[0].path, `/${ID}/resolve/main/config.json`);
    assert(hub.asked.every(({ path }) => path.endsWith("config.json")));
  });
});

Deno.test("a download goes on after every cut, from the byte where it stopped", async () => {
  await scene(async ({ hub, settings }) => {
    hub.manners.cutAfter = 100_000;
    const model = await downloadModel(`hf:${ID}`, {}, settings);
    assertEquals(await Deno.readFile(`${model}/model.safetensors`), WEIGHTS);
    const ranges = hub.asked.filter(({ path }) => path.startsWith("/store/"));
    assertEquals(ranges.map(({ range }) => range), [null, "bytes=100000-", "bytes=200000-"]);
  });
});

Deno.test("a connection that brings nothing ends the download; the next one goes on", async () => {
  await scene(async ({ hub, settings, folder }) => {
    hub.manners.cutAfter = 0;
    await fails(settings, "model.safetensors of ada/tiny-albert stopped at 0 of 300000 bytes");
    assertEquals(await names(`${folder}/snapshots/${COMMIT}`), ["config.json"]);
    // Half of it lies there, as a killed process leaves it.
    const blob = `${folder}/blobs/${sha256(WEIGHTS)}`;
    await Deno.writeFile(`${blob}.incomplete`, WEIGHTS.subarray(0, 123_456));
    delete hub.manners.cutAfter;
    hub.asked.length = 0;
    await downloadModel(`hf:${ID}`, {}, settings);
    assertEquals(await Deno.readFile(blob), WEIGHTS);
    assertEquals(hub.asked.find(({ range }) => range !== null)?.range, "bytes=123456-");
    assert(!(await names(`${folder}/blobs`)).some((name) => name.endsWith(".incomplete")));
  });
});

Deno.test("a server without ranges sends the whole again", async () => {
  await scene(async ({ hub, settings, folder }) => {
    hub.manners.noRanges = true;
    await Deno.mkdir(`${folder}/blobs`, { recursive: true });
    const blob = `${folder}/blobs/${sha256(WEIGHTS)}`;
    await Deno.writeFile(`${blob}.incomplete`, WEIGHTS.subarray(0, 1234));
    await downloadModel(`hf:${ID}`, {}, settings);
    assertEquals(await Deno.readFile(blob), WEIGHTS);
  });
});

Deno.test("a damaged part is found out and fetched anew", async () => {
  await scene(async ({ settings, folder }) => {
    await Deno.mkdir(`${folder}/blobs`, { recursive: true });
    const blob = `${folder}/blobs/${sha256(WEIGHTS)}`;
    await Deno.writeFile(`${blob}.incomplete`, new Uint8Array(5000));
    await downloadModel(`hf:${ID}`, {}, settings);
    assertEquals(await Deno.readFile(blob), WEIGHTS);
  });
});

Deno.test("wrong bytes are refused and leave nothing behind, of large and of small files", async () => {
  await scene(async ({ hub, settings, folder }) => {
    hub.manners.wrongBytes = true;
    await fails(settings, "model.safetensors of ada/tiny-albert came with wrong bytes");
    assertEquals(await names(`${folder}/blobs`), [gitSha1(FILES["config.json"])]);
  });
  // The small file's checksum is git's: the stand-in describes one content and sends another.
  const files = { ...FILES };
  await scene(async ({ settings, folder }) => {
    const honest = files["config.json"];
    let calls = 0;
    Object.defineProperty(files, "config.json", {
      enumerable: true,
      get: () => ++calls <= 4 ? honest : text('{"model_type": "alberx"}'),
    });
    await fails(
      { ...settings, waitSeconds: [] },
      "config.json of ada/tiny-albert came with wrong bytes",
    );
    assertEquals(await names(`${folder}/blobs`), []);
  }, files);
});

Deno.test("shards and their index are downloaded where the weights are not in one file", async () => {
  const map = { weight_map: { a: "model-1.safetensors", b: "model-2.safetensors" } };
  const files = {
    "config.json": FILES["config.json"],
    "model.safetensors.index.json": text(JSON.stringify(map)),
    "model-1.safetensors": WEIGHTS.subarray(0, 2000),
    "model-2.safetensors": WEIGHTS.subarray(2000, 5000),
  };
  await scene(async ({ hub, settings }) => {
    const model = await downloadModel(`hf:${ID}@${COMMIT}`, {}, settings);
    assertEquals(await names(model), Object.keys(files).sort());
    hub.manners.without = ["model-2.safetensors"];
    await Deno.remove(`${model}/model-2.safetensors`);
    await fails(
      settings,
      "has no model-2.safetensors, which its model.safetensors.index.json names",
    );
  }, files);
});

Deno.test("offline, only a whole copy in the cache will do", async () => {
  await scene(async ({ hub, settings }) => {
    const offline = { ...settings, offline: true };
    await fails(offline, `HF_HUB_OFFLINE is set, and ${ID} at main is not whole in the cache`);
    const model = await downloadModel(`hf:${ID}`, {}, settings);
    hub.asked.length = 0;
    assertEquals(await downloadModel(`hf:${ID}`, {}, offline), model);
    assertEquals(hub.asked, []);
    await Deno.remove(`${model}/model.safetensors`);
    await fails(offline, "is not whole in the cache");
  });
});

Deno.test("damage in the cache is found out: fetched anew, and offline refused by the file's name", async () => {
  await scene(async ({ hub, settings, folder }) => {
    const model = await downloadModel(`hf:${ID}`, {}, settings);
    const offline = { ...settings, offline: true };
    for (const [name, whole] of Object.entries(FILES)) {
      if (name === "README.md") continue;
      const blob = `${folder}/blobs/${whole === WEIGHTS ? sha256(whole) : gitSha1(whole)}`;
      const turned = whole.slice();
      turned[whole.length >> 1] ^= 4;
      for (const damaged of [turned, whole.subarray(0, whole.length - 1), new Uint8Array()]) {
        await Deno.writeFile(blob, damaged);
        await fails(offline, `${model}/${name} was changed`);
        hub.asked.length = 0;
        assertEquals(await downloadModel(`hf:${ID}`, {}, settings), model);
        assertEquals(await Deno.readFile(`${model}/${name}`), whole);
        assertEquals(await downloadModel(`hf:${ID}`, {}, offline), model);
      }
    }
  });
});

Deno.test("a hub that does not answer is told, and a copy in the cache used", async () => {
  await scene(async ({ hub, settings }) => {
    const gone = { ...settings, endpoint: "http://127.0.0.1:1" };
    await fails(gone, "http://127.0.0.1:1 does not answer");
    const model = await downloadModel(`hf:${ID}`, {}, settings);
    const said: string[] = [];
    const say = (sentence: string) => void said.push(sentence);
    assertEquals(await downloadModel(`hf:${ID}`, { say }, gone), model);
    hub.manners.refuse = { status: 503 };
    assertEquals(await downloadModel(`hf:${ID}`, { say }, settings), model);
    assertStringIncludes(said[0], `using the copy in ${model}`);
    assertStringIncludes(said[1], "answers 503");
  });
});

Deno.test("every refusal of the hub is one sentence", async () => {
  await scene(async ({ hub, settings }) => {
    await fails(settings, "shows no model ada/other: check the name", "hf:ada/other");
    await fails(settings, "has no revision v9", `hf:${ID}@v9`);
    hub.manners.refuse = { status: 401 };
    await fails(settings, "if it is private set HF_TOKEN");
    await fails({ ...settings, token: "secret" }, "to this HF_TOKEN (401)");
    hub.manners.refuse = { status: 403, code: "GatedRepo" };
    await fails(settings, `accept them at ${settings.endpoint}/${ID}`);
    hub.manners.refuse = { status: 404, code: "EntryNotFound" };
    await fails(settings, "has no config.json");
    hub.manners.refuse = { status: 200 };
    await fails(settings, "is no Hugging Face hub");
    for (
      const name of [
        "hf:",
        "hf:albert",
        "hf:a/b/c",
        "hf:../b",
        "hf:a/..",
        "hf:a/b@../c",
        "hf:a--b/c",
      ]
    ) {
      await fails(settings, "names no model", name);
    }
  });
  const pickled = { "config.json": FILES["config.json"], "pytorch_model.bin": WEIGHTS };
  await scene(async ({ settings }) => {
    await fails(settings, "only pytorch_model.bin, a Python pickle; convert it with transformers");
  }, pickled);
});

Deno.test("the token goes to the hub and to nobody it redirects to", async () => {
  await scene(async ({ hub, settings }) => {
    await downloadModel(`hf:${ID}`, {}, { ...settings, token: "secret" });
    const store = hub.asked.filter(({ path }) => path.startsWith("/store/"));
    const others = hub.asked.filter(({ path }) => !path.startsWith("/store/"));
    assertEquals(store.map(({ authorization }) => authorization), [null]);
    assertEquals(
      new Set(others.map(({ authorization }) => authorization)),
      new Set(["Bearer secret"]),
    );
  });
});

Deno.test("two downloads at once fetch every file once", async () => {
  await scene(async ({ hub, settings }) => {
    const [a, b] = await Promise.all([
      downloadModel(`hf:${ID}`, {}, settings),
      downloadModel(`hf:${ID}`, {}, settings),
    ]);
    assertEquals(a, b);
    assertEquals(hub.asked.filter(({ path }) => path.startsWith("/store/")).length, 1);
  });
});
