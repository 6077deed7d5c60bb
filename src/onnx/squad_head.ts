/**
 * The paper's SQuAD 2.0 head as operations of a graph.
 *
 * @module
 */
import { squadHeadParts } from "../model/mod.ts";
import { BATCH, type GraphBuilder, SEQUENCE, type Value } from "./graph.ts";
import type { HeadInput } from "./heads.ts";

/** Number of best starts, and of best ends of each start. */
const BEAM = 5;

/** Maximum number of tokens of the best answer, as in google-research/albert. */
const MAX_ANSWER = 30;

/**
 * Adds the head with the outputs of XLNet's question answering: the best starts, the best ends of each, and the logit that there is no answer. Tokens of the
 * paragraph have segment 1. `start_logits` and `end_logits` are for programs that expect those of a linear head, such as transformers.js: log-probabilities of the best
 * answer of the beam, and of everything else at `[CLS]`, which these programs exclude.
 */
export function addSquadHead(
  { graph, config, hidden, ids, mask, types, separator }: HeadInput,
): void {
  const { start, endDense, endNorm, end, answerDense, answer } = squadHeadParts(config);
  const last = graph.integers(-1);
  const penalty = graph.within("allowed", () => addPenalty(graph, ids, mask, types, separator));
  const length = graph.op("Gather", [graph.op("Shape", [ids]), graph.integers(1)]);
  const beam = graph.op("Min", [graph.integers(BEAM), length]);
  const startLogits = graph.op("Add", [
    graph.op("Squeeze", [graph.dense(hidden, start), last]),
    penalty,
  ]);
  const best = (logits: Value) => {
    const scores = graph.op("LogSoftmax", [logits], { axis: -1 });
    return graph.ops("TopK", [scores, beam], { axis: -1 }, 2);
  };
  const [startScores, starts] = best(startLogits);
  const endLogits = graph.within("end", () => {
    const states = graph.op("GatherND", [hidden, graph.op("Unsqueeze", [starts, last])], {
      batch_dims: 1,
    });
    const one = graph.integers(1);
    const tokens = graph.op("Expand", [
      graph.op("Unsqueeze", [hidden, graph.integers(2)]),
      graph.op("Concat", [one, one, beam, one], { axis: 0 }),
    ]);
    const chosen = graph.op("Expand", [
      graph.op("Unsqueeze", [states, one]),
      graph.op("Concat", [one, length, one, one], { axis: 0 }),
    ]);
    const pairs = graph.op("Concat", [tokens, chosen], { axis: -1 });
    const inner = graph.op("Tanh", [graph.dense(pairs, endDense)]);
    const normalized = graph.layerNorm(inner, endNorm, config.layerNormEps);
    const scores = graph.op("Squeeze", [graph.dense(normalized, end), last]);
    const byStart = graph.op("Transpose", [scores], { perm: [0, 2, 1] });
    return graph.op("Add", [byStart, graph.op("Unsqueeze", [penalty, one])]);
  });
  const [endScores, ends] = best(endLogits);
  const answerLogits = graph.within("answer", () => {
    const weights = graph.op("Softmax", [startLogits], { axis: -1 });
    const row = graph.op("Unsqueeze", [weights, graph.integers(1)]);
    const mean = graph.op("Squeeze", [graph.op("MatMul", [row, hidden]), graph.integers(1)]);
    const first = graph.op("Gather", [hidden, graph.integer(0)], { axis: 1 });
    const input = graph.op("Concat", [mean, first], { axis: -1 });
    const inner = graph.op("Tanh", [graph.dense(input, answerDense)]);
    return graph.op("Squeeze", [graph.dense(inner, { weight: answer }), last]);
  });
  graph.within("best", () => {
    const best = bestStart(graph, starts, startScores, ends, endScores);
    const start = graph.op("GatherElements", [starts, best], { axis: 1 });
    const positions = positionsOf(graph, ids);
    const limit = graph.op("Add", [start, graph.integer(MAX_ANSWER)]);
    const isEnd = graph.op("And", [
      graph.op("GreaterOrEqual", [positions, start]),
      graph.op("Less", [positions, limit]),
    ]);
    const endsOfStart = graph.op("GatherND", [endLogits, best], { batch_dims: 1 });
    const isStart = graph.op("Equal", [positions, start]);
    graph.output("start_logits", focus(graph, startLogits, isStart, positions), [BATCH, SEQUENCE]);
    graph.output("end_logits", focus(graph, endsOfStart, isEnd, positions), [BATCH, SEQUENCE]);
  });
  graph.output("start_top_log_probs", startScores, [BATCH, "starts"]);
  graph.output("start_top_index", starts, [BATCH, "starts"], "int64");
  graph.output("end_top_log_probs", endScores, [BATCH, "starts", "ends"]);
  graph.output("end_top_index", ends, [BATCH, "starts", "ends"], "int64");
  graph.output("cls_logits", answerLogits, [BATCH]);
}

