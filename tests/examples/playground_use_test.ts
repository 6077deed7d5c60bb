// Using models in the playground: blanks, tasks and files.
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { modelFolder } from "../../examples/browser/model_folder.ts";
import { Problem } from "../../examples/browser/problem.ts";
import { SERVED_MODEL, type ServedModel } from "../../examples/browser/served_model.ts";
import { modelSite } from "../../examples/browser/site_model.ts";
import { edit, partsOf, toggle } from "../../examples/browser/sentence.ts";
import { Albert, loadPretrained, openDevice } from "../../mod.ts";
import { hasShippedModel } from "../../src/weights/mod.ts";
import { reader, TOY_TAGGER, toyFiles } from "../inference/toy_model.ts";
import type { Page } from "../support/chromium.ts";
import {
  BROWSERS,
  click,
  deviceOf,
  fill,
  withPlayground,
  writeModel,
} from "../support/playground.ts";

Deno.test("a sentence is split into words, blanks and the characters between them", () => {
  const text = "“Don’t [MASK]!”, the [fox]\nsaid  to A1.";
  assertEquals(partsOf(text).map((part) => part.text).join(""), text);
  const words = partsOf(text).filter(({ kind }) => kind !== "other").map(({ text }) => text);
  assertEquals(words, ["Don’t", "[MASK]", "the", "fox", "said", "to", "A1"]);
  assertEquals(partsOf(""), []);
});

Deno.test("hiding a word and showing it again restores the sentence", () => {
  const start = { text: "The cow sleeps in the barn.", hidden: [] };
  const index = (word: string, { text }: { text: string }) =>
    partsOf(text).findIndex((part) => part.text === word);
  const one = toggle(start, index("barn", start), "");
  assertEquals(one, { text: "The cow sleeps in the [MASK].", hidden: ["barn"] });
  const two = toggle(one, index("cow", one), "");
  assertEquals(two, { text: "The [MASK] sleeps in the [MASK].", hidden: ["cow", "barn"] });
  assertEquals(toggle(two, index("[MASK]", two), ""), one);
  // A blank that was typed is replaced with the guess.
  const typed = { text: "[MASK] cow", hidden: [null] };
  assertEquals(toggle(typed, 0, "a"), { text: "a cow", hidden: [] });
});

Deno.test("blanks keep their words when the text around them changes", () => {
  const two = { text: "The [MASK] sleeps in the [MASK].", hidden: ["cow", "barn"] };
  const words = (text: string) => edit(two, text).hidden;
  assertEquals(words("The old [MASK] sleeps in the [MASK]."), ["cow", "barn"]);
  assertEquals(words("The [MASK] sleeps."), ["cow"]);
  assertEquals(words("In the [MASK]."), ["barn"]);
  assertEquals(words("The [MASK] sleeps [MASK] in the [MASK]."), ["cow", null, "barn"]);
  assertEquals(words("[MASK] [MASK] sleeps in the [MASK]!").length, 3);
  assertEquals(words(""), []);
});

const [chromium] = BROWSERS;

