/**
 * Shows what each layer does to a sentence: the norm of the token vectors, and the distance and angle
 * between the input and output of a layer (as in Figure 1 of the paper).
 *
 *     deno run -A examples/hidden_states.ts [MODEL [TEXT]]
 *
 * The default is albert-mini-books, which comes with the package.
 */
import { loadPretrained, openDevice } from "@albert-lab/albert";

const [model = "albert-mini-books", text = "At night the cat sleeps in the barn."] = Deno.args;
const device = await openDevice({ device: "auto" });
const albert = await loadPretrained(model, device);

const { tokens, hiddenSize, layers } = await albert.hiddenStates(text);
console.log(tokens.join(" "));
console.log("\nlayer     norm  distance   angle");
layers.forEach((states, layer) => {
  const columns = [mean(tokens.keys(), (token) => norm(vector(states, token)))];
  if (layer > 0) {
    const pairs = tokens.map((
      _,
      token,
    ) => [vector(layers[layer - 1], token), vector(states, token)]);
    columns.push(mean(pairs, ([a, b]) => distance(a, b)), mean(pairs, ([a, b]) => angle(a, b)));
  }
  const units = ["", "", "°"];
  const shown = columns.map((value, i) => (value.toFixed(i < 2 ? 3 : 1) + units[i]).padStart(9));
  console.log(String(layer).padStart(5) + shown.join(""));
});
albert.free();
await device.destroy();

/** The vector of a token. */
function vector(states: Float32Array, token: number): Float32Array {
  return states.subarray(token * hiddenSize, (token + 1) * hiddenSize);
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

function norm(a: Float32Array): number {
  return Math.sqrt(dot(a, a));
}

function distance(a: Float32Array, b: Float32Array): number {
  return norm(a.map((value, i) => value - b[i]));
}

/** The angle between two vectors in degrees. */
function angle(a: Float32Array, b: Float32Array): number {
  const cosine = dot(a, b) / (norm(a) * norm(b));
  return Math.acos(Math.min(1, Math.max(-1, cosine))) * 180 / Math.PI;
}

function mean<T>(items: Iterable<T>, value: (item: T) => number): number {
  const values = Array.from(items, value);
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}
