import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { spanMetrics } from "../../src/benchmarks/mod.ts";
import { albertHere } from "../faults/workbench.ts";
import { runAlbert } from "./albert_process.ts";
import { writeToyBenchmark } from "./toy_benchmark.ts";

const folder = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
await writeToyBenchmark(folder);

const WORDS = ["one", "two", "three", "four", "five"];

/** Sentences in which "good good" is a span of type A and "bad" one of type B. */
function sentences(count: number, from: number): { words: string[]; tags: string[] }[] {
  return Array.from({ length: count }, (_, i) => {
    const words = [WORDS[(i + from) % 5], "good", "good", WORDS[(2 * i + from) % 5], "bad"];
    return {
      words: i % 2 === 0 ? words : words.slice(3),
      tags: ["O", "B-A", "I-A", "O", "B-B"].slice(i % 2 === 0 ? 0 : 3),
    };
  });
}

function conll(all: readonly { words: string[]; tags: string[] }[]): string {
  return all.map(({ words, tags }) => words.map((word, k) => `${word} ${tags[k]}\n`).join("")).join(
    "\n",
  );
}

const test = sentences(9, 2);
await Deno.mkdir(`${folder}/data`);
await Deno.writeTextFile(`${folder}/data/train.conll`, conll(sentences(40, 0)));
await Deno.writeTextFile(
  `${folder}/data/test.jsonl`,
  test.map(({ words, tags }) => JSON.stringify({ tokens: words, tags })).join("\n"),
);

const SETTINGS = [
  "--max-steps",
  "40",
  "--batch-size",
  "8",
  "--learning-rate",
  "0.01",
  "--max-seq-length",
  "8",
];

Deno.test("finetune tokens holds out a dev set, and evaluate and predict use the checkpoint", async () => {
  const trained = await runAlbert([
    ...["finetune", "tokens", "--data", "data", "--checkpoint", "model", "--output", "run"],
    ...["--device", "cpu", ...SETTINGS],
  ], { cwd: folder });
  assertEquals(trained.code, 0, trained.stderr);
  assertStringIncludes(trained.stderr, "data has no dev file: holding out 4 of 40 sentences");
  const results = JSON.parse(await Deno.readTextFile(`${folder}/run/results.json`));
  assert(results.best.f1 > 0.9, JSON.stringify(results));
  const evaluated = await runAlbert([
    ...["evaluate", "tokens", "--data", "data", "--checkpoint", "run", "run", "--split", "test"],
    ...["--output", "out", "--device", "cpu", "--json"],
  ], { cwd: folder });
  assertEquals(evaluated.code, 0, evaluated.stderr);
  const metrics = JSON.parse(evaluated.stdout);
  assert(metrics.f1 > 0.9, evaluated.stdout);
  const lines = (await Deno.readTextFile(`${folder}/out/predictions.conll`)).trimEnd().split(
    "\n\n",
  );
  const columns = lines.map((sentence) => sentence.split("\n").map((line) => line.split("\t")));
  assertEquals(columns.map((rows) => rows.map(([word]) => word)), test.map(({ words }) => words));
  assertEquals(columns.map((rows) => rows.map(([, gold]) => gold)), test.map(({ tags }) => tags));
  const predicted = columns.map((rows) => rows.map(([, , tag]) => tag));
  assertEquals({ ...spanMetrics(test.map(({ tags }) => tags), predicted) }, metrics);

  // The same with a single window per two words: long sentences are divided.
  const divided = await runAlbert([
    ...["evaluate", "tokens", "--data", "data", "--checkpoint", "run", "--split", "test"],
    ...["--output", "out2", "--device", "cpu", "--max-seq-length", "4", "--max-eval-samples", "2"],
  ], { cwd: folder });
  assertEquals(divided.code, 0, divided.stderr);
  const first = await Deno.readTextFile(`${folder}/out2/predictions.conll`);
  assertEquals(first.trimEnd().split("\n\n").length, 2);
  assertStringIncludes(divided.stdout, "tokens: precision");

  const answer = await runAlbert(
    [
      "predict",
      "tokens",
      "--checkpoint",
      "run",
      "--device",
      "cpu",
      "--json",
      "one good good, two bad",
    ],
    { cwd: folder },
  );
  assertEquals(answer.code, 0, answer.stderr);
  const { text, spans } = JSON.parse(answer.stdout);
  for (const span of spans) assertEquals(span.text, text.slice(span.start, span.end));
  assertEquals(spans.map(({ type, text }: { type: string; text: string }) => [type, text]), [
    ["A", "good good"],
    ["B", "bad"],
  ]);
});

Deno.test("finetune tokens and predict tokens reject bad input in one sentence", async () => {
  const bad = `${folder}/bad`;
  await Deno.mkdir(bad);
  const finetune = (data: string, ...words: string[]) =>
    albertHere(
      ...["finetune", "tokens", "--data", data, "--checkpoint", `${folder}/model`],
      ...["--output", `${folder}/none`, "--device", "cpu", ...words],
    );
  const cases: [() => Promise<{ code: number; stderr: string }>, number, string][] = [
    [
      () => finetune(bad),
      1,
      "does not contain train.conll or training.conll (also with .txt, .tsv",
    ],
    [
      () => finetune(`${bad}/missing`),
      1,
      "missing does not exist; expected a folder with train.conll",
    ],
    [
      () => finetune(`${folder}/data`, "--dev-fraction", "1"),
      2,
      "--dev-fraction must be between 0 and 1, got 1",
    ],
    [
      () => finetune(`${folder}/data`, "--recipe", "paper"),
      2,
      "--recipe paper is not available for tagged words",
    ],
    [
      () =>
        albertHere("predict", "tokens", "a", "--checkpoint", `${folder}/model`, "--device", "cpu"),
      1,
      "config.json has no names of tags (id2label)",
    ],
  ];
  for (const [run, code, message] of cases) {
    const outcome = await run();
    assertEquals(outcome.code, code, outcome.stderr);
    assertStringIncludes(outcome.stderr, message);
  }
  await Deno.writeTextFile(`${bad}/train.conll`, "one O\ntwo B-A\n");
  await Deno.writeTextFile(`${bad}/dev.conll`, "one O\ntwo B-C\n");
  const unknown = await finetune(bad);
  assertEquals(unknown.code, 1);
  assertStringIncludes(
    unknown.stderr,
    "The sentence of line 1 has the tag B-C, which is not one of B-A, O",
  );
});
