/**
 * Examples as JSON lines, for inspection and other programs.
 *
 * @module
 */
import type { Example } from "./example.ts";
import type { ExampleDataset } from "./example_dataset.ts";
import type { PieceNames } from "./show_example.ts";

/**
 * Serializes an example as a JSON object with the names of the official TensorFlow records, the texts
 * of the pieces, and their source.
 *
 * @param index Number of the example.
 * @param example The example, with its trace.
 * @param names The pieces of the vocabulary.
 * @returns The JSON, without a line feed.
 */
export function exampleAsJson(index: number, example: Example, names: PieceNames): string {
  const { trace } = example;
  return JSON.stringify({
    index,
    tokens: Array.from(example.inputIds, (id) => names.idToPiece(id)),
    input_ids: Array.from(example.inputIds),
    segment_ids: Array.from(example.tokenTypeIds),
    masked_lm_positions: Array.from(example.maskedPositions),
    masked_lm_ids: Array.from(example.maskedLabels),
    masked_lm_tokens: Array.from(example.maskedLabels, (id) => names.idToPiece(id)),
    sentence_order_label: example.pairLabel,
    truncated: example.truncated,
    ...(trace && {
      epoch: trace.epoch,
      target_length: trace.target,
      first: trace.first,
      second: trace.second,
      spans: trace.spans,
    }),
  });
}

/**
 * Serializes examples as JSON lines in UTF-8.
 *
 * @param dataset The examples.
 * @param first Number of the first example.
 * @param count Number of examples.
 * @param names The pieces of the vocabulary.
 * @returns One chunk of bytes per example.
 */
export async function* exampleLines(
  dataset: ExampleDataset,
  first: number,
  count: number,
  names: PieceNames,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for (let index = first; index < first + count; index++) {
    yield encoder.encode(exampleAsJson(index, dataset.exampleAt(index, true), names) + "\n");
  }
}
