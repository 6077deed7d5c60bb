// Using models in the playground: blanks, tasks, files, and shared runs.
import { assert, assertEquals } from "@std/assert";
import { edit, partsOf, toggle } from "../../examples/browser/sentence.ts";
import { loadPretrained, openDevice } from "../../mod.ts";
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

Deno.test({
  name: "words are hidden by a click or a key, and the page shows the model's guesses",
  ignore: chromium.path === null,
  async fn() {
    const folder = await Deno.makeTempDir();
    await writeModel(folder);
    const device = await openDevice({ device: "cpu" });
    const albert = await loadPretrained(folder, device);
    await withPlayground(chromium, { model: folder }, async (page) => {
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
      // The rank of the hidden word.
      const all = (await albert.fillMask("The cow sleeps in the [MASK].", 105))[0];
      const { rank, note } = {
        rank: all.findIndex(({ piece }) => piece === "▁barn") + 1,
        note: await page.evaluate<string>(`document.querySelector(".hidden-word").textContent`),
      };
      assert(note.startsWith("Your word, barn, "), note);
      if (rank > 0) assert(rank === 1 ? /first guess/.test(note) : note.includes(`guess ${rank}`));
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
