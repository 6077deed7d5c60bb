import { fileURLToPath } from "node:url";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { SHIPPED_MODEL } from "../../src/weights/shipped/name.ts";
import { toolCommand, TOOLS } from "../../tasks/launch/tools.ts";
import { countingConfig } from "../support/counting_config.ts";
import { COMMIT, fakeHub } from "../weights/hub/fake_hub.ts";
import { runAlbert } from "./albert_process.ts";

const CASE = new URL("../fixtures/golden/bert_pretraining/", import.meta.url);

Deno.test("albert convert writes a folder, and reports an error as one sentence", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const words = ["convert", "--from", fileURLToPath(CASE), "--to", `${folder}/model`];
    const { code, stdout } = await runAlbert(words);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "BertForPreTraining, 74,229 parameters");
    const again = await runAlbert(words);
    assertEquals([again.code, again.stdout], [1, ""]);
    assertStringIncludes(again.stderr, `albert: ${folder}/model is not empty`);
    assertEquals(again.stderr.trim().split("\n").length, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "albert convert ends well if its notices cannot be written",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const words = ["convert", "--from", SHIPPED_MODEL, "--to", `${folder}/model`];
      const { code, stdout } = await new Deno.Command("sh", {
        args: [
          ...["-c", 'exec "$@" 2> /dev/full', "sh", Deno.execPath()],
          ...toolCommand(TOOLS.albert, await countingConfig(), words),
        ],
        stdin: "null",
      }).output();
      assertEquals(code, 0);
      assertStringIncludes(new TextDecoder().decode(stdout), `${folder}/model: Albert`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("albert convert downloads a model from the hub, and reads the cache when offline", async () => {
  const folder = await Deno.makeTempDir();
  const read = (name: string) => Deno.readFileSync(new URL(name, CASE));
  const hub = fakeHub("ada/tiny", {
    "config.json": read("config.json"),
    "model.safetensors": read("model.safetensors"),
  });
  try {
    const env = { HF_HOME: `${folder}/hf`, HF_ENDPOINT: hub.endpoint };
    const convert = async (name: string, to: string, more: Record<string, string> = {}) =>
      await runAlbert(["convert", "--json", "--from", name, "--to", `${folder}/${to}`], {
        env: { ...env, ...more },
      });
    const first = await convert("hf:ada/tiny", "first");
    assertEquals([first.code, JSON.parse(first.stdout).heads], [0, ["masked language", "pair"]]);
    assertStringIncludes(first.stderr, "downloading");
    const offline = await convert(`hf:ada/tiny@${COMMIT}`, "second", { HF_HUB_OFFLINE: "1" });
    assertEquals([offline.code, offline.stderr], [0, ""]);
    assertStringIncludes(
      await Deno.readTextFile(`${folder}/first/README.md`),
      "from `hf:ada/tiny`",
    );
    const [one, two] = ["first", "second"].map((to) =>
      Deno.readFileSync(`${folder}/${to}/model.safetensors`)
    );
    assertEquals(one, two);
    const missing = await convert("hf:ada/other", "third");
    assertEquals([missing.code, missing.stdout], [1, ""]);
    assertStringIncludes(missing.stderr, `${hub.endpoint} has no public model ada/other`);
    assertEquals(missing.stderr.trim().split("\n").length, 1);
  } finally {
    await hub.stop();
    await Deno.remove(folder, { recursive: true });
  }
});
