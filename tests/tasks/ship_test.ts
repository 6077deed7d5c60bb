// What `deno task ship` measures, on a model that is trained on the text it is measured on.
import { assert, assertEquals } from "@std/assert";
import { trainingCurve } from "../../tasks/ship/curve.ts";
import { evaluateHeldOut, heldOutText } from "../../tasks/ship/evaluate.ts";
import { readResults } from "../../tasks/ship/card.ts";
import { addResult } from "../../tasks/ship/finetune.ts";
import { runAlbert } from "./albert_process.ts";
import { smallModelBytes, smallText } from "../data/small_tokenizer.ts";

Deno.test("evaluateHeldOut() measures masked tokens, hidden words and the order of sentences", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/text`);
    await Deno.mkdir(`${folder}/vocabulary`);
    await Deno.writeTextFile(`${folder}/text/a.txt`, smallText(1, 80));
    await Deno.writeTextFile(`${folder}/text/b.txt`, smallText(2, 80));
    await Deno.writeFile(`${folder}/vocabulary/spiece.model`, smallModelBytes());
    const run = async (...words: string[]) => {
      const { code, stderr } = await runAlbert(words, { cwd: folder });
      assertEquals(code, 0, stderr);
    };
    await run("prepare", "--input", "text", "--vocab", "vocabulary", "--output", "data");
    await run(
      ...["pretrain", "--config", "smoke", "--data", "data", "--output", "run", "--steps", "1"],
      ...["--batch-size", "4", "--max-seq-length", "32", "--device", "cpu"],
    );
    const figures = await evaluateHeldOut(`${folder}/run`, `${folder}/data`, { device: "cpu" });
    assertEquals(figures.books, 160);
    // A model without training predicts at random, and its loss is that of a uniform distribution.
    const { maskLoss, maskAccuracy, mlmAccuracy, order, topFive, topFiveRare } = figures;
    assert(maskLoss > figures.unigramEntropy, heldOutText(figures));
    assert(maskAccuracy.count < mlmAccuracy.count && maskAccuracy.count > 0.7 * mlmAccuracy.count);
    assert(order.count % 4 === 0 && order.low <= 0.5 && order.high >= 0.5, heldOutText(figures));
    assert(topFive.count > topFiveRare.count && topFive.share <= 1);
    assert(figures.baselineTopFive > 0 && figures.baselineTopFive < 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("trainingCurve() draws a curve for each run of the log, and the accuracy without context", () => {
  const evaluation = (run: number, millions: number, eval_books_accuracy_mlm: number) =>
    JSON.stringify({ run, tokens: 1e6 * millions, eval_books_accuracy_mlm });
  const log = [
    ...[evaluation(1, 1, 0.05), JSON.stringify({ run: 1, tokens: 15e5, loss: 9 })],
    ...[evaluation(1, 2, 0.1), evaluation(2, 3, 0.2), evaluation(2, 4, 0.25), ""],
  ].join("\n");
  const svg = trainingCurve(log, 0.147);
  for (const text of ["run 1", "run 2", "without context", "million tokens"]) {
    assert(svg.includes(text), text);
  }
  assert(!svg.includes("run 3"));
  // A point for each evaluation, and none for the losses of steps.
  assertEquals([...svg.matchAll(/<circle/g)].length, 4);
  assert(svg !== trainingCurve(log.replace("0.25", "0.3"), 0.147));
});

Deno.test("addResult() drops the part of a line that a killed process left", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const result = (seed: number) => ({
      ...{ task: "rte", model: "untrained" as const, seed, metrics: { accuracy: 50 } },
      ...{ sha256: null, flags: [] },
    });
    await addResult(result(1), folder);
    await Deno.writeTextFile(`${folder}/finetuning.jsonl`, '{"task":"rte","mod', { append: true });
    assertEquals(await readResults("", folder), [result(1)]);
    await addResult(result(2), folder);
    assertEquals(await readResults("", folder), [result(1), result(2)]);
    assertEquals(Array.from(Deno.readDirSync(folder)).length, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
