// Tests the page of examples/browser in headless Chromium.
import { assert, assertEquals } from "@std/assert";
import { loadPretrained, openDevice } from "../../mod.ts";
import { bundle, pageHandler } from "../../examples/browser/serve.ts";
import { type TokenLogits, tokenLogits } from "../../examples/browser/token_logits.ts";
import { pretrain } from "../../examples/training_loop.ts";
import { prepareConfig } from "../../tasks/launch/config.ts";
import { findChromium, Page } from "../support/chromium.ts";

const SENTENCE = "At night the cow sleeps in the [MASK].";

/** Vocabulary size, also in the page. */
const VOCABULARY = 105;
const SLOW = Deno.env.get("ALBERT_SLOW") === "1";

const chromium = await findChromium();
if (chromium === null) console.log("Chromium not found; the tests of the page are skipped");

/** Trains a model for a few steps, so that its weights differ from the initial ones. */
async function writeModel(folder: string): Promise<void> {
  const device = await openDevice({ device: "cpu" });
  const text = await Deno.readTextFile(new URL("../../examples/farm.txt", import.meta.url));
  const files = await pretrain(device, { text, vocabSize: VOCABULARY, steps: 30, onLog: () => {} });
  for (const [name, content] of files) await Deno.writeFile(`${folder}/${name}`, content);
  await device.destroy();
}

async function logitsInDeno(folder: string): Promise<TokenLogits> {
  const device = await openDevice({ device: "cpu" });
  const albert = await loadPretrained(folder, device);
  const logits = await tokenLogits(albert, SENTENCE);
  albert.free();
  await device.destroy();
  return logits;
}

async function checkLogits(page: Page, expected: TokenLogits): Promise<void> {
  await page.until("document.querySelector('#note')?.textContent.includes('served')");
  const actual = await page.evaluate<TokenLogits>(
    `import("./main.js").then(({ logits }) => logits(${JSON.stringify(SENTENCE)}))`,
  );
  assertEquals(actual.tokens, expected.tokens);
  assertEquals(actual.values.length, expected.values.length);
  const worst = Math.max(...actual.values.map((x, i) => Math.abs(x - expected.values[i])));
  assert(worst <= 1e-4, `logits differ by up to ${worst}`);
}

/** Fills a mask with the page's button. */
async function checkFilling(page: Page): Promise<void> {
  await page.until(`!document.querySelector("#fill").disabled`);
  await page.evaluate(`document.querySelector("#fill").click()`);
  await page.until(`document.querySelectorAll("#candidates li").length === 8`);
}

/** Trains with the page's button. The final loss must be lower than that of a uniform distribution. */
async function checkTraining(page: Page, steps: number): Promise<void> {
  await page.evaluate(`document.querySelector("#steps").value = ${steps}`);
  await page.evaluate(`document.querySelector("#train").click()`);
  const done =
    `document.querySelector("#note").textContent === "Using the model of ${steps} steps."`;
  await page.until(`${done} && !document.querySelector("#fill").disabled`);
  const label = await page.evaluate<string>(`document.querySelector("text.words").textContent`);
  const loss = Number(/[\d.]+$/.exec(label)?.[0]);
  assert(loss < Math.log(VOCABULARY), `the masked-LM loss is ${loss}, not better than chance`);
}

/** Serves the page with a model, opens it, and calls `check` with the logits that Deno computes. */
async function withPage(
  query: string,
  check: (page: Page, expected: TokenLogits) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  await writeModel(folder);
  const expected = await logitsInDeno(folder);
  const script = await bundle((await prepareConfig(() => {})).flags);
  const server = Deno.serve({ port: 0, onListen() {} }, pageHandler(script, folder));
  const page = await Page.open(chromium!, `http://localhost:${server.addr.port}/${query}`);
  try {
    await check(page, expected);
  } finally {
    await page.close();
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "the page computes the same logits as Deno within 1e-4 without WebGPU, and trains",
  ignore: chromium === null,
  fn: () =>
    withPage("?device=cpu", async (page, expected) => {
      await checkLogits(page, expected);
      await checkFilling(page);
      await checkTraining(page, 40);
      assertEquals(await page.evaluate("document.documentElement.dataset.device"), "cpu");
    }),
});

Deno.test({
  name:
    "the page computes the same logits as Deno within 1e-4 with WebGPU if available, and trains",
  ignore: chromium === null,
  fn: () =>
    withPage("?device=webgpu", async (page, expected) => {
      await page.until("location.protocol === 'http:' && document.readyState !== 'loading'");
      const adapter =
        "navigator.gpu?.requestAdapter().then((adapter) => adapter !== null) ?? false";
      if (!await page.evaluate(adapter)) return console.log("the browser has no WebGPU adapter");
      await checkLogits(page, expected);
      assertEquals(await page.evaluate("document.documentElement.dataset.device"), "webgpu");
      // A software adapter needs half a minute to compile the kernels of a training step.
      if (SLOW) await checkTraining(page, 20);
    }),
});
