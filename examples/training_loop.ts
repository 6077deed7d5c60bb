/**
 * A training loop on a text of your own: vocabulary, examples, steps.
 *
 *     deno run -A examples/training_loop.ts [TEXT_FILE [VOCABULARY_SIZE [STEPS]]]
 *
 * Nothing in `pretrain` needs files: examples/browser runs it in a page.
 */
import {
  corpusFromText,
  type Device,
  ExampleDataset,
  initialize,
  modelFiles,
  openDevice,
  presetConfig,
  PretrainingTrainer,
  pretrainSettings,
  type StepLog,
  Tokenizer,
  VocabularyTrainer,
  writeSentencePieceModel,
} from "@albert-lab/albert";

/** What `pretrain` reads, how far it goes, and who hears of it. */
export interface PretrainOptions {
  /** Documents stand between blank lines. */
  text: string;
  /** Pieces of the vocabulary; a text supports only so many, and the error says how many. */
  vocabSize: number;
  steps: number;
  /** Hears of every tenth step. */
  onLog: (log: StepLog) => void | Promise<void>;
}

/** Pretrains a tiny ALBERT and returns the files of a Hugging Face folder. */
export async function pretrain(
  device: Device,
  { text, vocabSize, steps, onLog }: PretrainOptions,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  // 1. A vocabulary of word pieces, trained on the text itself.
  const vocabulary = new VocabularyTrainer({ vocabSize });
  for (const line of text.split("\n")) vocabulary.add(line);
  const tokenizer = Tokenizer.fromModel(writeSentencePieceModel(vocabulary.train()));

  // 2. A model small enough for seconds. (Wide initial weights suit it; real ones start at 0.02.)
  const config = {
    ...presetConfig("smoke"),
    vocabSize: tokenizer.vocabularySize,
    embeddingSize: 64,
    hiddenSize: 64,
    numAttentionHeads: 4,
    intermediateSize: 256,
    initializerRange: 0.1,
  };

  // 3. Examples: pairs of segments, half of them swapped, 15% of the tokens masked.
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

  // 4. The loop. A step only starts the work; reading the log waits for it, so not every step does.
  const trainer = new PretrainingTrainer(device, config, { ...settings, logSlots: 10 });
  initialize(trainer.model.parameters, settings.seed, config.initializerRange);
  while (trainer.step < steps) {
    trainer.trainStep(examples, shape);
    if (trainer.step % 10 > 0 && trainer.step < steps) continue;
    for (const log of (await trainer.readLog()).slice(-1)) await onLog(log);
  }

  const files = await modelFiles(trainer.model, tokenizer);
  trainer.free();
  return files;
}

if (import.meta.main) {
  const file = Deno.args[0] ?? new URL("farm.txt", import.meta.url);
  // "auto" takes a GPU; a model this small keeps none busy.
  const device = await openDevice({ device: "cpu" });
  const files = await pretrain(device, {
    text: await Deno.readTextFile(file),
    vocabSize: Number(Deno.args[1] ?? 105),
    steps: Number(Deno.args[2] ?? 200),
    onLog({ step, maskedLoss, maskedAccuracy, pairLoss, pairAccuracy }) {
      const masked = `masked words ${maskedLoss.toFixed(2)} (${percent(maskedAccuracy)})`;
      const order = `sentence order ${pairLoss.toFixed(2)} (${percent(pairAccuracy)})`;
      console.log(`step ${step + 1}`.padEnd(10) + masked.padEnd(26) + order);
    },
  });
  console.log(`The model in Hugging Face's files: ${[...files.keys()].join(", ")}`);
  await device.destroy();
}

function percent(share: number): string {
  return `${Math.round(100 * share)}%`;
}
