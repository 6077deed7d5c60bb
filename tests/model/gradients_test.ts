import { assert } from "@std/assert";
import { openReferenceDevice, whole } from "../../src/device/mod.ts";
import {
  initialize,
  type ModelConfig,
  presetConfig,
  type PretrainingInput,
  PretrainingModel,
} from "../../src/model/mod.ts";
import { DropoutRandom, IGNORED_LABEL, Tape } from "../../src/tensor/mod.ts";
import { RandomStream } from "../../src/tensor/random/mod.ts";

const TINY: ModelConfig = {
  ...presetConfig("smoke"),
  vocabSize: 23,
  embeddingSize: 6,
  hiddenSize: 12,
  intermediateSize: 20,
  numAttentionHeads: 3,
  maxPositionEmbeddings: 9,
};

const BATCH = 3;
const SEQUENCE = 7;

function input(): PretrainingInput {
  const random = new RandomStream(3, 1);
  const tokens = BATCH * SEQUENCE;
  return {
    batch: BATCH,
    sequence: SEQUENCE,
    inputIds: Uint32Array.from({ length: tokens }, () => 1 + random.integer(22)),
    tokenTypeIds: Uint32Array.from({ length: tokens }, (_, i) => Number(i % SEQUENCE > 3)),
    lengths: Uint32Array.of(7, 4, 6),
    maskedPositions: Uint32Array.of(1, 3, 8, 15, 16),
    maskedLabels: Uint32Array.of(5, 9, 11, 2, IGNORED_LABEL),
    sentenceOrderLabels: Uint32Array.of(0, 1, 1),
  };
}

/** Returns a model and a function that computes its loss in float64, and the gradients if requested. */
function lossOf(config: ModelConfig) {
  const device = openReferenceDevice({ precision: "f64" });
  const model = new PretrainingModel(device, config);
  initialize(model.parameters, 5, 0.3);
  const metrics = device.allocate(4, "f32", "metrics");
  const targets = {
    maskedLanguage: { metrics: whole(metrics), lossSlot: 0, scale: 1 / 4 },
    sentenceOrder: { metrics: whole(metrics), lossSlot: 1, scale: 1 / 3 },
  };
  const batch = input();
  return {
    model,
    async value(differentiate: boolean): Promise<number> {
      device.write(whole(metrics), new Float32Array(4));
      const tape = differentiate ? new Tape(device) : undefined;
      if (differentiate) model.parameters.clearGradients();
      model.loss({ device, tape, dropout: new DropoutRandom(11, 2, 0) }, batch, targets);
      tape?.backward();
      const [maskedLanguage, sentenceOrder] = await device.read(whole(metrics));
      return maskedLanguage + sentenceOrder;
    },
  };
}

for (
  const [name, change] of [
    ["all layers shared, all dropouts", {
      hiddenDropoutProb: 0.2,
      attentionProbsDropoutProb: 0.1,
    }],
    ["erf GELU, no sharing", {
      hiddenAct: "gelu",
      share: "none",
      numHiddenGroups: 2,
      hiddenDropoutProb: 0.3,
    }],
    ["E = H without projection, attention shared", {
      embeddingSize: 12,
      embeddingProjection: false,
      share: "attention",
      numHiddenGroups: 2,
    }],
    ["no sentence-order loss, ReLU, two inner blocks", {
      pairObjective: "none",
      hiddenAct: "relu",
      innerGroupNum: 2,
    }],
    ["an output matrix that is not tied", { tieWordEmbeddings: false }],
  ] as [string, Partial<ModelConfig>][]
) {
  Deno.test(`the gradient of the pretraining loss equals finite differences: ${name}`, async () => {
    const { model, value } = lossOf({ ...TINY, ...change });
    await value(true);
    const { device, list } = model.parameters;
    const random = new RandomStream(17, 2);
    let checked = 0;
    for (const { spec, view, gradient } of list) {
      const gradients = await device.read(gradient!);
      const values = await device.read(view) as Float32Array;
      for (let draw = 0; draw < 3; draw++) {
        const at = random.integer(values.length);
        const step = 1e-5;
        const shifted = async (by: number): Promise<number> => {
          const changed = values.slice();
          changed[at] += by;
          device.write(view, changed);
          return await value(false);
        };
        const difference = (await shifted(step) - await shifted(-step)) / (2 * step);
        device.write(view, values);
        const error = Math.abs(difference - gradients[at]);
        assert(
          error <= 1e-7 + 1e-5 * Math.abs(difference),
          `${spec.name}[${at}]: gradient ${gradients[at]}, finite difference ${difference}`,
        );
        if (Math.abs(difference) > 1e-4) checked++;
      }
    }
    // Comparisons of gradients near zero prove nothing.
    assert(checked > list.length, `only ${checked} gradients were above 1e-4`);
  });
}