for (const browser of BROWSERS) {
  Deno.test({
    name: `words are hidden by a click or a key, and ${browser.name} shows the model's guesses`,
    ignore: browser.path === null,
    async fn() {
      const folder = await Deno.makeTempDir();
      await writeModel(folder);
      const device = await openDevice({ device: "cpu" });
      const albert = await loadPretrained(folder, device);
      await withPlayground(browser, { model: folder }, async (page) => {
        assertEquals(await deviceOf(page), "cpu");
        await fill(page, "#sentence", "The cow sleeps in the barn.");
        const word = (text: string) =>
          `[...document.querySelectorAll(".word")].find((word) => word.ariaLabel === "${text}")`;
        await page.until(`${word("barn")} !== undefined`);
        await page.evaluate(`void ${word("barn")}.click()`);
        const [expected] = await albert.fillMask("The cow sleeps in the [MASK].", 6);
        const bars = `[...document.querySelectorAll(".blanks .candidates")].map((list) =>
        [...list.children].map((row) => row.textContent))`;
        const shown = (pieces: typeof expected) =>
          pieces.map(({ piece, probability }) =>
            `${piece.replace("▁", "")}${(100 * probability).toFixed(probability < 0.1 ? 1 : 0)}%`
          );
        await page.until(
          `JSON.stringify(${bars}) === ${JSON.stringify(JSON.stringify([shown(expected)]))}`,
        );
        assertEquals(
          await page.evaluate(`document.querySelector("#sentence").value`),
          "The cow sleeps in the [MASK].",
        );
        // The browser keeps the files of the model.
        assert(
          await page.evaluate(
            `caches.match(new URL("model/model.safetensors", location.href)).then(Boolean)`,
          ),
        );
        // The rank of the hidden word.
        const all = (await albert.fillMask("The cow sleeps in the [MASK].", 105))[0];
        const { rank, note } = {
          rank: all.findIndex(({ piece }) => piece === "▁barn") + 1,
          note: await page.evaluate<string>(`document.querySelector(".hidden-word").textContent`),
        };
        assert(note.startsWith("Your word, barn, "), note);
        if (rank > 0) {
          assert(rank === 1 ? /first guess/.test(note) : note.includes(`guess ${rank}`));
        }
        // One word can be reached with Tab, the others with arrow keys.
        assertEquals(
          await page.evaluate(`document.querySelectorAll('.word[tabindex="0"]').length`),
          1,
        );
        await page.evaluate(`void (() => {
        document.querySelector('.word').focus();
        const press = (key) => document.activeElement.dispatchEvent(
          new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
        press("ArrowRight");
        press("ArrowRight");
      })()`);
        assertEquals(await page.evaluate("document.activeElement.ariaLabel"), "sleeps");
        await page.evaluate("document.activeElement.click()");
        await page.until(`document.querySelectorAll(".blanks article").length === 2`);
        assertEquals(
          await page.evaluate(`document.querySelector("#sentence").value`),
          "The cow [MASK] in the [MASK].",
        );
        // A blank shows its word again.
        await page.evaluate(`void document.querySelector(".blank").click()`);
        await page.until(
          `document.querySelector("#sentence").value === "The cow sleeps in the [MASK]."`,
        );
      });
      albert.free();
      await device.destroy();
      await Deno.remove(folder, { recursive: true });
    },
  });
}

Deno.test({
  name: "without a model, the page offers to train one or to load one",
  ignore: chromium.path === null,
  fn: () =>
    withPlayground(chromium, {}, async (page) => {
      await deviceOf(page);
      await page.until(
        `document.querySelector("main").textContent.includes("contains no pretrained model")`,
      );
      assertEquals(await page.evaluate(`document.querySelector("[role=alert]").hidden`), true);
      await click(page, "main .buttons button:nth-child(2)");
      await page.until(`document.querySelector("#tab-use").ariaSelected === "true"`);
    }),
});

Deno.test("a model is found in the folder that contains it, and the last checkpoint of a run counts", () => {
  const found = (...paths: string[]) =>
    [...modelFolder(new Map(paths.map((path) => [path, path])))]
      .map(([name, path]) => `${name} <- ${path}`);
  assertEquals(found("config.json", "model.safetensors", "1_Pooling/config.json"), [
    "config.json <- config.json",
    "model.safetensors <- model.safetensors",
    "1_Pooling/config.json <- 1_Pooling/config.json",
  ]);
  assertEquals(
    found(
      "a/config.json",
      "a/model-00001-of-00002.safetensors",
      "a/onnx/config.json",
      "a/onnx/model.safetensors",
    )
      .length,
    4,
  );
  const run = [9, 10].flatMap((step) =>
    ["config.json", "model.safetensors"].map((name) => `run/checkpoints/step-${step}/${name}`)
  );
  assertEquals(
    found(...run, "run/data.json")[0],
    "config.json <- run/checkpoints/step-10/config.json",
  );
  assertThrows(() => found("a/config.json", "a/optimizer.safetensors"), Problem, "no model");
  assertThrows(() => found(), Problem, "got no files");
});

