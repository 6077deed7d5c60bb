/** Run folders: `run.json`, the files of lines, `trainer.json`, and reports. Also the tuning cache. */
import { TuningCache } from "../../../src/device/disk.ts";
import { sealedJson } from "../../../src/files/mod.ts";
import { comparisonPage, readRun, runPage, type RunRecord } from "../../../src/report/mod.ts";
import type { RandomStream } from "../../../src/tensor/random/mod.ts";
import { readTrainerFile } from "../../../src/train/checkpoint.ts";
import { checkResume, readRunSettings } from "../../../src/train/disk.ts";
import { withoutOwnScript } from "../../support/page_markup.ts";
import { chance, fuzzer, scratch } from "../fuzzer.ts";
import { mutateJson } from "../mutate_json.ts";
import { mutateText } from "../mutate_text.ts";

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

/** A file of lines, some of which are damaged. */
function linesOf(random: RandomStream, values: readonly unknown[]): string {
  const lines = values.map((value) =>
    chance(random, 30) ? mutateJson(random, [value]).replaceAll("\n", " ") : JSON.stringify(value)
  );
  const text = `${lines.join("\n")}\n`;
  return chance(random, 20) ? mutateText(random, [text]) : text;
}

/** Reads a run folder with these files and draws its report. */
async function draw(files: Readonly<Record<string, string>>): Promise<void> {
  const folder = scratch("run");
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  const run: RunRecord = await readRun(folder);
  assertClosed(await runPage(run));
  // Draws the report for every fourth input only, since it is slow.
  if (run.events % 4 === 0) assertClosed(await comparisonPage([run, run]));
}

/** Checks that no data has become markup. */
function assertClosed(page: string): void {
  if (/<(script|img|link|iframe|doc)\b/i.test(withoutOwnScript(page))) {
    throw new Error("data became markup\n");
  }
}

/** Lines of events, samples, tensors and reviews. A report skips lines that it cannot read. */
export const runLines = fuzzer<readonly string[]>({
  rejections: ["RunFolderError"],
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

/** Settings of a run. A report accepts any, a resumed run requires valid ones. */
export const runJson = fuzzer<string>({
  rejections: ["RunFolderError"],
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
    const request = { output: "run", resume: true, observer: { log() {} } };
    checkResume(request, "step-1", earlier, SETTINGS.determinants);
  },
});

const SUM = "0".repeat(64);
const TRAINER = {
  step: 5,
  sha256: { "config.json": SUM, "model.safetensors": SUM, "optimizer.safetensors": SUM },
  lines: { "events.jsonl": { bytes: 10, sha256: SUM } },
};

/** State of a checkpoint, with a new checksum. */
export const trainerJson = fuzzer<string>({
  rejections: ["RunFolderError"],
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
      // These files are opened and truncated.
      if (/[\\/]|^\.\.?$/.test(name)) throw new Error(`would open ${name}\n`);
    }
    for (const sum of Object.values(sha256)) sum.length;
    for (const { bytes, sha256 } of Object.values(lines)) {
      if (!(bytes >= 0) || typeof sha256 !== "string") {
        throw new Error("a length that is not valid\n");
      }
    }
  },
});

const IDENTITY = { adapter: "llvmpipe", driver: "Mesa", version: "0.1.0" };
const FILE = {
  format: 1,
  identity: IDENTITY,
  choices: { "matmul 32x64x128": "register_tile_4x4", "softmax 512": "rows" },
};

export const tuningCache = fuzzer<string>({
  rejections: ["SyntaxError"],
  cost: 10,
  make: (random) => {
    const text = mutateJson(random, [FILE]);
    try {
      return chance(random, 20) ? text : sealedJson(JSON.parse(text));
    } catch {
      return text;
    }
  },
  read: async (text) => {
    const cache = new TuningCache(scratch("."), IDENTITY);
    await Deno.writeTextFile(cache.path, text);
    let ignored = "";
    const choices = await cache.read((sentence) => ignored = sentence);
    for (const variant of choices.values()) if (typeof variant !== "string") throw variant;
    if (ignored !== "") throw new SyntaxError(ignored); // The message that the user sees.
  },
});
