/**
 * The attention weights of a layer. Training and inference never keep them, so they are computed again from the layer's input.
 *
 * @module
 */
import { checkCount } from "../json/mod.ts";
import {
  attentionSpecs,
  blockSets,
  type Encoder,
  type EncoderInput,
  resolve,
  softmax,
} from "../model/mod.ts";
import { linear } from "../tensor/mod.ts";

/**
 * Computes the attention weights of a block for one sequence without padding.
 *
 * @param layer number of the block, from 1 as in {@linkcode Albert.hiddenStates}
 * @returns `[heads, tokens, tokens]`: the weight that each token (row) gives each token (column); rows sum to 1
 * @throws {RangeError} if there is no such block
 */
export async function attentionWeights(
  encoder: Encoder,
  input: EncoderInput,
  layer: number,
): Promise<Float32Array> {
  const { config, parameters } = encoder;
  const blocks = blockSets(config);
  checkCount("layer", layer);
  if (layer > blocks.length) {
    throw new RangeError(`layer must be 1 to ${blocks.length}, got ${layer}`);
  }
  const { device } = parameters;
  const scope = { device };
  const { hiddenStates } = encoder.forward(scope, input);
  const specs = attentionSpecs(config, blocks[layer - 1].attention);
  const [queries, keys] = await Promise.all(
    [specs.query, specs.key].map((spec) => {
      const { weight, bias } = resolve(parameters, spec);
      return device.read(linear(scope, hiddenStates[layer - 1], weight, bias).view);
    }),
  ) as Float32Array[];
  return weightsOf(queries, keys, input.sequence, config.numAttentionHeads, config.hiddenSize);
}

/** Computes `softmax(Q·Kᵀ / √d)` for each head. */
function weightsOf(
  queries: Float32Array,
  keys: Float32Array,
  tokens: number,
  heads: number,
  hiddenSize: number,
): Float32Array {
  const size = hiddenSize / heads;
  const weights = new Float32Array(heads * tokens * tokens);
  const scores = new Float64Array(tokens);
  for (let head = 0; head < heads; head++) {
    for (let from = 0; from < tokens; from++) {
      const query = from * hiddenSize + head * size;
      for (let to = 0; to < tokens; to++) {
        const key = to * hiddenSize + head * size;
        let sum = 0;
        for (let i = 0; i < size; i++) sum += queries[query + i] * keys[key + i];
        scores[to] = sum / Math.sqrt(size);
      }
      weights.set(softmax(scores), (head * tokens + from) * tokens);
    }
  }
  return weights;
}
