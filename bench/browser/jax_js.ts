/**
 * The pretraining step of an ALBERT in jax-js: the same layers, heads, losses and optimizer as ours, in one jitted function.
 *
 * @module
 */
import { operand } from "../peers/peer.ts";
import type { BrowserStep, StepSettings } from "./settings.ts";

// deno-lint-ignore no-explicit-any -- jax-js is not a dependency of the project
type Value = any;
type Tree = Record<string, Value>;

const BETA1 = 0.9, BETA2 = 0.999, EPSILON = 1e-6, RATE = 1e-3;

/** The package, which is not a dependency of the project. It is bundled when the benchmark runs. */
export const JAX_JS = "npm:@jax-js/jax@0.1.25";

/**
 * Opens jax-js in a browser.
 *
 * @throws {Error} if it lacks the backend
 */
export async function openJaxJs(
  backend: "wasm" | "webgpu",
  settings: StepSettings,
): Promise<BrowserStep> {
  const jax = await import(new URL("./jax.js", import.meta.url).href);
  if (!(await jax.init()).includes(backend)) {
    throw new Error(`jax-js does not support ${backend} here`);
  }
  jax.defaultDevice(backend);
  const { numpy: np, nn } = jax;
  const { batch, sequence, predictions, model } = settings;
  const { vocabSize, embeddingSize, hiddenSize, numHiddenLayers, numAttentionHeads } = model;
  const headSize = hiddenSize / numAttentionHeads;

  const shapes: Record<string, number[]> = {
    word: [vocabSize, embeddingSize],
    position: [sequence, embeddingSize],
    type: [2, embeddingSize],
    ...norm("embedding", embeddingSize),
    ...dense("projection", embeddingSize, hiddenSize),
    ...dense("query", hiddenSize, hiddenSize),
    ...dense("key", hiddenSize, hiddenSize),
    ...dense("value", hiddenSize, hiddenSize),
    ...dense("output", hiddenSize, hiddenSize),
    ...norm("attention", hiddenSize),
    ...dense("inner", hiddenSize, model.intermediateSize),
    ...dense("outer", model.intermediateSize, hiddenSize),
    ...norm("feedForward", hiddenSize),
    ...dense("transform", hiddenSize, embeddingSize),
    ...norm("transform", embeddingSize),
    decoderBias: [vocabSize],
    ...dense("pooler", hiddenSize, hiddenSize),
    ...dense("order", hiddenSize, 2),
  };

  /** Rows of a table by a matmul, because jit has no gradient of `take`: "routine primitive scatter input is not imm". */
  const rows = (table: Value, indices: Value, count: number) =>
    np.matmul(nn.oneHot(indices, count), table);

  /** Arrays are reference-counted: every use but the last one needs `ref`. Parameters stay until the end. */
  const loss = (p: Tree, data: Tree): Value => {
    const affine = (x: Value, name: string) =>
      np.matmul(x, p[`${name}Weight`].ref).add(p[`${name}Bias`].ref);
    const layerNorm = (x: Value, name: string) =>
      nn.standardize(x, -1, { epsilon: 1e-12 }).mul(p[`${name}Scale`].ref).add(
        p[`${name}Shift`].ref,
      );
    const embedded = rows(p.word.ref, data.ids.ref, vocabSize)
      .add(rows(p.type.ref, data.types.ref, 2))
      .reshape([batch, sequence, embeddingSize])
      .add(p.position.ref);
    let x = affine(
      layerNorm(embedded, "embedding").reshape([batch * sequence, embeddingSize]),
      "projection",
    );
    const heads = (name: string) =>
      affine(x.ref, name).reshape([batch, sequence, numAttentionHeads, headSize]);
    for (let layer = 0; layer < numHiddenLayers; layer++) {
      const attended = nn.dotProductAttention(heads("query"), heads("key"), heads("value"))
        .reshape([batch * sequence, hiddenSize]);
      x = layerNorm(affine(attended, "output").add(x), "attention");
      x = layerNorm(affine(nn.gelu(affine(x.ref, "inner")), "outer").add(x), "feedForward");
    }
    const states = x.reshape([batch, sequence, hiddenSize]);
    const masked = rows(states.ref, data.positions.ref, sequence)
      .reshape([batch * predictions, hiddenSize]);
    const logits = np.matmul(
      layerNorm(nn.gelu(affine(masked, "transform")), "transform"),
      np.transpose(p.word.ref),
    ).add(p.decoderBias.ref);
    const first = states.slice([], 0);
    const order = affine(np.tanh(affine(first, "pooler")), "order");
    const entropy = (logits: Value, labels: Value, classes: number, count: number) =>
      nn.logSoftmax(logits, -1).mul(nn.oneHot(labels, classes)).sum().mul(-1 / count);
    return entropy(logits, data.labels.ref, vocabSize, batch * predictions)
      .add(entropy(order, data.orders.ref, 2, batch));
  };

  /** Adam, with the bias correction in the rate. */
  const step = jax.jit((p: Tree, m: Tree, v: Tree, rate: Value, data: Tree) => {
    const [value, gradients] = jax.valueAndGrad(loss)(refs(p), data);
    const next: [Tree, Tree, Tree] = [{}, {}, {}];
    for (const name of Object.keys(shapes)) {
      const g = gradients[name];
      const first = m[name].mul(BETA1).add(g.ref.mul(1 - BETA1));
      const second = v[name].mul(BETA2).add(np.square(g).mul(1 - BETA2));
      const change = first.ref.div(np.sqrt(second.ref).add(EPSILON)).mul(rate.ref);
      [next[0][name], next[1][name], next[2][name]] = [p[name].sub(change), first, second];
    }
    rate.dispose();
    return [...next, value];
  });

  const numbers = (length: number, below: number, seed: number) =>
    np.array(
      Int32Array.from(operand(length, seed), (x) => Math.floor((x + 1) / 2 * below)),
      { dtype: np.int32 },
    );
  const zeros = () =>
    Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, np.zeros(shape)]));
  let state: Tree[] = [
    Object.fromEntries(
      Object.entries(shapes).map(([name, shape], i) => [name, initial(name, shape, i)]),
    ),
    zeros(),
    zeros(),
  ];
  function initial(name: string, shape: number[], seed: number): Value {
    if (name.endsWith("Scale")) return np.ones(shape);
    if (name.endsWith("Shift") || name.endsWith("Bias")) return np.zeros(shape);
    const size = shape.reduce((a, b) => a * b, 1);
    return np.array(operand(size, seed + 1).map((x) => 0.035 * x)).reshape(shape);
  }
  const data = {
    ids: numbers(batch * sequence, vocabSize, 1),
    types: numbers(batch * sequence, 2, 2),
    positions: numbers(batch * predictions, sequence, 3).reshape([batch, predictions]),
    labels: numbers(batch * predictions, vocabSize, 4),
    orders: numbers(batch, 2, 5),
  };
  let count = 0;
  return {
    label: `${JAX_JS.replace("npm:@jax-js/jax@", "jax-js ")} ${backend}`,
    async run(steps) {
      let value = NaN;
      for (let i = 0; i < steps; i++) {
        count++;
        const rate = np.array(RATE * Math.sqrt(1 - BETA2 ** count) / (1 - BETA1 ** count));
        const [p, m, v, loss] = step(...state, rate, refs(data));
        state = [p, m, v];
        [value] = await loss.data();
      }
      return value;
    },
  };
}

function refs(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).map(([name, array]) => [name, array.ref]));
}

function dense(name: string, from: number, to: number): Record<string, number[]> {
  return { [`${name}Weight`]: [from, to], [`${name}Bias`]: [to] };
}

function norm(name: string, size: number): Record<string, number[]> {
  return { [`${name}Scale`]: [size], [`${name}Shift`]: [size] };
}
