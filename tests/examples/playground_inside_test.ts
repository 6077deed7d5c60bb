// The panels of the playground that look inside models and compare runs.
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { countParameters, presetConfig, pretrainingSpecs } from "../../mod.ts";
import type { AttentionMap, SavedRun } from "../../examples/browser/protocol.ts";
import { describeHead } from "../../examples/browser/panels/attention_text.ts";
import { anatomies, anatomyOf } from "../../examples/browser/worker/anatomy.ts";
import { DEFAULT_SETTINGS } from "../../examples/browser/settings.ts";
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
const STEP = { batch: 2, sequence: 8, predictions: 2 };

Deno.test("the parameter sets of a model are all its parameters, each with the layers that use it", () => {
  const base = presetConfig("albert-base-v2");
  const layers = Array.from({ length: base.numHiddenLayers }, (_, i) => i + 1);
  for (
    const [share, attention, feedForward] of [
      ["all", [layers], [layers]],
      ["attention", [layers], layers.map((layer) => [layer])],
      ["ffn", layers.map((layer) => [layer]), [layers]],
      ["none", layers.map((layer) => [layer]), layers.map((layer) => [layer])],
    ] as const
  ) {
    const config = { ...base, share, numHiddenGroups: share === "all" ? 1 : base.numHiddenLayers };
    const { sets, memory } = anatomyOf(config, STEP);
    const used = (kind: string) =>
      sets.filter((set) => set.kind === kind).map(({ layers }) => layers);
    assertEquals<unknown>(used("attention"), attention);
    assertEquals<unknown>(used("feedForward"), feedForward);
    const total = countParameters(pretrainingSpecs(config));
    assertEquals(sets.reduce((sum, { parameters }) => sum + parameters, 0), total);
    assertEquals(memory.gradientBytes, 4 * total);
    assertEquals(memory.momentBytes, 8 * total);
  }
  // The parameters of ALBERT-base with its pretraining heads.
  assertEquals(anatomyOf(base, STEP).memory.parameterBytes, 4 * 11_813_810);
});

Deno.test("a configuration is drawn next to the one with the opposite sharing", async () => {
  const never = () => Promise.reject(new Error("no model is loaded"));
  const of = (share: "all" | "attention" | "none") =>
    anatomies({ settings: { ...DEFAULT_SETTINGS, share }, vocabularySize: 100 }, never);
  const [all, attention, none] = await Promise.all([of("all"), of("attention"), of("none")]);
  assertEquals([all.shares, attention.shares, none.shares], [true, true, false]);
  assertEquals(all.other, none.own);
  assertEquals(attention.other, none.own);
  assertEquals(none.other, all.own);
  assert(all.own.memory.gradientBytes < none.own.memory.gradientBytes);
});

Deno.test("a head is described by what it prefers to look at", () => {
  const tokens = ["[CLS]", "▁the", "▁cow", "[SEP]"];
  const map = (weightOf: (from: number, to: number) => number): AttentionMap => ({
    ...{ tokens, heads: 2, layer: 1, layers: 1 },
    // The first head is even.
    weights: Float32Array.from(
      { length: 32 },
      (_, i) => i < 16 ? 0.25 : weightOf(Math.floor((i - 16) / 4), i % 4),
    ),
  });
  const next = map((from, to) => Number(to === Math.min(from + 1, 3)));
  assertEquals(describeHead(next, 1), "spreads its weight over the sentence");
  assertStringIncludes(describeHead(next, 2), "the next token (75% of its weight)");
  assertStringIncludes(describeHead(map((_, to) => Number(to === 0)), 2), "[CLS] (100%");
});

/** The only run of the page, once it has a state. */
async function runIn(page: BrowserPage, state: string): Promise<SavedRun> {
  await page.until(`import("/main.js").then(({ call }) => call("saved", null)).then((runs) =>
    runs.length > 0 && runs.every((run) => run.state === ${JSON.stringify(state)}))`);
  return (await request<SavedRun[]>(page, "saved", null))[0];
}

Deno.test({
  name: "the page shows the attention of every head, by pointer and keyboard",
  ignore: chromium.path === null,
  fn: () =>
    withPlayground(chromium, {}, async (page) => {
      await deviceOf(page);
      await click(page, "#tab-train");
      await fill(page, "#setting-steps", "20");
      await click(page, "#tab-inside");
      await click(page, "#inside-train");
      const { run } = await runIn(page, "finished");
      await fill(page, "#attention-sentence", "The cow sleeps in the [MASK].");
      const text = "The cow sleeps in the [MASK].";
      const [map] = [
        await page.evaluate<{ tokens: string[]; heads: number; weights: number[] }>(
          `import("/main.js").then(async ({ call }) => {
            const map = await call("attention", ${JSON.stringify({ model: run, text, layer: 2 })});
            return { ...map, weights: [...map.weights] };
          })`,
        ),
      ];
      const size = map.tokens.length;
      for (let row = 0; row < map.heads * size; row++) {
        const sum = map.weights.slice(row * size, (row + 1) * size).reduce((a, b) => a + b);
        assertAlmostEquals(sum, 1, 1e-5);
      }
      const shownTokens = `[...document.querySelectorAll(".token")].length`;
      await page.until(`${shownTokens} === ${size}`);
      assertEquals(await page.evaluate(`document.querySelectorAll(".head").length`), 2 * map.heads);
      // Layer 2, head 3, token 1.
      await click(page, ".heads-row:nth-child(2) .head:nth-of-type(3)");
      await page.evaluate(`void document.querySelectorAll(".token")[1].focus()`);
      await page.until(`document.querySelectorAll(".token")[1].dataset.active === "true"`);
      const shown = await page.evaluate<string[]>(
        `[...document.querySelectorAll(".looked .number")].map(({ textContent }) => textContent)`,
      );
      const row = map.weights.slice((2 * size + 1) * size, (2 * size + 2) * size);
      assertEquals(shown, row.map((weight) => `${Math.round(100 * weight)}%`));
    }),
});
