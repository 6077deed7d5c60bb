import { assertEquals, assertRejects } from "@std/assert";
import { openShards, prepare } from "../../../src/data/disk/mod.ts";
import { workerPool } from "../../../src/data/disk/tokenize_pool.ts";
import { runTokenizeJob, sentencesOf } from "../../../src/data/tokenize_job.ts";
import { BROKEN_WORKERS, withBrokenWorkers } from "../../support/broken_workers.ts";
import { smallText, smallTokenizer } from "../small_tokenizer.ts";

Deno.test("prepare() writes the same bytes with workers and without", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/a.txt`, smallText(1, 600));
    const make = (output: string, workers: number) =>
      prepare({
        inputs: [`${folder}/a.txt`],
        tokenizer: smallTokenizer(),
        output: `${folder}/${output}`,
        shardTokens: 40_000,
        workers,
      });
    const alone = await make("alone", 0);
    const together = await make("together", 2);
    assertEquals(together, alone);
    const [a, b] = await Promise.all(
      ["alone", "together"].map((n) => openShards(`${folder}/${n}`)),
    );
    assertEquals(b.corpus.shards, a.corpus.shards);
    assertEquals(a.corpus.documentCount, 600);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a worker tokenizes as this thread does, and rejects a tokenizer that it cannot read", async () => {
  const documents = [
    { blocks: ["The cat sat. The dog ran.", "Who said it?"], sentences: false },
    { blocks: ["  "], sentences: true },
    { blocks: ["It was. Then it was."], sentences: true },
  ];
  const tokenizer = smallTokenizer();
  const pool = workerPool(tokenizer.snapshot(), 1);
  try {
    const result = await pool.run(documents);
    assertEquals(result, runTokenizeJob(documents, tokenizer));
    assertEquals([0, 1, 2].map((i) => sentencesOf(result, i).length), [3, 0, 1]);
  } finally {
    pool.close();
  }
  const broken = workerPool({
    ...tokenizer.snapshot(),
    kind: "sentencepiece",
    model: new Uint8Array(1),
    options: {},
  }, 1);
  try {
    await assertRejects(() => broken.run(documents), Error, "Cannot read SentencePiece model");
  } finally {
    broken.close();
  }
});

for (const { how, url, cause } of BROKEN_WORKERS) {
  Deno.test(`if the tokenizing worker ${how}, prepare() is rejected with the cause`, () =>
    withBrokenWorkers(url, async () => {
      const folder = await Deno.makeTempDir();
      try {
        await Deno.writeTextFile(`${folder}/a.txt`, smallText(1, 600));
        const request = {
          inputs: [`${folder}/a.txt`],
          tokenizer: smallTokenizer(),
          output: `${folder}/out`,
          shardTokens: 40_000,
          workers: 2,
        };
        await assertRejects(() => prepare(request), Error, `The tokenizing worker ${cause}`);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
      const pool = workerPool(smallTokenizer().snapshot(), 1);
      try {
        // The worker has failed before the first job.
        await new Promise((resolve) => setTimeout(resolve, 300));
        await assertRejects(() => pool.run([]), Error, `The tokenizing worker ${cause}`);
      } finally {
        pool.close();
      }
    }));
}

Deno.test("close() rejects pending jobs", async () => {
  const pool = workerPool(smallTokenizer().snapshot(), 1);
  const job = pool.run([{ blocks: ["A cat."], sentences: true }]);
  pool.close();
  await assertRejects(() => job, Error, "The tokenizing worker was closed");
});
