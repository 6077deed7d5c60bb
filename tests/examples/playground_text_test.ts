// Long texts in the fields of the playground: the page responds, and nothing of the text is lost.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { encodeLink, hashText } from "../../examples/browser/link.ts";
import type { SavedRun } from "../../examples/browser/protocol.ts";
import { DEFAULT_SETTINGS } from "../../examples/browser/settings.ts";
import { farmText } from "../../examples/browser/texts/farm.ts";
import type { Page, Task } from "../support/chromium.ts";
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

const LONG = farmText().repeat(3);

/** Longest task in milliseconds of CPU time. */
const LIMIT = 100;

/** Prepares a paste, so that making the text is not measured. Returns what pastes it, as the browser does unless the page prevents it. */
async function preparePaste(page: BrowserPage, selector: string, text: string) {
  await page.evaluate(`void (() => {
    globalThis.pasted = new DataTransfer();
    pasted.setData("text/plain", ${text});
  })()`);
  return async () => {
    const inserted = await page.evaluate<boolean>(`(() => {
      const field = document.querySelector(${JSON.stringify(selector)});
      field.focus();
      const options = { clipboardData: pasted, bubbles: true, cancelable: true };
      return field.dispatchEvent(new ClipboardEvent("paste", options));
    })()`);
    assertEquals(inserted, false, "the browser inserts the text");
  };
}

function assertShort([{ cpu }]: readonly Task[], what: string): void {
  assert(cpu < LIMIT, `${what} took ${cpu} ms`);
}

Deno.test({
  name: "the page responds while megabytes of text are pasted, checked and sent to a run",
  ignore: chromium.path === null,
  async fn() {
    const line = "The moon rises over the hill. A fox runs home.\n\n";
    const textHash = await hashText(line.repeat(80_000));
    const link = encodeLink({ settings: { ...DEFAULT_SETTINGS, text: "own" }, textHash });
    await withPlayground(chromium, { query: `?device=cpu#${link}` }, async (browserPage) => {
      const page = browserPage as Page;
      await deviceOf(page);
      const start = `document.querySelector("#shared-start")`;
      await page.until(`${start}?.disabled && document.querySelector("#own-text") !== null`);
      const text = `${JSON.stringify(line)}.repeat(80_000)`;
      const paste = await preparePaste(page, "#own-text", text);
      assertShort(
        await page.tasks(async () => {
          await paste();
          await page.until(`!${start}.disabled`);
        }),
        "the paste",
      );
      const shown = await page.evaluate<[number, string]>(`[
        document.querySelector("#own-text").value.length,
        document.querySelector("#own-text-length").textContent,
      ]`);
      assert(shown[0] < 2000);
      assertStringIncludes(shown[1], "3,840,000 characters");
      assertEquals(
        await page.evaluate(`document.querySelector("#shared-text").textContent`),
        "This is the text of the link.",
      );
      assertShort(
        await page.tasks(async () => {
          await click(page, "#shared-start");
          await page.until(`document.querySelector("#state")?.textContent.includes("Preparing")`);
          await new Promise((resolve) => setTimeout(resolve, 500));
        }),
        "the start",
      );
      await click(page, "#own-text-remove");
      await page.until(`document.querySelector("#own-text").value === ""`);
    });
  },
});

Deno.test({
  name: "a run gets the whole text of a long paste, and fields of sentences have a limit",
  ignore: chromium.path === null,
  fn: () =>
    withPlayground(chromium, {}, async (page) => {
      await deviceOf(page);
      await click(page, "#tab-train");
      await fill(page, "#setting-text", "own");
      await fill(page, "#own-text", "The first line. It stays.\n");
      const paste = await preparePaste(page, "#own-text", JSON.stringify(LONG));
      await page.evaluate(`void document.querySelector("#own-text").setSelectionRange(0, 3)`);
      await paste();
      await page.until(`document.querySelector("#own-text").readOnly`);
      await fill(page, "#setting-vocabulary", "90");
      await fill(page, "#setting-steps", "10");
      await click(page, "#train");
      await page.until(`document.querySelector("#state")?.textContent.includes("Finished")`);
      const [{ textHash }] = await request<SavedRun[]>(page, "saved", null);
      assertEquals(textHash, await hashText(`${LONG} first line. It stays.\n`));

      await click(page, "#try");
      await fill(page, "#sentence", "the cow ".repeat(1000));
      await page.until(`document.querySelectorAll(".words .word").length === 500`);
      await click(page, "#tab-use");
      await fill(page, "#similarity-texts", "the cow\n".repeat(2000));
      await page.until(`document.querySelectorAll(".matrix tbody tr").length === 20`);
      assertStringIncludes(
        await page.evaluate<string>(`document.querySelector("main").textContent`),
        "The first 20 of 1,250 sentences are compared.",
      );
    }),
});
