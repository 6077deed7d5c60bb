/**
 * Trains a small ALBERT with your own learning-rate schedule and update rule: gradient descent with momentum.
 *
 *     deno run -A examples/own_optimizer.ts
 *
 * To use LAMB or AdamW with your own schedule, replace `update` by `new Optimizer(parameters, { ...OPTIMIZER_DEFAULTS, kind: "adamw" })`, and its call by
 * `optimizer.step(learningRateAt(step))`.
 */
import {
  corpusFromText,
  Encoder,
  ExampleDataset,
  initialize,
  openDevice,
  Parameters,
  presetConfig,
  PRETRAINING,
  pretrainingBatches,
  pretrainSettings,
  Tokenizer,
  VocabularyTrainer,
  whole,
  writeSentencePieceModel,
} from "@albert-lab/albert";
import { elementwiseScaleAdd } from "@albert-lab/albert/kernels";
import { MetricRing, recordMicroBatch } from "@albert-lab/albert/train";

const STEPS = 100;
const MOMENTUM = 0.9;

/** A linear warm-up, then the inverse square root of the step, as in the original transformer. */
function learningRateAt(step: number): number {
  const warmup = 20;
  return 0.2 * Math.min((step + 1) / warmup, Math.sqrt(warmup / (step + 1)));
}

// Data, as in examples/training_loop.ts.
const text = await Deno.readTextFile(new URL("farm.txt", import.meta.url));
const vocabulary = new VocabularyTrainer({ vocabSize: 105 });
for (const line of text.split("\n")) vocabulary.add(line);
const tokenizer = Tokenizer.fromModel(writeSentencePieceModel(vocabulary.train()));
const corpus = await corpusFromText(text.split("\n\n"), tokenizer);
const config = { ...presetConfig("smoke"), vocabSize: tokenizer.vocabularySize };
const settings = pretrainSettings({ steps: STEPS, maxSeqLength: 32, batchSize: 16 }, config);
const examples = new ExampleDataset(corpus, settings.examples, settings.seed);
const shape = {
  sequenceLength: settings.examples.maxSeqLength,
  maxPredictions: settings.examples.maxPredictionsPerSeq,
  padId: tokenizer.specialIds.pad,
};

// Parameters and gradients are flat buffers. `loadWeights` instead of `initialize` starts from a checkpoint.
await using device = await openDevice({ device: "cpu" });
const parameters = new Parameters(device, PRETRAINING.specs(config));
const model = new Encoder(config, parameters);
initialize(parameters, settings.seed, config.initializerRange);
const metrics = new MetricRing(device, PRETRAINING.losses, 1);
const velocity = device.allocate(parameters.values.length, "f32", "velocity");

/** velocity = momentum · velocity + gradient; weights = weights − rate · velocity. */
function update(rate: number): void {
  const count = velocity.length;
  device.run(elementwiseScaleAdd, {
    bindings: { x: whole(parameters.gradients!), y: whole(velocity) },
    uniforms: { count, alpha: 1, beta: MOMENTUM },
  });
  device.run(elementwiseScaleAdd, {
    bindings: { x: whole(velocity), y: whole(parameters.values) },
    uniforms: { count, alpha: -rate, beta: 1 },
  });
}

for (let step = 0; step < STEPS; step++) {
  const batches = pretrainingBatches(examples, step, settings, shape);
  const targets = metrics.targets(0, PRETRAINING.counts(batches));
  parameters.clearGradients();
  for (const batch of batches) {
    const pass = { device, seed: settings.seed, step, firstRow: batch.firstRow };
    recordMicroBatch(pass, (scope) => PRETRAINING.loss(scope, model, batch, targets));
  }
  update(learningRateAt(step));
  const [{ loss_mlm }] = await metrics.take(1); // Executes the step.
  if (step % 20 === 19) console.log(`step ${step + 1}: MLM loss ${loss_mlm.toFixed(2)}`);
}
