import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { openReferenceDevice, whole } from "../../../src/device/mod.ts";
import {
  Encoder,
  encoderSpecs,
  initialize,
  type ModelConfig,
  Parameters,
  presetConfig,
  squadAnswerLogits,
  squadEndLogits,
  squadHeadLoss,
  squadHeadSpecs,
  squadStartLogits,
} from "../../../src/model/mod.ts";
import { DropoutRandom, elements, Tape, type Tensor } from "../../../src/tensor/mod.ts";
import { RandomStream } from "../../../src/tensor/random/mod.ts";
import { testDevices } from "../../support/devices.ts";

const TINY: ModelConfig = {
  ...presetConfig("smoke"),
  vocabSize: 23,
  embeddingSize: 6,
  hiddenSize: 12,
  intermediateSize: 20,
  numAttentionHeads: 3,
  maxPositionEmbeddings: 9,
  hiddenDropoutProb: 0,
  classifierDropoutProb: 0,
};
const BATCH = 3;
const SEQUENCE = 7;
/** The first three tokens are `[CLS] question [SEP]`, the last is `[SEP]` or padding. */
const ALLOWED = Uint8Array.from(
  { length: BATCH * SEQUENCE },
  (_, i) => Number(i % SEQUENCE === 0 || (i % SEQUENCE > 2 && i % SEQUENCE < 6)),
);
const LABELS = {
  allowed: ALLOWED,
  starts: Uint32Array.of(3, 0, 4),
  ends: Uint32Array.of(5, 0, 4),
  impossible: Float32Array.of(0, 1, 0),
};

function input() {
  const random = new RandomStream(3, 1);
  return {
    batch: BATCH,
    sequence: SEQUENCE,
    inputIds: Uint32Array.from({ length: BATCH * SEQUENCE }, () => 1 + random.integer(22)),
    tokenTypeIds: Uint32Array.from({ length: BATCH * SEQUENCE }, (_, i) => Number(i % 7 > 2)),
    lengths: Uint32Array.of(7, 7, 6),
  };
}

Deno.test("squadHeadSpecs() has as many parameters as the published head", () => {
  const { hiddenSize: h } = TINY;
  const count = squadHeadSpecs(TINY).reduce((sum, { shape }) => sum + elements(shape), 0);
  assertEquals(count, (h + 1) + (2 * h * h + h) + 2 * h + (h + 1) + (2 * h * h + h) + h);
});

for (const dropout of [0, 0.4]) {
  Deno.test(`the gradient of the SQuAD 2.0 loss equals finite differences, dropout ${dropout}`, async () => {
    const config = { ...TINY, classifierDropoutProb: dropout, hiddenDropoutProb: dropout / 2 };
    const device = openReferenceDevice({ precision: "f64" });
    const specs = [...encoderSpecs(config, { pooler: false }), ...squadHeadSpecs(config)];
    const parameters = new Parameters(device, specs);
    initialize(parameters, 5, 0.3);
    const encoder = new Encoder(config, parameters);
    const metrics = device.allocate(1, "f32", "metrics");
    const target = { metrics: whole(metrics), lossSlot: 0, scale: 1 / BATCH };
    const lossOf = async (differentiate: boolean) => {
      device.write(whole(metrics), new Float32Array(1));
      const tape = differentiate ? new Tape(device) : undefined;
      const scope = { device, tape, dropout: new DropoutRandom(11, 2, 0) };
      const { sequenceOutput } = encoder.forward(scope, input());
      squadHeadLoss(scope, encoder, sequenceOutput, LABELS, target);
      tape?.backward();
      return (await device.read(whole(metrics)))[0];
    };
    await lossOf(true);
    const random = new RandomStream(17, 2);
    let checked = 0;
    for (const { spec, view, gradient } of parameters.list) {
      const gradients = await device.read(gradient!);
      const values = await device.read(view) as Float32Array;
      for (let draw = 0; draw < 4; draw++) {
        const at = random.integer(values.length);
        const shifted = async (by: number) => {
          const changed = values.slice();
          changed[at] += by;
          device.write(view, changed);
          return await lossOf(false);
        };
        const difference = (await shifted(1e-5) - await shifted(-1e-5)) / 2e-5;
        device.write(view, values);
        assert(
          Math.abs(difference - gradients[at]) <= 1e-7 + 1e-5 * Math.abs(difference),
          `${spec.name}[${at}]: gradient ${gradients[at]}, finite difference ${difference}`,
        );
        if (Math.abs(difference) > 1e-4) checked++;
      }
    }
    assert(checked > 2 * parameters.list.length, `only ${checked} gradients were above 1e-4`);
  });
}

