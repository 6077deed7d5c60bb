import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  ConfigError,
  encoderSpecs,
  initialValues,
  interpolatePositions,
  presetConfig,
  repeatPositions,
} from "../../src/model/mod.ts";
import { encodeSafetensors, parseSafetensors, toFloat32 } from "../../src/weights/mod.ts";

/** `torch.nn.functional.interpolate(table.T[None], size=n, mode="linear", align_corners=True)` of the squares of 0 … 11 over 7, in rows of 3. */
const TORCH: Readonly<Record<number, readonly number[]>> = {
  7: [
    ...[0, 0.142857, 0.571429, 0.642857, 1.214286, 2.071429, 1.285714, 2.285714, 3.571429],
    ...[3.214286, 4.642857, 6.357143, 5.142857, 7, 9.142858, 8.357142, 10.642857, 13.214287],
    ...[11.571428, 14.285714, 17.285715],
  ],
  6: [
    ...[0, 0.142857, 0.571429, 0.771429, 1.428572, 2.371429, 2.057143, 3.228572, 4.685715],
    ...[4.371428, 6.057143, 8.028572, 7.714286, 9.914286, 12.400002],
    ...[11.571428, 14.285714, 17.285715],
  ],
  3: [0, 0.142857, 0.571429, 3.214286, 4.642857, 6.357143, 11.571428, 14.285714, 17.285715],
  2: [0, 0.142857, 0.571429, 11.571428, 14.285714, 17.285715],
};

const POSITIONS = "albert.embeddings.position_embeddings.weight";
const config = { ...presetConfig("smoke"), embeddingSize: 3, maxPositionEmbeddings: 4 };

function weightsOf() {
  const tensors = new Map(
    encoderSpecs(config).map((spec) => {
      const data = spec.name === POSITIONS
        ? Float32Array.from({ length: 12 }, (_, i) => i * i / 7)
        : Float32Array.from(initialValues(spec, 1, 0.1));
      return [spec.name, { shape: spec.shape, data }];
    }),
  );
  const pieces = encodeSafetensors(tensors);
  return parseSafetensors(Uint8Array.from(pieces.flatMap((piece) => [...piece])));
}

Deno.test("interpolatePositions() equals PyTorch for more and for fewer positions", () => {
  const weights = weightsOf();
  for (const [positions, expected] of Object.entries(TORCH)) {
    const changed = interpolatePositions({ config, weights }, Number(positions));
    assertEquals(changed.config, { ...config, maxPositionEmbeddings: Number(positions) });
    const tensor = changed.weights.tensors.get(POSITIONS)!;
    assertEquals(tensor.shape, [Number(positions), 3]);
    const values = toFloat32(POSITIONS, tensor);
    assertEquals(values.length, expected.length);
    expected.forEach((value, i) => assertAlmostEquals(values[i], value, 2e-6));
    for (const [name, tensor] of weights.tensors) {
      if (name !== POSITIONS) assertEquals(changed.weights.tensors.get(name), tensor);
    }
  }
  assertEquals(weights.tensors.get(POSITIONS)!.shape, [4, 3]);
});

Deno.test("interpolatePositions() finds the table without the prefix of the encoder, and rejects invalid numbers and tables", () => {
  const weights = weightsOf();
  const bare = new Map(
    [...weights.tensors].map(([name, tensor]) => [name.replace("albert.", ""), tensor]),
  );
  const changed = interpolatePositions({ config, weights: { ...weights, tensors: bare } }, 8);
  const name = POSITIONS.replace("albert.", "");
  assertEquals(changed.weights.tensors.get(name)!.shape, [8, 3]);
  assertEquals(changed.weights.tensors.size, bare.size);
  for (const positions of [1, 0, -3, 2.5, NaN]) {
    assertThrows(() => interpolatePositions({ config, weights }, positions), ConfigError, "2, got");
  }
  const other = { ...config, maxPositionEmbeddings: 5 };
  assertThrows(
    () => interpolatePositions({ config: other, weights }, 8),
    ConfigError,
    `the weights have no tensor ${POSITIONS} of shape [5,3]`,
  );
});

Deno.test("repeatPositions() copies the first positions to all later ones, and rejects numbers that are not positions of the model", () => {
  const weights = weightsOf();
  const before = toFloat32(POSITIONS, weights.tensors.get(POSITIONS)!);
  const row = (values: Float32Array, i: number) => [...values.subarray(3 * i, 3 * i + 3)];
  for (const [trained, positions] of [[1, 4], [3, 4], [3, 11], [4, 4], [2, 3]]) {
    const changed = repeatPositions({ config, weights }, trained, positions);
    assertEquals(changed.config, { ...config, maxPositionEmbeddings: positions });
    const values = toFloat32(POSITIONS, changed.weights.tensors.get(POSITIONS)!);
    assertEquals(values.length, 3 * positions);
    for (let i = 0; i < positions; i++) assertEquals(row(values, i), row(before, i % trained));
    for (const [name, tensor] of weights.tensors) {
      if (name !== POSITIONS) assertEquals(changed.weights.tensors.get(name), tensor);
    }
  }
  assertEquals(repeatPositions({ config, weights }, 2).config, config);
  for (const trained of [0, 5, 1.5, NaN]) {
    assertThrows(() => repeatPositions({ config, weights }, trained), ConfigError, "from 1 to 4");
  }
  assertThrows(() => repeatPositions({ config, weights }, 2, 1), ConfigError, "2, got 1");
});
