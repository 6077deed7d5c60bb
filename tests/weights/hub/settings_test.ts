import { assertEquals, assertThrows } from "@std/assert";
import { HubError, hubSettings, parseHubName } from "../../../src/weights/hub/mod.ts";

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

Deno.test("parseHubName() reads the owner, the name and an optional revision", () => {
  assertEquals(parseHubName("hf:ada/b.c_d-2"), { id: "ada/b.c_d-2", revision: "main" });
  assertEquals(parseHubName("hf:ada/b@refs/pr/1"), { id: "ada/b", revision: "refs/pr/1" });
});
