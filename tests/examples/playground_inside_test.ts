// The panels of the playground that look inside models and compare runs.
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  Albert,
  corpusFromText,
  countParameters,
  Encoder,
  initialize,
  openDevice,
  Parameters,
  presetConfig,
  pretrainingSpecs,
  Tokenizer,
  VocabularyTrainer,
  writeSentencePieceModel,
} from "../../mod.ts";
import { singleText } from "../../src/model/mod.ts";
import { layerTransitions as layerDifferences } from "../../tasks/paper/measure/mod.ts";
import { pretrain } from "../../examples/training_loop.ts";
import {
  comparisonOf,
  comparisonsFor,
  settingsOf,
  verdictOf,
} from "../../examples/browser/panels/comparisons.ts";
import { recipeOf } from "../../examples/browser/recipe.ts";
import { farmText } from "../../examples/browser/texts/farm.ts";
import { evaluateRun } from "../../examples/browser/worker/evaluate.ts";
import { embeddingMap, layerTransitions } from "../../examples/browser/worker/inside.ts";
import { principalPlane } from "../../examples/browser/worker/principal_plane.ts";
import { inTurn } from "../../examples/browser/worker/turns.ts";
import type { AttentionMap, RunEvaluation, SavedRun } from "../../examples/browser/protocol.ts";
import { describeHead, sharpestHead } from "../../examples/browser/panels/attention_text.ts";
import {
  anatomiesOfModel,
  anatomiesOfSettings,
  anatomyOf,
} from "../../examples/browser/worker/anatomy.ts";
import { DEFAULT_SETTINGS, parseSettings } from "../../examples/browser/settings.ts";
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

Deno.test("a configuration is drawn next to the one with the opposite sharing", () => {
  const of = (share: "all" | "attention" | "none") =>
    anatomiesOfSettings({ settings: { ...DEFAULT_SETTINGS, share }, vocabularySize: 100 });
  const [all, attention, none] = [of("all"), of("attention"), of("none")];
  assertEquals([all.shares, attention.shares, none.shares], [true, true, false]);
  assertEquals(all.other, none.own);
  assertEquals(attention.other, none.own);
  assertEquals(none.other, all.own);
  assert(all.own.memory.gradientBytes < none.own.memory.gradientBytes);
  const bert = anatomiesOfModel({ ...presetConfig("smoke"), numHiddenGroups: 2 });
  assertEquals(bert.own.layers, 2);
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
  assertEquals(sharpestHead([map(() => 0.25), { ...next, layer: 2 }]).head, 2);
  assertEquals(sharpestHead([map(() => 0.25), { ...next, layer: 2 }]).layer, 2);
  assertStringIncludes(describeHead(map((_, to) => Number(to === 0)), 2), "[CLS] (100%");
});

Deno.test("the principal plane of points in a plane is that plane", () => {
  // Uncorrelated coordinates u and v with variances 8 : 2, along two orthogonal directions in five dimensions.
  const along = [[0.6, 0, 0.8, 0, 0], [0, 1, 0, 0, 0]];
  const plane = [[4, 0], [-4, 0], [0, 2], [0, -2]];
  const rows = plane.map(([u, v]) =>
    Float32Array.from({ length: 5 }, (_, k) => 7 + u * along[0][k] + v * along[1][k])
  );
  const { points, explained } = principalPlane(rows);
  assertAlmostEquals(explained[0], 0.8, 1e-6);
  assertAlmostEquals(explained[1], 0.2, 1e-6);
  for (const [i, [u, v]] of plane.entries()) {
    assertAlmostEquals(Math.abs(points[i][0]), Math.abs(u), 1e-5);
    assertAlmostEquals(Math.abs(points[i][1]), Math.abs(v), 1e-5);
  }
});

Deno.test("layers are compared as in the reproduction of Figure 1, and words have their neighbors", async () => {
  await using device = await openDevice({ device: "cpu" });
  const text = await Deno.readTextFile(new URL("../../examples/farm.txt", import.meta.url));
  const files = await pretrain(device, { text, vocabSize: 105, steps: 10, onLog: () => {} });
  using albert = await Albert.load((name) => Promise.resolve(files.get(name) ?? null), device);
  const sentence = "The cow sleeps in the barn.";
  const ids = albert.tokenizer.encodePair(sentence).ids;
  const expected = await layerDifferences(device, albert.encoder, [singleText(ids)]);
  const actual = await layerTransitions(albert, sentence);
  assertEquals(actual.length, expected.length);
  for (const [i, { distance, angle }] of actual.entries()) {
    assertAlmostEquals(distance, expected[i].distance, 1e-5);
    assertAlmostEquals(angle, expected[i].angle, 1e-5);
  }
  const { pieces, points, neighbors } = await embeddingMap(albert);
  assertEquals(points.length, pieces.length);
  for (const [i, found] of neighbors.entries()) {
    const similarities = found.map(({ similarity }) => similarity);
    assertEquals(similarities, similarities.toSorted((a, b) => b - a));
    assert(found.every(({ index }) => index !== i));
    // A word that is not a neighbor is not nearer.
    for (const { index, similarity } of neighbors[found[0].index]) {
      if (index === i) assertAlmostEquals(similarity, similarities[0], 1e-6);
    }
  }
});

