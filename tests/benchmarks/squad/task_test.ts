import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  readSquad,
  type SquadHead,
  squadTask,
  squadTrainingFeatures,
  type WindowScores,
} from "../../../src/benchmarks/squad/mod.ts";
import { type Device, openReferenceDevice, whole } from "../../../src/device/mod.ts";
import {
  Encoder,
  encoderSpecs,
  initialize,
  type ModelConfig,
  Parameters,
  presetConfig,
} from "../../../src/model/mod.ts";
import { Tape } from "../../../src/tensor/mod.ts";
import { RandomStream } from "../../../src/tensor/random/mod.ts";
import { collateSequences, predictAll } from "../../../src/train/mod.ts";
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

/** Returns questions about a paragraph that is longer than a window. */
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

/** Returns an initialized model and its task. */
function modelOf(device: Device, head: SquadHead, deviation: number, data = dataset()) {
  const windows = features(data);
  const task = squadTask({
    version: "2.0",
    head,
    train: windows,
    heldOut: { dataset: data, windows },
  });
  const specs = [...encoderSpecs(CONFIG, { pooler: false }), ...task.headSpecs(CONFIG)];
  const parameters = new Parameters(device, specs);
  initialize(parameters, 3, deviation);
  return { task, windows, encoder: new Encoder(CONFIG, parameters) };
}

for (const head of ["linear", "paper"] as const) {
  testDevices(`the ${head} head's scores do not depend on the batch size`, async (device) => {
    const { task, windows, encoder } = modelOf(device, head, 0.4);
    assert(windows.length > 10);
    const together = await predictAll(device, encoder, task, windows, 7, 24);
    const alone = await predictAll(device, encoder, task, windows, 1, 24);
    const summary = ({ spans, noAnswer }: WindowScores) =>
      spans.map(({ start, end }) => `${start}-${end}`).join(" ") + (noAnswer > 0);
    for (const [i, scores] of together.entries()) {
      assertEquals(summary(scores), summary(alone[i]));
      assertAlmostEquals(scores.noAnswer, alone[i].noAnswer, 1e-4);
      for (const [s, { startScore, endScore }] of scores.spans.entries()) {
        assertAlmostEquals(startScore, alone[i].spans[s].startScore, 1e-4);
        assertAlmostEquals(endScore, alone[i].spans[s].endScore, 1e-4);
      }
    }
    if (head === "paper") assert(together.every(({ spans }) => spans.length === 25));
    const { metrics, files } = task.evaluate(task.heldOut[0], together);
    assertEquals([metrics.total, metrics.HasAns_total, metrics.NoAns_total], [5, 4, 1]);
    assertEquals(files.size, 3);
  });

  testDevices(`training the ${head} head lowers its loss`, async (device) => {
    const { task, windows, encoder } = modelOf(device, head, 0.02);
    const metrics = device.allocate(1, "f32", "metrics");
    const target = { metrics: whole(metrics), lossSlot: 0, scale: 1 / windows.length };
    const losses: number[] = [];
    for (let step = 0; step < 12; step++) {
      device.write(whole(metrics), new Float32Array(1));
      encoder.parameters.clearGradients();
      // Two micro-batches, each padded to its own length, make a step.
      for (const part of [windows.slice(0, 9), windows.slice(9)]) {
        const tape = new Tape(device);
        task.loss({ device, tape }, encoder, collateSequences(part, 0, 24), target);
        tape.backward();
      }
      // Gradient descent on the host, so that only the head is tested.
      const { values, gradients } = encoder.parameters;
      const [loss, value, gradient] = await Promise.all(
        [metrics, values, gradients!].map((buffer) => device.read(whole(buffer))),
      );
      losses.push(loss[0]);
      device.write(whole(values), Float32Array.from(value, (v, i) => v - 0.1 * gradient[i]));
    }
    // Initially all positions have the same probability: the loss is ½·(ln n + ln n), plus ½·ln 2 for the paper's head.
    const positions = windows.reduce((sum, { sequences: [{ ids }], pieceStarts }) => {
      return sum + Math.log(head === "linear" ? ids.length : pieceStarts.length + 1);
    }, 0);
    const expected = positions / windows.length + (head === "paper" ? Math.log(2) / 2 : 0);
    assertAlmostEquals(losses[0], expected, 0.1);
    assert(losses.at(-1)! < 0.8 * losses[0], losses.join(" "));
  });

  Deno.test(`the ${head} head reports the question whose logits are NaN`, async () => {
    const device = openReferenceDevice({ precision: "f32" });
    const { task, windows, encoder } = modelOf(device, head, 0.02);
    const { values } = encoder.parameters;
    device.write(whole(values), new Float32Array(values.length).fill(NaN));
    await assertRejects(
      () => predictAll(device, encoder, task, windows, 4, 24),
      RangeError,
      "question q0: logits are NaN",
    );
  });
}
