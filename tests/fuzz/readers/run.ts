/** Run folders: `run.json`, the files of lines, `trainer.json`, and the reports made of them. */
import { sealedJson } from "../../../src/files/mod.ts";
import { readRunSettings } from "../../../src/train/disk.ts";
import { checkResume } from "../../../src/train/resume.ts";
import { comparisonPage, readRun, runPage, type RunRecord } from "../../../src/report/mod.ts";
import { readTrainerFile } from "../../../src/train/checkpoint.ts";
import type { RandomStream } from "../../../src/tensor/random/mod.ts";
import { chance, fuzzer } from "../fuzzer.ts";
import { mutateJson } from "../mutate_json.ts";
import { mutateText } from "../mutate_text.ts";
import { scratch } from "../scratch.ts";

const SETTINGS = {
  version: "0.1.0",
  deno: "2.9.6",
  adapter: "llvmpipe",
  started: "2026-01-01T00:00:00.000Z",
  flags: { config: "smoke", data: ["data"], steps: 40 },
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
  determinants: { dataFingerprint: "abcdef", config: { num_hidden_layers: 2, vocab_size: 40 } },
};

const EVENTS = [10, 20, 30].flatMap((step) => [
  { step, loss: 10 / step, loss_mlm: 9 / step, gradient_norm: 1, tokens_per_second: 128, time: 1 },
  { step, eval_loss: 9 / step, eval_books_loss: 8 / step, eval_accuracy: 0.5 },
]);
const SAMPLES = [10, 20].map((step) => ({
  step,
  samples: [{
    pieces: ["▁the", null, "s"],
    masks: [{ truth: "▁cat", probability: 0.2, guesses: [{ piece: "▁a", probability: 0.5 }] }],
  }],
}));
const TENSORS = [10, 20].map((step) => ({
  step,
  tensors: { "albert.pooler.weight": { parameter_norm: 2, gradient_norm: 1, trust_ratio: 3 } },
}));

const REVIEWS = [10, 20].map((step) => ({
  step,
  sets: [{
    name: "mismatched",
    confusion: { labels: ["no", "yes"], counts: [[3, 1], [0, 4]] },
    answerWords: { gold: [0, 2, 1], predicted: [1, 2, 0] },
    missed: 1,
    worst: [{ id: "7", texts: ["a", "b"], gold: "no", predicted: "yes", confidence: 0.9 }],
  }],
}));

/** A line file with some of its lines damaged. */
function linesOf(random: RandomStream, values: readonly unknown[]): string {
  const lines = values.map((value) =>
    chance(random, 30) ? mutateJson(random, [value]).replaceAll("\n", " ") : JSON.stringify(value)
  );
  const text = `${lines.join("\n")}\n`;
  return chance(random, 20) ? mutateText(random, [text]) : text;
}

/** A run folder of these files, read and drawn. */
async function draw(files: Readonly<Record<string, string>>): Promise<void> {
  const folder = scratch("run");
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  const run: RunRecord = await readRun(folder);
  assertClosed(await runPage(run));
  // The same charts once more, and slow to draw: every fourth input shows enough of it.
  if (run.events % 4 === 0) assertClosed(await comparisonPage([run, run]));
}

/** Nothing that was data may have become markup. */
function assertClosed(page: string): void {
  if (/<(script|img|link|iframe|doc)\b/i.test(page)) throw new Error("data became markup\n");
}

/** Lines of the log, of samples, tensors and reviews; a report shows what it can of them. */
export const runLines = fuzzer<readonly string[]>({
  refusals: ["RunFolderError"],
  cost: 40,
  make: (random) => [
    linesOf(random, EVENTS),
    linesOf(random, SAMPLES),
    linesOf(random, TENSORS),
    linesOf(random, REVIEWS),
  ],
  read: ([events, samples, tensors, reviews]) =>
    draw({
      "run.json": sealedJson(SETTINGS),
      "events.jsonl": events,
      "samples.jsonl": samples,
      "tensors.jsonl": tensors,
      "reviews.jsonl": reviews,
    }),
});

/** The settings of a run: a report shows them as they are, a run that goes on wants them whole. */
export const runJson = fuzzer<string>({
  refusals: ["RunFolderError"],
  cost: 40,
  make: (random) => {
    const text = mutateJson(random, [SETTINGS]);
    if (chance(random, 50)) return text;
    try {
      return sealedJson(JSON.parse(text));
    } catch {
      return text;
    }
  },
  read: async (text) => {
    const [events] = [EVENTS].map((lines) => lines.map((line) => JSON.stringify(line)).join("\n"));
    await draw({
      "run.json": text,
      "events.jsonl": `${events}\n`,
      "samples.jsonl": "",
      "tensors.jsonl": "",
      "reviews.jsonl": "",
    });
    const earlier = await readRunSettings(scratch("run"));
    const request = { output: "run", resume: true, observer: { say() {} } };
    checkResume(request, "step-1", earlier, SETTINGS.determinants);
  },
});

const SUM = "0".repeat(64);
const TRAINER = {
  step: 5,
  sha256: { "config.json": SUM, "model.safetensors": SUM, "optimizer.safetensors": SUM },
  lines: { "events.jsonl": { bytes: 10, sha256: SUM } },
};

/** What a checkpoint says of itself, sealed anew. */
export const trainerJson = fuzzer<string>({
  refusals: ["RunFolderError"],
  cost: 10,
  make: (random) => {
    const text = mutateJson(random, [TRAINER]);
    try {
      return chance(random, 20) ? text : sealedJson(JSON.parse(text));
    } catch {
      return text;
    }
  },
  read: async (text) => {
    const folder = scratch("step-5");
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/trainer.json`, text);
    const { sha256, lines } = await readTrainerFile(folder);
    for (const name of [...Object.keys(sha256), ...Object.keys(lines)]) {
      // These are opened, and cut to what they were.
      if (/[\\/]|^\.\.?$/.test(name)) throw new Error(`would open ${name}\n`);
    }
    for (const sum of Object.values(sha256)) sum.length;
    for (const { bytes, sha256 } of Object.values(lines)) {
      if (!(bytes >= 0) || typeof sha256 !== "string") throw new Error("a length that is none\n");
    }
  },
});
