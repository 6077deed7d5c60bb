import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { downloadModel, HubError, type HubSettings } from "../../../src/weights/hub/mod.ts";
import { COMMIT, FILES, gitSha1, ID, sha256, text, WEIGHTS, withHub } from "./fake_hub.ts";

const names = async (folder: string) =>
  (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();

const fails = async (settings: HubSettings, message: string, name = `hf:${ID}`) => {
  const error = await assertRejects(() => downloadModel(name, {}, settings), HubError, message);
  assert(!error.message.includes("\n"), "one line");
};

Deno.test("downloadModel() writes the layout of the Hugging Face cache", async () => {
  await withHub(async ({ settings, folder }) => {
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
    assert(
      seen.every(([done], i) => i === 0 || done >= seen[i - 1][0]),
      "progress never decreases",
    );
  });
});

Deno.test("downloadModel() requests and counts every file once", async () => {
  const files = { ...FILES, "added_tokens.json": text('{"[X]": 7}') };
  const { "README.md": _, ...wanted } = files;
  await withHub(async ({ hub, settings }) => {
    let total = 0;
    await downloadModel(`hf:${ID}`, { progress: (_, all) => void (total = all) }, settings);
    assertEquals(total, Object.values(wanted).reduce((sum, { length }) => sum + length, 0));
    const heads = hub.requests.filter(({ method }) => method === "HEAD").map(({ path }) => path);
    assertEquals(heads, [...new Set(heads)]);
  }, files);
});

Deno.test("downloadModel() downloads the files that determine sentence embeddings", async () => {
  const wanted = {
    "modules.json": text('[{"path": ""}, {"path": "1_Pooling"}, {"path": "../.."}]'),
    "sentence_bert_config.json": text('{"max_seq_length": 8}'),
    "1_Pooling/config.json": text('{"pooling_mode": "cls"}'),
  };
  await withHub(async ({ settings }) => {
    const model = await downloadModel(`hf:${ID}`, {}, settings);
    for (const [name, bytes] of Object.entries(wanted)) {
      assertEquals(await Deno.readFile(`${model}/${name}`), bytes, name);
    }
  }, { ...FILES, ...wanted });
});

Deno.test("downloadModel() downloads a tokenizer without weights, and needs one", async () => {
  await withHub(async ({ hub, settings, folder }) => {
    const tokenizer = () => downloadModel(`hf:${ID}`, {}, settings, "tokenizer");
    assertEquals(await names(await tokenizer()), ["config.json", "tokenizer.json"]);
    assertEquals(hub.requests.some(({ path }) => path.includes("safetensors")), false);
    // The cache has a whole tokenizer, but no whole model.
    const offline = { ...settings, offline: true };
    assertEquals(
      await downloadModel(`hf:${ID}`, {}, offline, "tokenizer"),
      `${folder}/snapshots/${COMMIT}`,
    );
    await fails(offline, "the cache has no complete copy of ada/tiny-albert at main");
    hub.faults.without = ["config.json"];
    assertEquals(await names(await tokenizer()), ["config.json", "tokenizer.json"]);
  });
  const { "tokenizer.json": _, ...without } = FILES;
  await withHub(async ({ settings }) => {
    await assertRejects(
      () => downloadModel(`hf:${ID}`, {}, settings, "tokenizer"),
      HubError,
      "ada/tiny-albert has none of spiece.model, tokenizer.json, vocab.txt",
    );
  }, without);
});

Deno.test("files in the cache are not downloaded again", async () => {
  await withHub(async ({ hub, settings }) => {
    await downloadModel(`hf:${ID}`, {}, settings);
    hub.requests.length = 0;
    await downloadModel(`hf:${ID}`, {}, settings);
    // One request, whether the branch has moved.
    const { token: _, ...login } = { ...settings, token: "", login: "ada:secret" };
    await downloadModel(`hf:${ID}`, {}, login);
    assertEquals(hub.requests.at(-1)!.authorization, `Basic ${btoa("ada:secret")}`);
    assertEquals(new Set(hub.requests.map(({ method }) => method)), new Set(["HEAD"]));
    assertEquals(hub.requests[0].path, `/${ID}/resolve/main/config.json`);
    assert(hub.requests.every(({ path }) => path.endsWith("config.json")));
  });
});

Deno.test("a download is resumed after every lost connection, at the next byte", async () => {
  await withHub(async ({ hub, settings }) => {
    hub.faults.cutAfter = 100_000;
    const model = await downloadModel(`hf:${ID}`, {}, settings);
    assertEquals(await Deno.readFile(`${model}/model.safetensors`), WEIGHTS);
    const ranges = hub.requests.filter(({ path }) => path.startsWith("/store/"));
    assertEquals(ranges.map(({ range }) => range), [null, "bytes=100000-", "bytes=200000-"]);
  });
});

Deno.test("a download stops if retries receive no data, and the next call resumes it", async () => {
  await withHub(async ({ hub, settings, folder }) => {
    hub.faults.cutAfter = 0;
    await fails(
      settings,
      "The download of model.safetensors of ada/tiny-albert stopped at 0 of 300000 bytes",
    );
    assertEquals(await names(`${folder}/snapshots/${COMMIT}`), ["config.json"]);
    // A partial file, as a killed process leaves it.
    const blob = `${folder}/blobs/${sha256(WEIGHTS)}`;
    await Deno.writeFile(`${blob}.incomplete`, WEIGHTS.subarray(0, 123_456));
    delete hub.faults.cutAfter;
    hub.requests.length = 0;
    await downloadModel(`hf:${ID}`, {}, settings);
    assertEquals(await Deno.readFile(blob), WEIGHTS);
    assertEquals(hub.requests.find(({ range }) => range !== null)?.range, "bytes=123456-");
    assert(!(await names(`${folder}/blobs`)).some((name) => name.endsWith(".incomplete")));
  });
});

Deno.test("a download starts again if the server does not support ranges", async () => {
  await withHub(async ({ hub, settings, folder }) => {
    hub.faults.noRanges = true;
    await Deno.mkdir(`${folder}/blobs`, { recursive: true });
    const blob = `${folder}/blobs/${sha256(WEIGHTS)}`;
    await Deno.writeFile(`${blob}.incomplete`, WEIGHTS.subarray(0, 1234));
    await downloadModel(`hf:${ID}`, {}, settings);
    assertEquals(await Deno.readFile(blob), WEIGHTS);
  });
});

Deno.test("a damaged partial file is detected and downloaded again", async () => {
  await withHub(async ({ settings, folder }) => {
    await Deno.mkdir(`${folder}/blobs`, { recursive: true });
    const blob = `${folder}/blobs/${sha256(WEIGHTS)}`;
    await Deno.writeFile(`${blob}.incomplete`, new Uint8Array(5000));
    await downloadModel(`hf:${ID}`, {}, settings);
    assertEquals(await Deno.readFile(blob), WEIGHTS);
  });
});

Deno.test("a download with a wrong checksum is removed, for large and small files", async () => {
  await withHub(async ({ hub, settings, folder }) => {
    hub.faults.wrongBytes = true;
    await fails(settings, "The checksum of model.safetensors of ada/tiny-albert is ");
    assertEquals(await names(`${folder}/blobs`), [gitSha1(FILES["config.json"])]);
  });
  // The checksum of a small file is git's. The fake hub describes one content and sends another.
  const files = { ...FILES };
  await withHub(async ({ settings, folder }) => {
    const described = files["config.json"];
    let calls = 0;
    Object.defineProperty(files, "config.json", {
      enumerable: true,
      get: () => ++calls <= 4 ? described : text('{"model_type": "alberx"}'),
    });
    await fails(
      { ...settings, waitSeconds: [] },
      "The checksum of config.json of ada/tiny-albert is ",
    );
    assertEquals(await names(`${folder}/blobs`), []);
  }, files);
});

Deno.test("shards and their index are downloaded if the weights are not in one file", async () => {
  const map = { weight_map: { a: "model-1.safetensors", b: "model-2.safetensors" } };
  const files = {
    "config.json": FILES["config.json"],
    "model.safetensors.index.json": text(JSON.stringify(map)),
    "model-1.safetensors": WEIGHTS.subarray(0, 2000),
    "model-2.safetensors": WEIGHTS.subarray(2000, 5000),
  };
  await withHub(async ({ hub, settings }) => {
    const model = await downloadModel(`hf:${ID}@${COMMIT}`, {}, settings);
    assertEquals(await names(model), Object.keys(files).sort());
    hub.faults.without = ["model-2.safetensors"];
    await Deno.remove(`${model}/model-2.safetensors`);
    await fails(
      settings,
      "has no model-2.safetensors, which its model.safetensors.index.json lists",
    );
  }, files);
});

Deno.test("offline mode needs a complete copy in the cache", async () => {
  await withHub(async ({ hub, settings }) => {
    const offline = { ...settings, offline: true };
    await fails(
      offline,
      `HF_HUB_OFFLINE is set, and the cache has no complete copy of ${ID} at main`,
    );
    const model = await downloadModel(`hf:${ID}`, {}, settings);
    hub.requests.length = 0;
    assertEquals(await downloadModel(`hf:${ID}`, {}, offline), model);
    assertEquals(hub.requests, []);
    await Deno.remove(`${model}/model.safetensors`);
    await fails(offline, "the cache has no complete copy");
  });
});

Deno.test("a damaged branch file is downloaded again, and offline the error names it", async () => {
  await withHub(async ({ settings, folder }) => {
    const model = await downloadModel(`hf:${ID}`, {}, settings);
    const offline = { ...settings, offline: true };
    const ref = `${folder}/refs/main`;
    const commit = await Deno.readTextFile(ref);
    const digit = commit[0] === "0" ? "1" : "0";
    for (
      const damaged of ["", commit.slice(0, 39), `${commit.slice(0, 39)}%`, digit + commit.slice(1)]
    ) {
      await Deno.writeTextFile(ref, damaged);
      await fails(offline, `${ref} does not name a downloaded commit; delete it`);
      assertEquals(await downloadModel(`hf:${ID}`, {}, settings), model);
      assertEquals(await Deno.readTextFile(ref), commit);
    }
  });
});

Deno.test("a damaged file in the cache is downloaded again, and offline the error names it", async () => {
  await withHub(async ({ hub, settings, folder }) => {
    const model = await downloadModel(`hf:${ID}`, {}, settings);
    const offline = { ...settings, offline: true };
    for (const [name, whole] of Object.entries(FILES)) {
      if (name === "README.md") continue;
      const blob = `${folder}/blobs/${whole === WEIGHTS ? sha256(whole) : gitSha1(whole)}`;
      const flipped = whole.slice();
      flipped[whole.length >> 1] ^= 4;
      for (const damaged of [flipped, whole.subarray(0, whole.length - 1), new Uint8Array()]) {
        await Deno.writeFile(blob, damaged);
        await fails(offline, `the checksum of ${model}/${name} does not match`);
        hub.requests.length = 0;
        assertEquals(await downloadModel(`hf:${ID}`, {}, settings), model);
        assertEquals(await Deno.readFile(`${model}/${name}`), whole);
        assertEquals(await downloadModel(`hf:${ID}`, {}, offline), model);
      }
    }
  });
});

Deno.test("without links, files are copied; an interrupted copy is detected and replaced", async () => {
  const { symlink, copyFile } = Deno;
  const types: unknown[] = [];
  Deno.symlink = (_from, _to, options) => {
    types.push(options?.type);
    return Promise.reject(new Deno.errors.PermissionDenied("a required privilege is not held"));
  };
  try {
    await withHub(async ({ hub, settings, folder }) => {
      const copy = `${folder}/snapshots/${COMMIT}/model.safetensors`;
      Deno.copyFile = async (from, to) => {
        await Deno.writeFile(to, (await Deno.readFile(from)).subarray(0, 17));
        throw new Error("killed");
      };
      await assertRejects(() => downloadModel(`hf:${ID}`, {}, settings), Error, "killed");
      assertEquals(await names(`${folder}/snapshots/${COMMIT}`), []);
      Deno.copyFile = copyFile;
      const model = await downloadModel(`hf:${ID}`, {}, settings);
      assertEquals(await names(model), ["config.json", "model.safetensors", "tokenizer.json"]);
      assertEquals([(await Deno.lstat(copy)).isFile, new Set(types)], [true, new Set(["file"])]);

      for (const length of [0, 17, 200_000]) {
        await Deno.writeFile(copy, WEIGHTS.subarray(0, length)); // as an earlier version could leave it
        await fails({ ...settings, offline: true }, "model.safetensors does not match");
        hub.requests.length = 0;
        await downloadModel(`hf:${ID}`, {}, settings);
        assertEquals(await Deno.readFile(copy), WEIGHTS);
        assert(hub.requests.every(({ method }) => method === "HEAD"), "its blob is copied");
      }
      // The Hugging Face libraries move the blob.
      await Deno.remove(`${folder}/blobs/${sha256(WEIGHTS)}`);
      assertEquals(await downloadModel(`hf:${ID}`, {}, { ...settings, offline: true }), model);
    });
  } finally {
    Object.assign(Deno, { symlink, copyFile });
  }
});

Deno.test("if the hub does not answer, a copy in the cache is used and a warning is logged", async () => {
  await withHub(async ({ hub, settings }) => {
    const gone = { ...settings, endpoint: "http://127.0.0.1:1" };
    await fails(gone, "http://127.0.0.1:1 does not answer");
    const model = await downloadModel(`hf:${ID}`, {}, settings);
    const messages: string[] = [];
    const log = (message: string) => void messages.push(message);
    assertEquals(await downloadModel(`hf:${ID}`, { log }, gone), model);
    hub.faults.status = { status: 503 };
    assertEquals(await downloadModel(`hf:${ID}`, { log }, settings), model);
    assertStringIncludes(messages[0], `using the copy in ${model}`);
    assertStringIncludes(messages[1], "returned status 503");
  });
});

Deno.test("every error of the hub is one line", async () => {
  await withHub(async ({ hub, settings }) => {
    await fails(settings, "has no public model ada/other: check the name", "hf:ada/other");
    await fails(settings, "has no revision v9", `hf:${ID}@v9`);
    hub.faults.status = { status: 401 };
    await fails(settings, "set HF_TOKEN if it is private");
    await fails({ ...settings, token: "secret" }, "with this HF_TOKEN (status 401)");
    hub.faults.status = { status: 403, code: "GatedRepo" };
    await fails(settings, `accept its conditions at ${settings.endpoint}/${ID}`);
    hub.faults.status = { status: 404, code: "EntryNotFound" };
    await fails(settings, "has no config.json");
    hub.faults.status = { status: 200 };
    await fails(settings, "is not a Hugging Face hub");
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
      await fails(settings, "is not the name of a hub model", name);
    }
  });
  for (const name of ["pytorch_model.bin", "pytorch_model.bin.index.json"]) {
    const pickled = { "config.json": FILES["config.json"], [name]: WEIGHTS };
    const message = "no model.safetensors but pytorch_model.bin, a Python pickle; convert it with";
    await withHub(({ settings }) => fails(settings, message), pickled);
  }
});

Deno.test("the token is sent to the hub, but not to hosts that it redirects to", async () => {
  await withHub(async ({ hub, settings }) => {
    await downloadModel(`hf:${ID}`, {}, { ...settings, token: "secret" });
    const store = hub.requests.filter(({ path }) => path.startsWith("/store/"));
    const others = hub.requests.filter(({ path }) => !path.startsWith("/store/"));
    assertEquals(store.map(({ authorization }) => authorization), [null]);
    assert(others.every(({ authorization }) => authorization === "Bearer secret"));
  });
});

Deno.test("concurrent downloads request every file once", async () => {
  await withHub(async ({ hub, settings }) => {
    const [a, b] = await Promise.all([
      downloadModel(`hf:${ID}`, {}, settings),
      downloadModel(`hf:${ID}`, {}, settings),
    ]);
    assertEquals(a, b);
    assertEquals(hub.requests.filter(({ path }) => path.startsWith("/store/")).length, 1);
  });
});