Deno.test("the site lists the files of its model, and their version changes with the weights", async () => {
  const folder = await Deno.makeTempDir();
  for (const [name, bytes] of toyFiles()) await Deno.writeFile(`${folder}/${name}`, bytes);
  await Deno.writeFile(`${folder}/optimizer.safetensors`, new Uint8Array(1));
  const index = async (): Promise<ServedModel> =>
    JSON.parse(new TextDecoder().decode((await modelSite(folder)).get(SERVED_MODEL)));
  const { files, version } = await index();
  assertEquals(files.toSorted(), [
    ...["config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt"],
  ]);
  assertEquals([...(await modelSite(folder)).keys()].length, files.length + 1);
  const weights = toyFiles().get("model.safetensors")!;
  weights[weights.length - 1] ^= 1;
  await Deno.writeFile(`${folder}/model.safetensors`, weights);
  assertNotEquals((await index()).version, version);
  await Deno.remove(`${folder}/model.safetensors`);
  await assertRejects(() => modelSite(folder), TypeError, "does not contain model.safetensors");
  assertEquals((await modelSite()).has(SERVED_MODEL), hasShippedModel());
  await Deno.remove(folder, { recursive: true });
});

const CLASSIFIED = "the cat sat on the mat .";

/** Answers like the hub. Every other address is not found. The second half of the weights waits to be released. */
function hub(id: string, sha: string, files: ReadonlyMap<string, Uint8Array>) {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const headers = { "access-control-allow-origin": "*" };
  const requests: string[] = [];
  const server = Deno.serve({ port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    requests.push(pathname);
    if (pathname === `/api/models/${id}/revision/main`) {
      const siblings = [...files.keys()].map((rfilename) => ({ rfilename }));
      return Response.json({ sha, siblings }, { headers });
    }
    const name = pathname.replace(`/${id}/resolve/${sha}/`, "");
    const file = files.get(name);
    if (name === "model.safetensors" && file !== undefined) {
      const body = async function* () {
        yield file.slice(0, file.length / 2);
        await released;
        yield file.slice(file.length / 2);
      };
      const length = { "content-length": `${file.length}` };
      return new Response(ReadableStream.from(body()), { headers: { ...headers, ...length } });
    }
    if (file !== undefined) return new Response(new Uint8Array(file), { headers });
    return new Response("Repository not found", { status: 401, headers });
  });
  return { server, requests, release, address: `http://localhost:${server.addr.port}` };
}

async function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<string> {
  await Deno.mkdir(folder);
  for (const [name, bytes] of files) await Deno.writeFile(`${folder}/${name}`, bytes);
  return folder;
}

