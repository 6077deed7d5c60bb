import { assert } from "@std/assert";
import {
  readSquad,
  type SquadHead,
  squadTask,
  squadTrainingFeatures,
} from "../../../src/benchmarks/squad/mod.ts";
import { openDevice } from "../../../src/device/mod.ts";
import { initialise, type ModelConfig, presetConfig } from "../../../src/model/mod.ts";
import { RandomStream } from "../../../src/tensor/random/mod.ts";
import { finetuneSettings, FinetuneTrainer, predictAll } from "../../../src/train/finetune/mod.ts";
import { wordTokenizer } from "./word_tokenizer.ts";

const SIDES = Array.from({ length: 4 }, (_, i) => `side${i}`);
const TOWNS = Array.from({ length: 4 }, (_, i) => `town${i}`);
const OTHERS = Array.from({ length: 12 }, (_, i) => `word${i}`);
const TOKENIZER = wordTokenizer(["where", ...SIDES, ...TOWNS, ...OTHERS]);
const CONFIG: ModelConfig = {
  ...presetConfig("smoke"),
  vocabSize: TOKENIZER.vocabularySize,
  hiddenDropoutProb: 0,
  attentionProbsDropoutProb: 0,
};
const MAX_LENGTH = 16;

/** Paragraphs of which two in three name one place, two words long: that is the answer. Some need two windows. */
function places(seed: number, count: number, prefix: string) {
  const random = new RandomStream(seed, 1);
  const one = (words: readonly string[]) => words[random.integer(words.length)];
  const paragraphs = Array.from({ length: count }, (_, i) => {
    const words = Array.from({ length: 8 + random.integer(8) }, () => one(OTHERS));
    const answer = `${one(SIDES)} ${one(TOWNS)}`;
    const place = random.integer(words.length);
    const before = words.slice(0, place).map((word) => `${word} `).join("");
    const none = i % 3 === 0;
    return {
      context: none ? words.join(" ") : `${before}${answer} ${words.slice(place).join(" ")}`,
      qas: [{
        id: `${prefix}${i}`,
        question: "where",
        answers: none ? [] : [{ text: answer, answer_start: before.length }],
      }],
    };
  });
  return readSquad(JSON.stringify({ version: "v2.0", data: [{ title: "", paragraphs }] }));
}

for (const head of ["linear", "paper"] as SquadHead[]) {
  Deno.test(`the ${head} head learns where an answer is, and that there may be none`, async () => {
    const lengths = { maxLength: MAX_LENGTH, stride: 6 };
    const dev = places(2, 60, "dev");
    const { windows } = squadTrainingFeatures(dev, TOKENIZER, lengths);
    assert(windows.length > dev.questions.length);
    const task = squadTask({
      version: "2.0",
      head,
      train: squadTrainingFeatures(places(1, 300, "train"), TOKENIZER, lengths).windows,
      heldOut: { dataset: dev, windows },
    });
    const settings = finetuneSettings(
      { maxSteps: 100, batchSize: 32, microBatchSize: 16, learningRate: 5e-3, maxSeqLength: 16 },
      task.train.length,
    );
    const device = await openDevice({ device: "cpu" });
    try {
      const trainer = new FinetuneTrainer(device, CONFIG, task, settings);
      initialise(trainer.model.parameters, 1, 0.05);
      const f1 = async () => {
        const outputs = await predictAll(device, trainer.model, task, windows, 16, MAX_LENGTH);
        return task.judge(task.heldOut[0], outputs).metrics.f1;
      };
      const before = await f1();
      for (let step = 0; step < 100; step++) {
        trainer.trainStep();
        if (step % 10 === 9) await trainer.readLog();
      }
      const after = await f1();
      assert(before < 60 && after > 95, `f1 ${before} before, ${after} after`);
    } finally {
      await device.destroy();
    }
  });
}
