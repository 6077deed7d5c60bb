import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { collateWindows } from "../../../src/benchmarks/squad/batch.ts";
import type { WindowScores } from "../../../src/benchmarks/squad/decode.ts";
import { squadTrainingFeatures } from "../../../src/benchmarks/squad/features.ts";
import { SquadModel } from "../../../src/benchmarks/squad/model.ts";
import { readSquad } from "../../../src/benchmarks/squad/reader.ts";
import { scoreWindows } from "../../../src/benchmarks/squad/score_windows.ts";
import { openReferenceDevice, whole } from "../../../src/device/mod.ts";
import { initialise, type ModelConfig, presetConfig } from "../../../src/model/mod.ts";
import { Tape } from "../../../src/tensor/mod.ts";
import { RandomStream } from "../../../src/tensor/random/mod.ts";
import { testDevices } from "../../support/devices.ts";
import { squadFile } from "./squad_file.ts";
import { wordTokenizer } from "./word_tokenizer.ts";

const WORDS = Array.from({ length: 40 }, (_, i) => `w${i}`);
const CONFIG: ModelConfig = {
  ...presetConfig("smoke"),
  vocabSize: 64,
  hiddenDropoutProb: 0,
  attentionProbsDropoutProb: 0,
  classifierDropoutProb: 0,
};

/** Questions on paragraphs of several lengths, some longer than a window. */
function dataset() {
  const random = new RandomStream(5, 1);
  const word = () => WORDS[random.integer(WORDS.length)];
  const context = Array.from({ length: 37 }, word);
  const answer = context[20];
  return readSquad(squadFile(
    context.join(" "),
    Array.from({ length: 5 }, (_, i) => ({
      id: `q${i}`,
      question: Array.from({ length: 1 + i }, word).join(" "),
      answers: i === 4
        ? []
        : [{ text: answer, answer_start: context.slice(0, 20).join(" ").length + 1 }],
    })),
  ));
}

const features = (data: ReturnType<typeof dataset>) =>
  squadTrainingFeatures(data, wordTokenizer(WORDS), { maxLength: 24, stride: 8 }).windows;

for (const head of ["linear", "paper"] as const) {
  testDevices(`the ${head} head's scores do not depend on the batch size`, async (device) => {
    const model = new SquadModel(device, CONFIG, head, { trainable: false });
    initialise(model.parameters, 3, 0.4);
    const data = dataset();
    const windows = features(data);
    assert(windows.length > 10);
    const together = await scoreWindows(model, data, windows, { batchSize: 7 });
    const alone = await scoreWindows(model, data, windows, { batchSize: 1 });
    const words = ({ spans, noAnswer }: WindowScores) =>
      spans.map(({ start, end }) => `${start}-${end}`).join(" ") + (noAnswer > 0);
    for (const [i, scores] of together.entries()) {
      assertEquals(words(scores), words(alone[i]));
      assertAlmostEquals(scores.noAnswer, alone[i].noAnswer, 1e-4);
      for (const [s, { startScore, endScore }] of scores.spans.entries()) {
        assertAlmostEquals(startScore, alone[i].spans[s].startScore, 1e-4);
        assertAlmostEquals(endScore, alone[i].spans[s].endScore, 1e-4);
      }
    }
    if (head === "paper") assert(together.every(({ spans }) => spans.length === 25));
  });

  testDevices(`training the ${head} head lowers its loss`, async (device) => {
    const model = new SquadModel(device, CONFIG, head);
    initialise(model.parameters, 3, 0.02);
    const windows = features(dataset());
    const batch = collateWindows(windows, 24, CONFIG.padTokenId);
    const metrics = device.allocate(1, "f32", "metrics");
    const target = { metrics: whole(metrics), lossSlot: 0, scale: 1 / batch.batch };
    const losses: number[] = [];
    for (let step = 0; step < 12; step++) {
      device.write(whole(metrics), new Float32Array(1));
      model.parameters.clearGradients();
      const tape = new Tape(device);
      model.loss({ device, tape }, batch, target);
      tape.backward();
      // Plain gradient descent on the host, so that nothing but the head is under test.
      const { values, gradients } = model.parameters;
      const [loss, value, gradient] = await Promise.all(
        [metrics, values, gradients!].map((buffer) => device.read(whole(buffer))),
      );
      losses.push(loss[0]);
      device.write(whole(values), Float32Array.from(value, (v, i) => v - 0.1 * gradient[i]));
    }
    // Before anything is learnt every position is as likely: ½·(ln n + ln n), and ½·ln 2 with the paper's head.
    const positions = head === "linear" ? 24 : 20;
    assertAlmostEquals(
      losses[0],
      Math.log(positions) + (head === "paper" ? Math.log(2) / 2 : 0),
      0.3,
    );
    assert(losses.at(-1)! < 0.8 * losses[0], losses.join(" "));
  });
}

Deno.test("a model whose numbers went wrong is told by the question", async () => {
  const model = new SquadModel(openReferenceDevice({ precision: "f32" }), CONFIG, "linear", {
    trainable: false,
  });
  const { device, values } = model.parameters;
  device.write(whole(values), new Float32Array(values.length).fill(NaN));
  const data = dataset();
  await assertRejects(
    () => scoreWindows(model, data, features(data), { batchSize: 4 }),
    RangeError,
    "the model's scores are NaN",
  );
});
