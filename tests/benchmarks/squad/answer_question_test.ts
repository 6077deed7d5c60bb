import { assertEquals } from "@std/assert";
import { answerQuestions } from "../../../src/benchmarks/mod.ts";
import {
  type AnswerQuestionsOptions,
  linearHead,
  type SquadTaskHead,
  type SquadWindow,
} from "../../../src/benchmarks/squad/mod.ts";
import { openDevice } from "../../../src/device/mod.ts";
import { Encoder, encoderSpecs, Parameters, spanSpecs } from "../../../src/model/mod.ts";
import { TOY_CONFIG, TOY_TOKENIZER } from "./toy_squad.ts";

/** Asks a question of 5 tokens about a text of 14 tokens. Returns the tokens of the question, the first word of the text and the tokens of each window. */
async function windowsOf(
  extra: Record<string, unknown>,
  options?: AnswerQuestionsOptions,
): Promise<(readonly [question: number, first: number, length: number])[]> {
  const config = { ...TOY_CONFIG, extra };
  await using device = await openDevice({ device: "cpu" });
  const specs = [...encoderSpecs(config, { pooler: false }), ...spanSpecs(config)];
  const encoder = new Encoder(config, new Parameters(device, specs, { trainable: false }));
  const seen: SquadWindow[] = [];
  const head: SquadTaskHead = {
    ...linearHead,
    predict(device, encoder, batch) {
      seen.push(...batch.examples);
      return linearHead.predict(device, encoder, batch);
    },
  };
  const context = Array.from({ length: 14 }, (_, i) => `word${i % 10}`).join(" ");
  const question = "where word0 word1 word2 word3";
  await answerQuestions(encoder, head, TOY_TOKENIZER, [{ question, context }], options);
  encoder.parameters.free();
  return seen
    .map(({ paragraphStart, pieceStarts, sequences: [{ ids }] }) =>
      [paragraphStart - 2, pieceStarts[0] / 6, ids.length] as const
    )
    .sort(([, a], [, b]) => a - b);
}

Deno.test("answerQuestions() reads a text in the windows that the model was fine-tuned with", async () => {
  // Whole: 5 tokens of the question, 14 of the text, 3 special tokens.
  assertEquals(await windowsOf({}), [[5, 0, 22]]);
  const trained = { max_seq_length: 12, doc_stride: 4, max_query_length: 3 };
  // 12 - 3 - 3 = 6 tokens of the text per window.
  assertEquals(await windowsOf(trained), [[3, 0, 12], [3, 4, 12], [3, 8, 12]]);
  assertEquals(await windowsOf(trained, { maxLength: 15, stride: 5 }), [[3, 0, 15], [3, 5, 15]]);
  // Not longer than the positions of the model.
  const most = TOY_CONFIG.maxPositionEmbeddings;
  assertEquals(await windowsOf({ max_seq_length: most + 1 }), [[5, 0, 22]]);
});
