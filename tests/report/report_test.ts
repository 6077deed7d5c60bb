import { createHash } from "node:crypto";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { comparisonPage, readRun, runPage, RunRecord } from "../../src/report/mod.ts";
import { CHART_SCRIPT } from "../../src/report/page_script.ts";
import { RunFolder } from "../../src/train/disk.ts";
import { differences } from "../../src/report/run_settings.ts";

const EVIL = `"><img src=x onerror=alert(1)><script>1</script>`;

/** The settings of a run with two phases. */
function settings(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    version: "1.2.3",
    adapter: "a GPU",
    settings: {
      seed: 42,
      batchSize: 8,
      schedule: { peakLearningRate: 0.01, warmupSteps: 5, totalSteps: 40 },
      optimizer: { kind: "lamb" },
      phases: [
        { untilStep: 30, examples: { maxSeqLength: 16 } },
        { untilStep: 40, examples: { maxSeqLength: 64 } },
      ],
    },
    determinants: { dataFingerprint: "abcdef", config: { num_hidden_layers: 2 } },
    ...change,
  };
}

/** A run of 40 steps with evaluations. */
function record(name: string, change: Record<string, unknown> = {}): RunRecord {
  const run = new RunRecord(name, settings(change));
  for (let step = 10; step <= 40; step += 10) {
    run.add({
      step,
      loss: 10 / step,
      loss_mlm: 9 / step,
      loss_pair: 1 / step,
      learning_rate: 0.01,
      gradient_norm: step === 20 ? 1000 : 1,
      tokens_per_second: 128,
    });
    run.add({ step, eval_loss: 12 / step, eval_books_loss_mlm: 11 / step, eval_examples: 64 });
    run.tensors.push({
      step,
      tensors: {
        "albert.pooler.weight": { parameter_norm: 2, gradient_norm: 0.5, trust_ratio: 3 },
      },
    });
    run.samples.push({
      step,
      samples: [{
        pieces: ["▁the", null, EVIL],
        masks: [{
          truth: "▁cat",
          probability: 0.25,
          guesses: [{ piece: step < 30 ? EVIL : "▁cat", probability: 0.5 }],
        }],
      }],
    });
  }
  return run;
}

/** Fails if data became markup, the page can reach the network, or a script is not that of all pages. */
function assertClosed(page: string): void {
  assertEquals(page.split(/<script/).length, 2, "one script");
  const [, script] = page.match(/<script>([^]*?)<\/script>/)!;
  assertEquals(script, CHART_SCRIPT.text);
  const hash = createHash("sha256").update(script).digest("base64");
  assertStringIncludes(page, `script-src &#39;sha256-${hash}&#39;"`);
  assert(!page.includes("<img"), "an image");
  assert(!page.includes("<link"), "a link to a file");
  assert(!/(src|href)="?http/.test(page), "an address");
  assertStringIncludes(page, "default-src 'none'");
}

/** Creates a run folder of a killed run with these lines. */
async function withRun(lines: string, test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const run = await RunFolder.open(folder);
    await run.writeSettings(settings());
    await run.close();
    if (lines !== "") await Deno.writeTextFile(`${folder}/events.jsonl`, lines);
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the report of a run shows charts, evaluation, samples and tensors", () => {
  const page = runPage(record("books"));
  for (
    const text of [
      "<b>Loss (nats)</b>",
      "Latest evaluation <small>step 40</small>",
      "<b>Masked-LM loss (nats)</b>",
      "held-out, books",
      "<b>Learning rate</b>",
      "<b>Gradient norm before clipping</b>",
      "Sample predictions on held-out text",
      "LAMB trust ratio per tensor",
      "40 of 40",
      // 30 steps of 8 · 16 tokens, 10 of 8 · 64.
      "8,960",
      "8 × 16, then 64",
    ]
  ) assertStringIncludes(page, text);
  // 8,960 tokens at 128 per second.
  assertStringIncludes(page, "1 min 10 s");
  assert(page.split("<svg").length - 1 >= 8, "one chart per quantity");
  const content = page.replace(CHART_SCRIPT.text, "");
  assert(!content.includes("NaN") && !content.includes("undefined"));
});

Deno.test("the report escapes text, settings and names", () => {
  const run = record(EVIL, { adapter: EVIL, [EVIL]: EVIL, revision: EVIL });
  run.add({ step: 40, [`eval_${EVIL}`]: 1, [EVIL]: 2 });
  assertClosed(runPage(run));
  assertClosed(comparisonPage([run, record("other")]));
});

Deno.test("a run killed before its first step has a report", () =>
  withRun("", async (folder) => {
    const page = runPage(await readRun(folder));
    assertStringIncludes(page, "No step has been logged yet");
    assertStringIncludes(page, "0 of 40");
    assertClosed(page);
  }));

Deno.test("the report of a run killed while writing a line shows the complete lines", () => {
  const lines = [{ step: 10, loss: 3 }, { step: 20, loss: null }, { step: 30, loss: 2 }];
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("") + `{"step":40,"lo`;
  return withRun(text, async (folder) => {
    const run = await readRun(folder);
    assertEquals(run.step, 30);
    assertEquals(run.series.get("loss")!.buckets.map(({ sum }) => sum), [3, 2]);
    assertStringIncludes(runPage(run), "30 of 40");
  });
});

Deno.test("readRun() rejects folders that are not run folders", async () => {
  await assertRejects(() => readRun("no/such/folder"), Error, "no/such/folder does not exist");
  await withRun("", async (folder) => {
    await Deno.writeTextFile(`${folder}/run.json`, "{");
    await assertRejects(() => readRun(folder), Error, `${folder}/run.json is not a JSON object`);
  });
});

Deno.test("a comparison overlays runs and lists the settings that differ", () => {
  const slow = record("slow");
  const fast = record("fast", {
    determinants: { dataFingerprint: "abcdef", config: { num_hidden_layers: 12 } },
  });
  fast.add({ step: 40, eval_loss: 0.125 });
  const page = comparisonPage([slow, fast, record("slow")]);
  assertClosed(page);
  assertStringIncludes(page, "Comparison of 3 runs");
  assertStringIncludes(page, "slow (2)");
  assertStringIncludes(page, "config.json: num_hidden_layers");
  assert(!page.includes("dataFingerprint"), "settings that agree are not listed");
  const [chart] = page.match(/<b>Loss \(nats\), held-out<\/b>[^]*?<\/svg>/)!;
  for (const color of [1, 2, 3]) assertStringIncludes(chart, `var(--curve-${color})`);
  const [row] = page.match(/<td class="n best">0\.125[^]*?<\/tr>/)!;
  assert(row !== undefined, "the best value is bold");
});

Deno.test("differences() lists a setting once, preferring the determinants", () => {
  const run = (rate: number, logging: number) => ({
    flags: { learningRate: rate },
    settings: { schedule: { rate }, logging },
    determinants: { schedule: { rate } },
    started: `${rate}`,
  });
  assertEquals(differences([run(1, 10), run(2, 20)]), [
    { path: "logging", values: ["10", "20"] },
    { path: "schedule.rate", values: ["1", "2"] },
  ]);
});
