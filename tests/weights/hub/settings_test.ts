import { assertEquals, assertThrows } from "@std/assert";
import { HubError, hubHint, hubSettings, parseHubName } from "../../../src/weights/hub/mod.ts";

Deno.test("hubSettings() finds the cache of the Hugging Face libraries", () => {
  const cache = (environment: Record<string, string>) => hubSettings(environment).cache;
  assertEquals(cache({ HOME: "/home/ada" }), "/home/ada/.cache/huggingface/hub");
  assertEquals(cache({ HOME: "/home/ada", XDG_CACHE_HOME: "/c" }), "/c/huggingface/hub");
  assertEquals(cache({ HOME: "/home/ada", HF_HOME: "~/hf" }), "/home/ada/hf/hub");
  assertEquals(cache({ HF_HOME: "/hf", HF_HUB_CACHE: "/models" }), "/models");
  assertThrows(() => cache({}), HubError, "Neither HF_HOME nor HOME is set");
});

Deno.test("hubSettings() reads endpoint, token and offline mode from the environment", () => {
  const home = { HOME: "/home/ada" };
  const { endpoint, token, offline } = hubSettings(home);
  assertEquals([endpoint, token, offline], ["https://huggingface.co", undefined, false]);
  const set = {
    ...home,
    HF_ENDPOINT: "http://mirror:80/hf/",
    HF_TOKEN: " t ",
    HF_HUB_OFFLINE: "True",
  };
  const other = hubSettings(set);
  assertEquals([other.endpoint, other.token, other.offline], ["http://mirror:80/hf", "t", true]);
  assertEquals(hubSettings({ ...home, HF_HUB_OFFLINE: "0" }).offline, false);
  assertThrows(() => hubSettings({ ...home, HF_ENDPOINT: "mirror" }), HubError, "HF_ENDPOINT");
});

Deno.test("hubSettings() keeps the token and the password of the endpoint out of messages", () => {
  const home = { HOME: "/home/ada" };
  const { endpoint, login } = hubSettings({ ...home, HF_ENDPOINT: "https://ada:s%40c@mirror/hf/" });
  assertEquals([endpoint, login], ["https://mirror/hf", "ada:s@c"]);
  for (
    const wrong of [
      { HF_TOKEN: "hf_sec\nret" },
      { HF_TOKEN: "hf_secrét" },
      { HF_TOKEN: "hf_sec ret" },
      { HF_ENDPOINT: "ftp://ada:secret@mirror" },
    ]
  ) {
    const error = assertThrows(() => hubSettings({ ...home, ...wrong }), HubError, "must be");
    assertEquals(/ret|rét/.test(error.message), false, error.message);
  }
});

Deno.test("parseHubName() reads the owner, the name and an optional revision", () => {
  assertEquals(parseHubName("hf:ada/b.c_d-2"), { id: "ada/b.c_d-2", revision: "main" });
  assertEquals(parseHubName("hf:ada/b@refs/pr/1"), { id: "ada/b", revision: "refs/pr/1" });
});

Deno.test("hubSettings() reads the token that hf auth login stored", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const token = (more: Record<string, string> = {}) =>
      hubSettings({ HF_HOME: folder, ...more }).token;
    assertEquals(token(), undefined);
    await Deno.writeTextFile(`${folder}/token`, "hf_stored\n");
    assertEquals(token(), "hf_stored");
    assertEquals(token({ HF_TOKEN: "hf_given" }), "hf_given");
    assertEquals(token({ HUGGING_FACE_HUB_TOKEN: "hf_old" }), "hf_old");
    assertEquals(token({ HF_HUB_DISABLE_IMPLICIT_TOKEN: "1" }), undefined);
    await Deno.writeTextFile(`${folder}/other`, "hf_other");
    assertEquals(token({ HF_TOKEN_PATH: `${folder}/other` }), "hf_other");
    await Deno.mkdir(`${folder}/huggingface`);
    await Deno.writeTextFile(`${folder}/huggingface/token`, "hf_cache");
    assertEquals(hubSettings({ XDG_CACHE_HOME: folder }).token, "hf_cache");
    assertEquals(hubSettings({ XDG_CACHE_HOME: `${folder}/other` }).token, undefined);
    assertThrows(
      () => token({ HF_TOKEN_PATH: `${folder}/other/x` }),
      HubError,
      `Cannot read the token in ${folder}/other/x: Not a directory`,
    );
    const read = Deno.readTextFileSync;
    Deno.readTextFileSync = () => {
      throw new Deno.errors.PermissionDenied("Permission denied (os error 13)");
    };
    try {
      assertEquals(token(), undefined);
      assertThrows(() => token({ HF_TOKEN_PATH: "/root/token" }), HubError, "/root/token: Perm");
    } finally {
      Deno.readTextFileSync = read;
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("hubHint() suggests hf: for what may be the name of a model", () => {
  const hint = (name: string) => `; if you mean the model of the Hugging Face hub, use hf:${name}`;
  assertEquals(hubHint("albert/albert-base-v2"), hint("albert/albert-base-v2"));
  assertEquals(hubHint("ada/b@v1"), hint("ada/b@v1"));
  assertEquals(hubHint("albert-base-v2"), hint("albert/albert-base-v2"));
  assertEquals(hubHint("bert-base-uncased"), hint("google-bert/bert-base-uncased"));
  for (const path of ["./ada/b", "/ada/b", "a/b/c", "runs", "~/model"]) {
    assertEquals(hubHint(path), "");
  }
});