/** Returns 0 for `[CLS]` and the paragraph, and a large negative number for all other tokens, `[batch, sequence]`. */
function addPenalty(
  graph: GraphBuilder,
  ids: Value,
  mask: Value,
  types: Value,
  separator: number,
): Value {
  const isOne = (value: Value) => graph.op("Equal", [value, graph.integer(1)]);
  const isSeparator = graph.op("Equal", [ids, graph.integer(separator)]);
  const text = graph.op("And", [
    graph.op("And", [isOne(types), isOne(mask)]),
    graph.op("Not", [isSeparator]),
  ]);
  const first = graph.op("Equal", [positionsOf(graph, ids), graph.integer(0)]);
  const allowed = graph.op("Or", [text, first]);
  return graph.op("Where", [
    allowed,
    graph.number(0),
    graph.number(graph.type === "float16" ? -1e4 : -1e30),
  ]);
}

/** Returns 0, 1, 2 …, `[sequence]`. */
function positionsOf(graph: GraphBuilder, ids: Value): Value {
  const length = graph.op("Gather", [graph.op("Shape", [ids]), graph.integer(1)]);
  return graph.op("Range", [graph.integer(0), length, graph.integer(1)]);
}

/** Returns the rank of the start of the best answer, `[batch, 1]`: of the best pair whose end is not before its start nor too far after it. */
function bestStart(
  graph: GraphBuilder,
  starts: Value,
  startScores: Value,
  ends: Value,
  endScores: Value,
): Value {
  const last = graph.integers(-1);
  const from = graph.op("Unsqueeze", [starts, last]);
  const limit = graph.op("Add", [from, graph.integer(MAX_ANSWER)]);
  const valid = graph.op("And", [
    graph.op("And", [
      graph.op("GreaterOrEqual", [ends, from]),
      graph.op("Less", [ends, limit]),
    ]),
    graph.op("Greater", [from, graph.integer(0)]),
  ]);
  const joint = graph.op("Add", [graph.op("Unsqueeze", [startScores, last]), endScores]);
  const impossible = graph.number(graph.type === "float16" ? -6e4 : -1e30);
  const scores = graph.op("Where", [valid, joint, impossible]);
  const best = graph.op("ReduceMax", [scores], { axes: [2], keepdims: 0 });
  return graph.op("ArgMax", [best], { axis: 1, keepdims: 1 });
}

/** Returns log-probabilities of the positions to keep. Those of all other positions are added to `[CLS]`. */
function focus(graph: GraphBuilder, logits: Value, keep: Value, positions: Value): Value {
  const probabilities = graph.op("Softmax", [logits], { axis: -1 });
  const zero = graph.number(0);
  const kept = graph.op("Where", [keep, probabilities, zero]);
  const others = graph.op("Where", [keep, zero, probabilities]);
  const rest = graph.op("ReduceSum", [others, graph.integers(-1)], { keepdims: 1 });
  const isFirst = graph.op("Equal", [positions, graph.integer(0)]);
  const sums = graph.op("Add", [kept, graph.op("Where", [isFirst, rest, zero])]);
  const smallest = graph.number(graph.type === "float16" ? 2 ** -24 : 1e-30);
  return graph.op("Log", [graph.op("Max", [sums, smallest])]);
}
