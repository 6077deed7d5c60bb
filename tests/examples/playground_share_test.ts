// Runs of the playground elsewhere: the link that repeats a run, and the model as a folder.
import { unzipSync } from "fflate";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { decodeLink } from "../../examples/browser/link.ts";
import type { Guess, SavedRun } from "../../examples/browser/protocol.ts";
import { loadPretrained, openDevice } from "../../mod.ts";
import { type Page, waitFor } from "../support/chromium.ts";
import {
  type BrowserPage,
  BROWSERS,
  click,
  deviceOf,
  fill,
  request,
  withPlayground,
} from "../support/playground.ts";

const [chromium] = BROWSERS;

/** Waits until the page's newest run is finished. */
async function finishedRun(page: BrowserPage): Promise<SavedRun> {
  for (let attempt = 0; attempt < 1200; attempt++) {
    const [run] = await request<SavedRun[]>(page, "saved", null);
    if (run?.state === "failed") throw new Error("the run failed");
    if (run?.state === "finished") return run;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("Timed out: the run is not finished");
}

const OWN_TEXT = Array.from(
  { length: 30 },
  (_, i) => `The ${["sun", "moon", "star"][i % 3]} rises.\nIt sets ${["early", "late"][i % 2]}.`,
).join("\n\n");

Deno.test({
  name: "a link repeats a run bit for bit, once the visitor has given the text with its hash",
  ignore: chromium.path === null,
  async fn() {
    let fragment = "";
    let first: SavedRun | undefined;
    await withPlayground(chromium, {}, async (page) => {
      await deviceOf(page);
      await click(page, "#tab-train");
      const fields = { text: "own", steps: "20", vocabulary: "60", seed: "7", share: "none" };
      for (const [name, value] of Object.entries(fields)) {
        await fill(page, `#setting-${name}`, value);
      }
      await fill(page, "#own-text", OWN_TEXT);
      await click(page, "#share");
      fragment = await page.until<string>("location.hash");
      assert(!decodeURIComponent(fragment).includes("moon"));
      await click(page, "#train");
      first = await finishedRun(page);
    });
    assertEquals(first!.points.length, 20);

    // Another visitor, whose file has other line ends.
    const query = `?device=cpu${fragment}`;
    await withPlayground(chromium, { query }, async (page) => {
      await deviceOf(page);
      const start = `document.querySelector("#shared-start")`;
      await page.until(`${start}?.disabled`);
      const status = `document.querySelector("#shared-text").textContent`;
      const asks = await page.evaluate<string>(status);
      assert(asks.includes("does not contain the text"), asks);
      assert(asks.includes(first!.textHash.slice(0, 12)), asks);
      await fill(page, "#own-text", OWN_TEXT.replace("moon", "mars"));
      await page.until(`${status}.includes("another text")`);
      assertEquals(await page.evaluate(`${start}.disabled`), true);
      await click(page, "#train");
      await page.until(
        `document.querySelector("[role=alert]").textContent.includes("not the text")`,
      );
      await fill(page, "#own-text", OWN_TEXT.replaceAll("\n", "\r\n") + "\n");
      await page.until(`!${start}.disabled`);
      await click(page, "#shared-start");
      const second = await finishedRun(page);
      assertEquals(second.settings, first!.settings);
      assertEquals(second.textHash, first!.textHash);
      const losses = ({ points }: SavedRun) =>
        points.map(({ maskedLoss, pairLoss }) => [maskedLoss, pairLoss]);
      assertEquals(losses(second), losses(first!));
      assertEquals(second.samples, first!.samples);
      // The invitation has ended, also after a refresh.
      await page.until(`document.querySelector("#shared") === null`);
      await page.go();
      await deviceOf(page);
      await page.until(`document.querySelector("#tab-train").ariaSelected === "true" &&
        document.querySelector("#shared") === null`);
    });
  },
});

const PYTHON = Deno.env.get("PYTHON") ?? "python3";

/** Logits of the mask by transformers; null if Python or the library is not installed. */
async function logitsOfTransformers(folder: string, text: string): Promise<number[] | null> {
  const program = `
import json, sys
try:
    import torch
    from transformers import AutoModelForMaskedLM, AutoTokenizer
except ImportError:
    print("null")
    sys.exit()
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
model = AutoModelForMaskedLM.from_pretrained(sys.argv[1]).eval()
ids = tokenizer(sys.argv[2], return_tensors="pt")
with torch.no_grad():
    logits = model(**ids).logits[0]
print(json.dumps(logits[ids["input_ids"][0] == tokenizer.mask_token_id][0].tolist()))
`;
  try {
    const { success, stdout, stderr } = await new Deno.Command(PYTHON, {
      args: ["-c", program, folder, text],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

Deno.test({
  name: "the model of a run is downloaded as a folder that albert and transformers open",
  ignore: chromium.path === null,
  async fn() {
    const folder = await Deno.makeTempDir();
    const text = "At night the cow sleeps in the [MASK].";
    let guess: Guess | undefined;
    await withPlayground(chromium, {}, async (page) => {
      await deviceOf(page);
      await (page as Page).downloadTo(folder);
      await click(page, "#tab-train");
      await fill(page, "#setting-steps", "20");
      await click(page, "#train");
      const { run } = await finishedRun(page);
      [guess] = await request<Guess[]>(page, "guess", { model: run, text, top: 1e6, hidden: [] });
      await click(page, "#tab-use");
      await click(page, "#download");
      await waitFor("the download", async () => {
        const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
        return names.includes("albert-farm-tiny-20.zip") || null;
      });
    });
    const zip = await Deno.readFile(`${folder}/albert-farm-tiny-20.zip`);
    const model = `${folder}/albert-farm-tiny-20`;
    for (const [name, content] of Object.entries(unzipSync(zip))) {
      await Deno.mkdir(model, { recursive: true });
      await Deno.writeFile(`${folder}/${name}`, content);
    }
    const card = await Deno.readTextFile(`${model}/README.md`);
    assert(decodeLink(/`#(.*)`/.exec(card)![1])?.settings.steps === 20, card);
    const byId = guess!.candidates.toSorted((a, b) => a.id - b.id);
    const device = await openDevice({ device: "cpu" });
    const albert = await loadPretrained(model, device);
    const [own] = await albert.fillMask(text, byId.length);
    assertEquals(
      own.toSorted((a, b) => a.id - b.id).map(({ piece }) => piece),
      byId.map(({ piece }) => piece),
    );
    for (const { id, probability } of own) {
      assertAlmostEquals(probability, byId[id].probability, 1e-5);
    }
    albert.free();
    await device.destroy();
    const logits = await logitsOfTransformers(model, text);
    if (logits === null) console.log(`${PYTHON} has no transformers; its check is skipped`);
    else {
      assertEquals(logits.length, byId.length);
      const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
      for (const [id, logit] of logits.entries()) {
        assertAlmostEquals(Math.log(byId[id].probability), logit - Math.log(sum), 1e-4);
      }
    }
    await Deno.remove(folder, { recursive: true });
  },
});
