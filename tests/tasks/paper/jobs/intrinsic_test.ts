import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { openDevice } from "../../../../src/device/mod.ts";
import { ALBERT_DEFAULTS, validateConfig } from "../../../../src/model/mod.ts";
import { measureIntrinsic } from "../../../../tasks/paper/jobs/intrinsic.ts";
import { generatedCorpus } from "../../../data/generated_text.ts";

Deno.test("a model that always gives the same answer has exactly 50% on balanced pairs, and the share of one label on the others", async () => {
  const corpus = await generatedCorpus(3, 200, 2);
  const config = validateConfig({
    ...ALBERT_DEFAULTS,
    ...{ vocabSize: corpus.vocabulary.size, embeddingSize: 8, hiddenSize: 16 },
    ...{ numHiddenLayers: 1, numAttentionHeads: 1, intermediateSize: 16 },
    ...{ maxPositionEmbeddings: 32, hiddenDropoutProb: 0, attentionProbsDropoutProb: 0 },
    // Without stored weights, all of them are initialized, so small that the products of the pair head are 0.
    initializerRange: 1e-30,
  });
  const device = await openDevice({ device: "cpu", workers: 1 });
  try {
    const size = { maxSeqLength: 32, evalExamples: 64, microBatchSize: 16 };
    const weights = { metadata: {}, tensors: new Map() };
    const metrics = await measureIntrinsic(device, { config, weights }, { corpus }, size);
    for (const name of ["nsp", "sop"]) {
      assertAlmostEquals(metrics[`${name}_uncut_accuracy`], 50, 1e-4);
      assert(metrics[`${name}_uncut_pairs`] >= 64, name);
      const majority = metrics[`${name}_majority`], accuracy = metrics[`${name}_accuracy`];
      assert(majority > 50, name);
      assertAlmostEquals(Math.max(accuracy, 100 - accuracy), majority, 1e-4);
    }
    assertEquals(metrics.unigram_accuracy > 0, true);
  } finally {
    await device.destroy();
  }
});