Deno.test("a run is evaluated with both objectives, on the whole text if few documents are held out", async () => {
  await using device = await openDevice({ device: "cpu" });
  const text = farmText();
  const trainer = new VocabularyTrainer({ vocabSize: 100, hardVocabLimit: false });
  for (const line of text.split("\n")) trainer.add(line);
  const tokenizer = Tokenizer.fromModel(
    new Uint8Array(writeSentencePieceModel(trainer.train())),
  );
  const corpus = await corpusFromText(text.split("\n\n"), tokenizer);
  const recipeWith = (masked: number) =>
    recipeOf({ ...DEFAULT_SETTINGS, objective: "nsp", masked }, tokenizer.vocabularySize);
  const recipe = recipeWith(15);
  const parameters = new Parameters(device, pretrainingSpecs(recipe.config), { trainable: false });
  initialize(parameters, 1, 0.02);
  const encoder = new Encoder(recipe.config, parameters);
  const { maxSeqLength: sequenceLength, maxPredictionsPerSeq: maxPredictions } =
    recipe.settings.examples;
  const shape = { sequenceLength, maxPredictions, padId: tokenizer.specialIds.pad };
  const evaluate = (heldOut: readonly number[], masked = 15) =>
    evaluateRun(device, encoder, recipeWith(masked), { corpus, heldOut }, shape);
  // A model with small random weights has nearly even probabilities.
  const heldOut = await evaluate([0, 1, 2, 3, 4, 5, 6, 7]);
  assertEquals(heldOut.isHeldOut, true);
  assertAlmostEquals(heldOut.maskedLoss, Math.log(tokenizer.vocabularySize), 0.5);
  // Runs with other fractions of masked tokens are compared on the same examples.
  assertEquals(await evaluate([0, 1, 2, 3, 4, 5, 6, 7], 40), heldOut);
  // With one document, there is no other one for a wrong next sentence.
  const few = await evaluate([0]);
  assertEquals(few.isHeldOut, false);
  assertEquals(few, await evaluate([]));
  for (const accuracy of [few.sop, few.nsp]) assert(accuracy! >= 0 && accuracy! <= 1);
  parameters.free();
});

Deno.test("a comparison is recognized by the only setting that differs", () => {
  for (const size of ["tiny", "small", "medium"] as const) {
    const comparisons = comparisonsFor(size);
    assertEquals(comparisons.map(({ name }) => name), ["share", "embedding", "objective"]);
    for (const comparison of comparisons) {
      const [a, b] = settingsOf(comparison, { ...DEFAULT_SETTINGS, size });
      assertEquals(comparisonOf(a, b), comparison);
      assertEquals(comparisonOf(b, a), null);
      assertEquals(comparisonOf(a, { ...b, seed: b.seed + 1 }), null);
      for (const settings of [a, b]) {
        assertEquals(parseSettings((name) => `${settings[name]}`), settings);
        const { embeddingSize, hiddenSize } = recipeOf(settings, 100).config;
        assert(embeddingSize <= hiddenSize, `E = ${embeddingSize}, H = ${hiddenSize}`);
      }
    }
  }
});

Deno.test("an expectation is met only beyond the sampling error", () => {
  const of = (value: number, trials: number) => ({ label: "", value, trials });
  // The standard error of the difference of two proportions near one half of 100 trials is 7%.
  assertEquals(verdictOf(of(0.6, 100), of(0.5, 100)), "undecided");
  assertEquals(verdictOf(of(0.7, 100), of(0.5, 100)), "met");
  assertEquals(verdictOf(of(0.5, 100), of(0.7, 100)), "not met");
  assertEquals(verdictOf(of(0.6, 1000), of(0.5, 1000)), "met");
});

Deno.test("turns follow each other, also after a failure", async () => {
  const log: string[] = [];
  const first = inTurn(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    log.push("first");
  });
  const second = inTurn(() => Promise.reject(new Error("second")));
  const third = inTurn(() => log.push("third"));
  await first;
  await assertRejects(() => second, Error, "second");
  await third;
  assertEquals(log, ["first", "third"]);
});

/** Waits until all runs of the page have a state, and returns them. */
async function runsIn(page: BrowserPage, state: string, count: number): Promise<SavedRun[]> {
  await page.until(`import("/main.js").then(({ call }) => call("saved", null)).then((runs) =>
    runs.length === ${count} && runs.every((run) => run.state === ${JSON.stringify(state)}))`);
  return await request<SavedRun[]>(page, "saved", null);
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
      const [{ run }] = await runsIn(page, "finished", 1);
      await fill(page, "#inspected-sentence", "The cow sleeps in the [MASK].");
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

Deno.test({
  name: "the page trains two models in turns, and shows their evaluation next to the paper's claim",
  ignore: chromium.path === null,
  fn: () =>
    withPlayground(chromium, {}, async (page) => {
      await deviceOf(page);
      await click(page, "#tab-train");
      await fill(page, "#setting-steps", "10");
      await click(page, "#tab-compare");
      await click(page, "#compare-objective");
      const runs = await runsIn(page, "finished", 2);
      const of = (objective: string) =>
        runs.find(({ settings }) => settings.objective === objective)!;
      await page.until(`document.querySelector(".verdict") !== null`);
      const cells = await page.evaluate<string[]>(
        `[...document.querySelectorAll(".figures tbody tr:nth-last-child(-n + 3) td:not(.faint)")].map((cell) => cell.textContent)`,
      );
      const evaluations = [
        await request<RunEvaluation>(page, "evaluate", of("sop").run),
        await request<RunEvaluation>(page, "evaluate", of("nsp").run),
      ];
      const percent = (value: number | null) => `${(100 * value!).toFixed(1)}%`;
      const rows = (["maskedAccuracy", "sop", "nsp"] as const).flatMap((field) =>
        evaluations.map((evaluation) => percent(evaluation[field]))
      );
      assertEquals(cells, rows);
      // A run does not count the seconds of the other.
      const [seconds, elapsed] = [
        runs.reduce((sum, { points }) => sum + points.at(-1)!.seconds, 0),
        await page.evaluate<number>("performance.now() / 1000"),
      ];
      assert(seconds > 0 && seconds < elapsed, `${seconds} of ${elapsed} seconds`);
    }),
});
