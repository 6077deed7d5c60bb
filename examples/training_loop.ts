/**
 * Trains a vocabulary and a small ALBERT on a text file.
 *
 *     deno run -A examples/training_loop.ts [TEXT_FILE [VOCABULARY_SIZE [STEPS]]]
 *
 * `pretrain` does not use files, so that examples/browser can run it in a page.
 */
import {
  corpusFromText,
  type Device,
  ExampleDataset,
  initialize,
  modelFiles,
  openDevice,
  presetConfig,
  PRETRAINING,
  pretrainingBatches,
  pretrainSettings,
  type StepLog,
  Tokenizer,
  Trainer,
  VocabularyTrainer,
  writeSentencePieceModel,
} from "@albert-lab/albert";

/** Options of `pretrain`. */
export interface PretrainOptions {
  /** The training text. Blank lines separate documents. */
  text: string;
  /** Size of the vocabulary. If the text is too short for it, the error names the largest possible size. */
  vocabSize: number;
  steps: number;
  /** Called after every tenth step. */
  onLog: (log: StepLog) => void | Promise<void>;
}

/** Pretrains a tiny ALBERT and returns its files in the format of Hugging Face. */
export async function pretrain(
  device: Device,
  { text, vocabSize, steps, onLog }: PretrainOptions,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  // 1. Train a vocabulary on the text.
  const vocabulary = new VocabularyTrainer({ vocabSize });
  for (const line of text.split("\n")) vocabulary.add(line);
  const tokenizer = Tokenizer.fromModel(writeSentencePieceModel(vocabulary.train()));

  // 2. Configure a model that trains in seconds. It learns faster with large initial weights; the usual range is 0.02.
  const config = {
    ...presetConfig("smoke"),
    vocabSize: tokenizer.vocabularySize,
    embeddingSize: 64,
    hiddenSize: 64,
    numAttentionHeads: 4,
    intermediateSize: 256,
    initializerRange: 0.1,
  };

  // 3. Create examples: pairs of segments, half of them swapped, with 15% of the tokens masked.
  const corpus = await corpusFromText(text.split("\n\n"), tokenizer);
  const settings = pretrainSettings(
    { steps, maxSeqLength: 32, batchSize: 16, learningRate: 0.006, warmupSteps: steps / 5 },
    config,
  );
  const examples = new ExampleDataset(corpus, settings.examples, settings.seed);
  const shape = {
    sequenceLength: settings.examples.maxSeqLength,
    maxPredictions: settings.examples.maxPredictionsPerSeq,
    padId: tokenizer.specialIds.pad,
  };

  // 4. Train. A step only submits work to the device. Reading the log waits for it, so read it every tenth step.
  const trainer = new Trainer(device, config, PRETRAINING, settings);
  initialize(trainer.model.parameters, settings.seed, config.initializerRange);
  while (trainer.step < steps) {
    trainer.trainStep(pretrainingBatches(examples, trainer.step, settings, shape));
    if (trainer.step % 10 > 0 && trainer.step < steps) continue;
    for (const log of (await trainer.readLog()).slice(-1)) await onLog(log);
  }

  const files = await modelFiles(trainer.model, tokenizer);
  trainer.free();
  return files;
}

if (import.meta.main) {
  const file = Deno.args[0] ?? new URL("farm.txt", import.meta.url);
  // "auto" would select a GPU, which a model of this size does not use fully.
  const device = await openDevice({ device: "cpu" });
  const files = await pretrain(device, {
    text: await Deno.readTextFile(file),
    vocabSize: Number(Deno.args[1] ?? 105),
    steps: Number(Deno.args[2] ?? 200),
    onLog({ step, metrics }) {
      const { loss_mlm, accuracy_mlm, loss_pair, accuracy_pair } = metrics;
      const masked = `MLM loss ${loss_mlm.toFixed(2)} (${percent(accuracy_mlm)})`;
      const order = `SOP loss ${loss_pair.toFixed(2)} (${percent(accuracy_pair)})`;
      console.log(`step ${step + 1}`.padEnd(10) + masked.padEnd(26) + order);
    },
  });
  console.log(`Files of the model: ${[...files.keys()].join(", ")}`);
  await device.destroy();
}

function percent(share: number): string {
  return `${Math.round(100 * share)}%`;
}
