/**
 * Measurement jobs: the layers of a pretrained model, and the speed of a training step.
 *
 * @module
 */
import { collate, ExampleDataset, exampleSettings } from "../../../src/data/mod.ts";
import { loadWeights, PretrainingModel } from "../../../src/model/mod.ts";
import { pretrainingInput } from "../../../src/pretraining/mod.ts";
import {
  layerTransitions,
  measureSpeedup,
  measureThroughput,
  WHOLE_STEP_BYTES,
} from "../measure/mod.ts";
import { canonicalJson } from "./address.ts";
import type { JobContext, Measured } from "./context.ts";
import { shapeOf } from "./intrinsic.ts";
import type { LayersJob, SpeedupJob } from "./job.ts";
import { readModel } from "./pretrain_job.ts";

/** All models with the same pair objective are measured on the same examples. */
const SEED = 20_200_209;

/** Measures distance and angle between the input and output of every layer on the development text. */
export async function runLayersJob(
  { from, size }: LayersJob,
  { device, data, output }: JobContext,
): Promise<Measured> {
  const { config, weights } = await readModel(from, output);
  const dev = await data.text("dev");
  const settings = exampleSettings(size.maxSeqLength, { pairObjective: config.pairObjective });
  const source = new ExampleDataset(dev.corpus, settings, SEED);
  const count = Math.min(size.evalExamples, source.examplesInEpoch(0));
  const shape = shapeOf(settings, dev);
  function* batches() {
    for (let start = 0; start < count; start += size.microBatchSize) {
      const length = Math.min(size.microBatchSize, count - start);
      const examples = Array.from({ length }, (_, i) => source.exampleAt(start + i));
      yield pretrainingInput(collate(examples, shape));
    }
  }
  const model = new PretrainingModel(device, config, { trainable: false });
  try {
    loadWeights(model.parameters, weights);
    const layers = await layerTransitions(device, model.encoder, batches());
    const x = layers.map(({ layer }) => layer);
    return {
      metrics: {},
      curves: {
        layer_distance: { x, y: layers.map(({ distance }) => distance) },
        layer_angle: { x, y: layers.map(({ angle }) => angle) },
      },
      steps: 0,
    };
  } finally {
    model.parameters.free();
  }
}

/** Measures the training throughput relative to the reference model. That of the reference itself is 1. */
export async function runSpeedupJob(
  { config, reference, batchSize, sequenceLength }: SpeedupJob,
  { device }: JobContext,
): Promise<Measured> {
  const options = {
    batchSize,
    microBatchSize: batchSize,
    sequenceLength,
    maxPredictions: exampleSettings(sequenceLength).maxPredictionsPerSeq,
    // Models of different sizes in turn leave gaps in the memory of the CPU device.
    memoryBytes: WHOLE_STEP_BYTES / 2,
  };
  const measured = canonicalJson(config) === canonicalJson(reference)
    ? { ...await measureThroughput(device, config, options), speedup: 1 }
    : await measureSpeedup(device, config, reference, options);
  return {
    metrics: {
      speedup: measured.speedup,
      examples_per_second: measured.examplesPerSecond,
      gigaflops_per_second: measured.gigaflopsPerSecond,
      peak_bytes: measured.peakBytes,
      gradient_bytes: measured.gradientBytes,
    },
    curves: {},
    steps: 0,
    remarks: [
      `timed as ${measured.method} of ${batchSize} × ${sequenceLength} tokens`,
    ],
  };
}