Deno.test({
  name: "a model is loaded by drop and by its name on the hub, and offers what it has heads for",
  ignore: chromium.path === null,
  async fn() {
    const folder = await Deno.makeTempDir();
    const dropped = await writeFiles(`${folder}/toy`, toyFiles());
    const empty = await writeFiles(`${folder}/empty`, new Map([["a.txt", new Uint8Array(1)]]));
    const tagger = toyFiles(TOY_TAGGER);
    const { server, requests, release, address } = hub("lab/tagger", "c0ffee".repeat(6), tagger);
    const device = await openDevice({ device: "cpu" });
    await withPlayground(chromium, { query: `?device=cpu&hub=${address}` }, async (page) => {
      await deviceOf(page);
      await click(page, "#tab-use");
      const alert = `document.querySelector("[role=alert]").textContent`;
      const titles = `[...document.querySelectorAll("main h2")].map((h) => h.textContent).join()`;

      await page.until(`document.querySelector("#drop-model") !== null`);
      await (page as Page).drop("#drop-model", [empty]);
      await page.until(`${alert}.includes("no model")`);
      assert((await page.evaluate<string>(alert)).includes("got empty/a.txt"));

      await (page as Page).drop("#drop-model", [dropped]);
      await page.until(`${titles}.includes("Classify")`);
      assertEquals(
        await page.evaluate(titles),
        "Model,Load a model,Fill in the blanks,Classify,Answer a question,Compare sentences",
      );
      assertEquals(
        await page.evaluate(`document.querySelector("#model").selectedOptions[0].text`),
        "toy",
      );
      using albert = await Albert.load(reader(toyFiles()), device);
      const [best, second] = await albert.classify(CLASSIFIED);
      await fill(page, "#classify-first", CLASSIFIED);
      const expected = [best, second].map(({ label, score }) =>
        `${label}${(100 * score).toFixed(1)}%`
      );
      await page.until(
        `[...document.querySelectorAll('[aria-label="Classify"] li')].map((row) => row.textContent)
          .join().startsWith(${JSON.stringify(expected.join())})`,
      );
      const [answer] = await albert.answer("who sat ?", CLASSIFIED);
      await fill(page, "#answer-context", CLASSIFIED);
      await fill(page, "#answer-question", "who sat ?");
      const share = `${(100 * answer.probability).toFixed(1)}%`;
      await page.until(
        `document.querySelector('[aria-label="Answer a question"] li')?.textContent ===
          ${JSON.stringify((answer.text || "(no answer)") + share)}`,
      );
      const [a, b] = await albert.embed(["the cat sat", "the dog ran fast"]);
      await fill(page, "#similarity-texts", "the cat sat\n\nthe dog ran fast");
      await page.until(`document.querySelectorAll(".matrix td.number").length === 2`);
      assertAlmostEquals(
        Number(await page.evaluate(`document.querySelector(".matrix td.number").textContent`)),
        a.reduce((sum, value, i) => sum + value * b[i], 0),
        0.0051, // It is shown with two digits.
      );

      const load = async (name: string) => {
        await fill(page, "#hub-name", name);
        await click(page, "#hub-load");
      };
      await load("nonsense");
      await page.until(`${alert}.includes("albert/albert-base-v2")`);
      await load("lab/other");
      await page.until(`${alert}.includes("has no public model named lab/other")`);
      await load("lab/tagger");
      const { length } = tagger.get("model.safetensors")!;
      const progress = [length / 2, length].map((bytes) => `${Math.round(bytes / 1000)} kB`);
      await page.until(
        `document.querySelector(".loading label")?.textContent.trim() ===
          "Loading model.safetensors: ${progress.join(" of ")}"`,
      );
      release();
      await page.until(`${titles}.includes("Find names")`);
      assertEquals(
        await page.evaluate(titles),
        "Model,Load a model,Fill in the blanks,Answer a question,Find names,Compare sentences",
      );
      using other = await Albert.load(reader(tagger), device);
      const spans = await other.tag(CLASSIFIED);
      await fill(page, "#tag-text", CLASSIFIED);
      await page.until(
        `[...document.querySelectorAll('[aria-label="Find names"] mark')].map((mark) => mark.textContent)
          .join() === ${JSON.stringify(spans.map(({ text, type }) => text + type).join())}`,
      );
      assertEquals(requests.filter((path) => path.endsWith("model.safetensors")).length, 1);

      // Without a network, a model that was loaded before is read from the browser's cache.
      await server.shutdown();
      await load("lab/new");
      await page.until(`${alert}.includes("Cannot reach localhost")`);
      await load("lab/tagger");
      await page.until(`document.querySelectorAll("#model option").length === 3`);
    });
    await device.destroy();
    await Deno.remove(folder, { recursive: true });
  },
});
