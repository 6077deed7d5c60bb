import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { type Device, openReferenceDevice } from "../../../../src/device/mod.ts";
import {
  Encoder,
  encoderSpecs,
  initialize,
  type ModelConfig,
  Parameters,
  presetConfig,
} from "../../../../src/model/mod.ts";
import { layerTransitions, type TransitionBatch } from "../../../../tasks/paper/measure/mod.ts";
import { testDevices } from "../../../support/devices.ts";

const smoke = { ...presetConfig("smoke"), numHiddenLayers: 3 };
const SHARINGS: readonly ModelConfig[] = [
  smoke,
  { ...smoke, share: "none", numHiddenGroups: 3 },
  { ...smoke, share: "ffn", numHiddenGroups: 3 },
];

function encoderOn(device: Device, config: ModelConfig): Encoder {
  const parameters = new Parameters(device, encoderSpecs(config), { trainable: false });
  initialize(parameters, 7, 0.3);
  return new Encoder(config, parameters);
}

/** Two examples of 9 and 5 tokens, padded to 9 with `filler`. */
function batch(filler = 0): TransitionBatch {
  const inputIds = Uint32Array.from({ length: 18 }, (_, i) => i < 14 ? 5 + 7 * i : filler);
  return {
    batch: 2,
    sequence: 9,
    inputIds,
    tokenTypeIds: new Uint32Array(18).fill(1, 3, 9),
    lengths: Uint32Array.of(9, 5),
    maskedPositions: Uint32Array.of(2, 10),
  };
}

/** The textbook formulas on float64 hidden states, for the included tokens. */
async function expected(config: ModelConfig): Promise<{ distance: number; angle: number }[]> {
  const device = openReferenceDevice({ precision: "f64" });
  const { hiddenStates } = encoderOn(device, config).forward({ device }, batch());
  const states = await Promise.all(hiddenStates.map(({ view }) => device.read(view)));
  const tokens = [...Array(9).keys(), 9, 10, 11, 12, 13].filter((row) => row !== 2 && row !== 10);
  const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  const vector = (layer: number, row: number) =>
    Array.from(states[layer].subarray(row * config.hiddenSize, (row + 1) * config.hiddenSize));
  const result = Array.from({ length: config.numHiddenLayers }, (_, layer) => {
    let distance = 0, angle = 0;
    for (const row of tokens) {
      const a = vector(layer, row), b = vector(layer + 1, row);
      distance += Math.hypot(...a.map((x, i) => x - b[i])) / tokens.length;
      angle += Math.acos(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))) / tokens.length;
    }
    return { distance, angle: angle * 180 / Math.PI };
  });
  await device.destroy();
  return result;
}

testDevices(
  "layerTransitions() matches a float64 reference for every kind of sharing",
  async (device) => {
    for (const config of SHARINGS) {
      const encoder = encoderOn(device, config);
      const transitions = await layerTransitions(device, encoder, [batch()]);
      assertEquals(transitions.map(({ layer }) => layer), [1, 2, 3]);
      for (const [i, { distance, angle }] of (await expected(config)).entries()) {
        assert(distance > 0.1 && angle > 0.1);
        assertAlmostEquals(transitions[i].distance, distance, 1e-5 * distance);
        assertAlmostEquals(transitions[i].angle, angle, 1e-5 * angle);
      }
      encoder.parameters.free();
    }
  },
);

testDevices(
  "layerTransitions() ignores padding and weights batches by their tokens",
  async (device) => {
    const encoder = encoderOn(device, smoke);
    const both = await layerTransitions(device, encoder, [batch()]);
    assertEquals(await layerTransitions(device, encoder, [batch(123)]), both);
    const half = (example: number): TransitionBatch => ({
      batch: 1,
      sequence: 9,
      inputIds: batch().inputIds.slice(9 * example, 9 * example + 9),
      tokenTypeIds: batch().tokenTypeIds.slice(9 * example, 9 * example + 9),
      lengths: batch().lengths.slice(example, example + 1),
      maskedPositions: Uint32Array.of([2, 1][example]),
    });
    const apart = await layerTransitions(device, encoder, [half(0), half(1)]);
    for (const [i, { distance, angle }] of both.entries()) {
      assertAlmostEquals(apart[i].distance, distance, 1e-5 * distance);
      assertAlmostEquals(apart[i].angle, angle, 1e-5 * angle);
    }
    encoder.parameters.free();
  },
);

Deno.test("layerTransitions() rejects batches without tokens", async () => {
  const device = openReferenceDevice({ precision: "f32" });
  await assertRejects(
    () => layerTransitions(device, encoderOn(device, smoke), []),
    RangeError,
    "padding or masked",
  );
  await device.destroy();
});