testDevices("the SQuAD 2.0 head matches its definition", async (device) => {
  const config = TINY;
  const h = config.hiddenSize;
  const parameters = new Parameters(device, squadHeadSpecs(config), { trainable: false });
  initialize(parameters, 7, 0.5);
  const encoder = new Encoder(config, parameters);
  const random = new RandomStream(9, 1);
  const numbers = Float32Array.from({ length: BATCH * SEQUENCE * h }, () => random.uniform() - 0.5);
  const buffer = device.allocate(numbers.length, "f32", "hidden states");
  device.write(whole(buffer), numbers);
  const hidden: Tensor = { view: whole(buffer), shape: [BATCH * SEQUENCE, h] };
  const scope = { device };
  const start = squadStartLogits(scope, encoder, hidden, BATCH, ALLOWED);
  const end = squadEndLogits(scope, encoder, hidden, LABELS.starts, ALLOWED);
  const answer = squadAnswerLogits(scope, encoder, hidden, start);
  const [starts, ends, answers] = await Promise.all(
    [start, end, answer].map(({ view }) => device.read(view)),
  );
  const values = new Map<string, number[]>();
  for (const { spec, view } of parameters.list) {
    values.set(spec.name.replace("squad_head.", ""), [...await device.read(view)]);
  }
  const row = (b: number, t: number) => [...numbers.subarray((b * 7 + t) * h, (b * 7 + t + 1) * h)];
  const dense = (x: number[], name: string) => {
    const weight = values.get(`${name}.weight`)!;
    return Array.from(
      { length: weight.length / x.length },
      (_, o) =>
        (values.get(`${name}.bias`)?.[o] ?? 0) +
        x.reduce((sum, v, i) => sum + v * weight[o * x.length + i], 0),
    );
  };
  const normalize = (x: number[], name: string) => {
    const mean = x.reduce((a, b) => a + b) / x.length;
    const variance = x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length;
    const [weight, bias] = [values.get(`${name}.weight`)!, values.get(`${name}.bias`)!];
    return x.map((v, i) => (v - mean) / Math.sqrt(variance + 1e-12) * weight[i] + bias[i]);
  };
  for (let b = 0; b < BATCH; b++) {
    const tokens = Array.from({ length: SEQUENCE }, (_, t) => row(b, t));
    const startLogits = tokens.map((x) => dense(x, "start")[0]);
    const endLogits = tokens.map((x) => {
      const inner = dense([...x, ...tokens[LABELS.starts[b]]], "end.dense_0").map(Math.tanh);
      return dense(normalize(inner, "end.layer_norm"), "end.dense_1")[0];
    });
    const weights = startLogits.map((l, t) => ALLOWED[b * 7 + t] ? Math.exp(l) : 0);
    const total = weights.reduce((a, x) => a + x);
    const mean = Array.from(
      { length: h },
      (_, i) => tokens.reduce((sum, x, t) => sum + weights[t] / total * x[i], 0),
    );
    const inner = dense([...mean, ...tokens[0]], "answer.dense_0").map(Math.tanh);
    assertAlmostEquals(answers[b], dense(inner, "answer.dense_1")[0], 1e-5);
    for (let t = 0; t < SEQUENCE; t++) {
      const at = b * SEQUENCE + t;
      if (ALLOWED[at]) {
        assertAlmostEquals(starts[at], startLogits[t], 1e-5);
        assertAlmostEquals(ends[at], endLogits[t], 1e-5);
      } else {
        assert(starts[at] < -9e29 && ends[at] < -9e29);
      }
    }
  }
});
