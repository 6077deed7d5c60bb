import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { takeLock } from "../../src/files/mod.ts";
import { UsageError } from "../../tasks/cli/errors.ts";
import { FINETUNE_GLUE_OPTIONS } from "../../tasks/cli/finetune_options.ts";
import type { SearchFlags } from "../../tasks/cli/search.ts";
import { search } from "../../tasks/cli/search_run.ts";
import { type SearchSpace, trialNames, trialsOf } from "../../tasks/cli/search_trials.ts";
import { runAlbert } from "./albert_process.ts";
import { writeToyBenchmark } from "./toy_benchmark.ts";

const trials = (space: Partial<SearchSpace>) =>
  trialsOf(FINETUNE_GLUE_OPTIONS, { seed: 1, ...space });

Deno.test("a grid has every combination, the last flag varies fastest", () => {
  assertEquals(trials({ values: ["lr=1e-3,1e-4", "batch_size=8,16", "--shuffle=true"] }), [
    { learningRate: 1e-3, batchSize: 8, shuffle: true },
    { learningRate: 1e-3, batchSize: 16, shuffle: true },
    { learningRate: 1e-4, batchSize: 8, shuffle: true },
    { learningRate: 1e-4, batchSize: 16, shuffle: true },
  ]);
  assertEquals(trials({ values: ["task=SST2,mnli", "micro-batch-size=1"] }), [
    { task: "sst-2", microBatchSize: 1 },
    { task: "mnli", microBatchSize: 1 },
  ]);
});

Deno.test("random trials stay in their ranges, and the seed determines them", () => {
  const space = {
    ranges: ["learning-rate=1e-5..1e-3:log", "dropout=0..0.2", "warmup-steps=0..10"],
    values: ["batch-size=8,16"],
    trials: 400,
  };
  const drawn = trials(space) as Record<string, number>[];
  assertEquals(trials(space), drawn);
  assert(JSON.stringify(trials({ ...space, seed: 2 })) !== JSON.stringify(drawn));
  // More trials keep the first ones.
  assertEquals(trials({ ...space, trials: 3 }), drawn.slice(0, 3));
  const between = (name: string, low: number, high: number) =>
    drawn.filter((trial) => trial[name] >= low && trial[name] <= high).length;
  assertEquals(between("learningRate", 1e-5, 1e-3), 400);
  // Half of the draws are below the geometric mean.
  const below = between("learningRate", 1e-5, 1e-4);
  assert(below > 160 && below < 240, `${below}`);
  assertEquals(between("dropout", 0, 0.2), 400);
  const left = between("dropout", 0, 0.1);
  assert(left > 160 && left < 240, `${left}`);
  assert(drawn.every(({ warmupSteps }) => Number.isInteger(warmupSteps)));
  const small = drawn.filter(({ batchSize }) => batchSize === 8).length;
  assert(small > 160 && small < 240, `${small}`);
});

Deno.test("invalid values and ranges of a search are rejected by name", () => {
  const cases: [Partial<SearchSpace>, string][] = [
    [{}, "--values or --ranges is required"],
    [{ values: ["speed=1"] }, "--speed is not an option of the training command"],
    [{ values: ["lr"] }, "--values must be NAME=… (got lr)"],
    [{ values: ["lr=1,x"] }, '--values: --learning-rate must be a number (got "x")'],
    [{ values: ["batch-size=1.5"] }, "--batch-size must be an integer"],
    [{ values: ["shuffle=maybe"] }, '--shuffle must be a boolean (got "maybe")'],
    [{ values: ["task=foo"] }, "--task must be one of"],
    [{ values: ["lr=1,1"] }, "1 is given twice"],
    [{ values: ["lr=1", "learning-rate=2"] }, "--learning-rate is given twice"],
    [{ values: ["output=a"] }, "--output cannot be varied"],
    [{ values: ["tags=a"] }, "--tags cannot be varied"],
    [{ ranges: ["lr=1e-5..1e-3"] }, "--ranges needs --trials"],
    [{ ranges: ["lr=3..2"], trials: 2 }, "--ranges must be NAME=LOW..HIGH"],
    [{ ranges: ["lr=0..1:log"], trials: 2 }, "the low end must be positive with :log"],
    [{ ranges: ["task=1..2"], trials: 2 }, "--task is not a number; use --values"],
    [{ values: ["lr=1,2"], trials: 0 }, "1 to 10000 trials (got 0)"],
  ];
  for (const [space, message] of cases) {
    assertThrows(() => trials(space), UsageError, message);
  }
});

Deno.test("different trials have different folder names, which systems accept", () => {
  const named = (...values: string[]) =>
    trialNames(FINETUNE_GLUE_OPTIONS, trials({ values: [`data=${values.join(",")}`] }));
  assertEquals(
    trialNames(FINETUNE_GLUE_OPTIONS, [{ learningRate: 1e-3, data: "a/b c" }]),
    ["learning-rate=0.001,data=a-b-c"],
  );
  assertEquals(named("größe", "grüße", "हिन्दी", "日本"), [
    ...["data=größe", "data=grüße", "data=हिन्दी", "data=日本"],
  ]);
  for (
    const values of [
      ["runs/a", "runs-a", "runs a"],
      ["Runs", "runs", "other"],
      ["über", "u\u0308ber"],
      ["x".repeat(300), "x".repeat(299), "日".repeat(100)],
      [`${"long/".repeat(60)}a`, `${"long/".repeat(60)}b`],
    ]
  ) {
    const names = named(...values);
    const keys = names.map((name) => name.normalize("NFD").toUpperCase());
    assertEquals(new Set(keys).size, values.length, names.join("\n"));
    for (const name of names) {
      assert(new TextEncoder().encode(name).length <= 80 && !/[/ \uFFFD]/.test(name), name);
    }
  }
  const [path] = named(`${"a/very/long/".repeat(20)}name`);
  assert(path.endsWith("long-name"), path);
  const many = Object.fromEntries(
    ["data", "checkpoint", "task", "device"].map((name) => [name, `${name}/`.repeat(99)]),
  );
  const [name] = trialNames(FINETUNE_GLUE_OPTIONS, [many]);
  assertEquals([name.length, name.slice(0, 10)], [209, "data=data-"]);
});

/** Starts a search of one trial in this process. */
async function searchHere(output: string, env: Record<string, string> = {}): Promise<void> {
  const settings = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(settings, "{}");
  for (const [name, value] of Object.entries(env)) Deno.env.set(name, value);
  try {
    const flags = { settings, output, values: ["lr=1"], seed: 1, device: "cpu", quiet: true };
    await search(flags as SearchFlags, ["finetune", "glue"]);
  } finally {
    for (const name of Object.keys(env)) Deno.env.delete(name);
    await Deno.remove(settings);
  }
}

Deno.test("albert search trains a grid, continues it, and albert runs lists and compares the runs", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await writeToyBenchmark(folder);
    const settings = {
      ...{ task: "rte", data: `${folder}/glue`, checkpoint: `${folder}/model` },
      ...{ max_steps: 2, batch_size: 4, max_seq_length: 16, tags: ["first"] },
    };
    await Deno.writeTextFile(`${folder}/s.json`, JSON.stringify(settings));
    const words = [
      ...["search", "finetune", "glue", "--settings", `${folder}/s.json`, "--quiet"],
      ...["--output", `${folder}/grid`, "--device", "cpu", "--json"],
    ];
    const grid = [...words, "--values", "lr=1e-3,1e-4"];
    const first = await runAlbert(grid);
    assertEquals(first.code, 0, first.stderr);
    const { trials, runs } = JSON.parse(first.stdout);
    const names = ["learning-rate=0.001", "learning-rate=0.0001"];
    assertEquals(trials.map(({ name, state }: { name: string; state: string }) => [name, state]), [
      [names[0], "finished"],
      [names[1], "finished"],
    ]);
    assertEquals(runs.length, 2);
    assert(runs[0].best >= runs[1].best);
    assertStringIncludes(
      await Deno.readTextFile(`${folder}/grid/search.html`),
      "Comparison of 2 runs",
    );

    // A trial whose folder is missing is trained; the others are not trained again.
    const kept = await Deno.readTextFile(`${folder}/grid/${names[0]}/events.jsonl`);
    await Deno.remove(`${folder}/grid/${names[1]}`, { recursive: true });
    const record = JSON.parse(await Deno.readTextFile(`${folder}/grid/search.json`));
    record.trials[1].state = "waiting";
    await Deno.writeTextFile(`${folder}/grid/search.json`, JSON.stringify(record));
    const again = await runAlbert(grid);
    assertEquals([again.code, JSON.parse(again.stdout).runs.length], [0, 2], again.stderr);
    assertEquals(await Deno.readTextFile(`${folder}/grid/${names[0]}/events.jsonl`), kept);
    const other = await runAlbert([...words, "--values", "lr=1e-3"]);
    assertEquals([other.code, other.stdout], [2, ""]);
    assertStringIncludes(other.stderr, "contains another search");
    await assertRejects(() => searchHere(`${folder}/grid`, { PMI_SIZE: "2" }), UsageError, "MPICH");
    await Deno.writeTextFile(`${folder}/grid/search.json`, "{");
    await assertRejects(() => searchHere(`${folder}/grid`), Error, "search.json is damaged (it is");
    await Deno.writeTextFile(`${folder}/grid/search.json`, JSON.stringify(record));
    const searching = await takeLock(`${folder}/grid/.lock`);
    await assertRejects(() => searchHere(`${folder}/grid`), Error, "is in use by process");
    searching.close();

    const listed = await runAlbert(["runs", `${folder}/grid`, "--tags", "first", "--json"]);
    const found = JSON.parse(listed.stdout).runs;
    assertEquals(
      found.map(({ path }: { path: string }) => path).sort(),
      [
        `${folder}/grid/${names[1]}`,
        `${folder}/grid/${names[0]}`,
      ].sort(),
    );
    const { task, step, totalSteps, metric, tags, seed, bytes } = found[0];
    assertEquals([task, step, totalSteps, metric, tags, seed], [
      "rte",
      2,
      2,
      "accuracy",
      ["first"],
      42,
    ]);
    assert(bytes > 10_000);
    const compared = await runAlbert(["runs", `${folder}/grid`, "--compare"]);
    assertStringIncludes(compared.stdout, "--learning-rate");
    assertStringIncludes(compared.stdout, "accuracy");
    const none = await runAlbert(["runs", `${folder}/grid`, "--tags", "second"]);
    assertEquals([none.code, none.stdout], [1, ""]);
    assertStringIncludes(none.stderr, "no run folders with the tags second found");
    const one = await runAlbert(["runs", `${folder}/grid/${names[0]}`, "--compare"]);
    assertEquals(one.code, 2);
    const wrong = await runAlbert(["search", "finetune", "bert", ...words.slice(3)]);
    assertEquals(wrong.code, 2);
    assertStringIncludes(wrong.stderr, "albert search trains with pretrain, finetune glue");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("albert search reports failed trials, and continues with the next one", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await writeToyBenchmark(folder);
    const settings = {
      ...{ task: "rte", checkpoint: `${folder}/model`, max_steps: 1, batch_size: 4 },
      max_seq_length: 16,
    };
    await Deno.writeTextFile(`${folder}/s.json`, JSON.stringify(settings));
    const search = (...values: string[]) =>
      runAlbert([
        ...["search", "finetune", "glue", "--settings", `${folder}/s.json`, "--device", "cpu"],
        ...["--output", `${folder}/grid`, "--quiet", "--values", ...values],
      ]);
    // A search without any run can be replaced by another one.
    const none = await search(`data=${folder}/glue`, "max-seq-length=9999");
    assertEquals([none.code, none.stdout], [2, ""]);
    assertStringIncludes(none.stderr, "1 of 1 trials failed, the first is data=");
    // No system accepts such a name.
    const long = await search(`data=${"x".repeat(300)},${"x".repeat(301)}`);
    assertEquals(long.code, 1);
    assertStringIncludes(long.stderr, "2 of 2 trials failed, the first is data=xxx");
    const some = await search(`data=${folder}/none,${folder}/glue`, "max-seq-length=9999,16");
    assertEquals(some.code, 1);
    assertStringIncludes(some.stderr, "3 of 4 trials failed, the first is data=");
    assertStringIncludes(some.stdout, "rte");
    const { trials } = JSON.parse(await Deno.readTextFile(`${folder}/grid/search.json`));
    assertEquals(trials.map(({ state }: { state: string }) => state), [
      ...["failed", "failed", "failed", "finished"],
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("albert runs lists the readable runs, and names the damaged ones", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of [["good", "{}"], ["cut", '{"task": '], ["list", "[]"]]) {
      await Deno.mkdir(`${folder}/${name}`);
      await Deno.writeTextFile(`${folder}/${name}/run.json`, text);
    }
    await Deno.mkdir(`${folder}/empty`);
    const some = await runAlbert(["runs", `${folder}/`, `${folder}/empty`, "--json"]);
    assertEquals(some.code, 0, some.stderr);
    const { runs } = JSON.parse(some.stdout);
    assertEquals(runs.map(({ path }: { path: string }) => path), [`${folder}/good`]);
    const lines = some.stderr.trimEnd().split("\n");
    assertEquals(
      lines.map((line) => /[a-z]+(?=\/run\.json is not| has no run f)/.exec(line)?.[0]),
      [
        "empty",
        "cut",
        "list",
      ],
    );
    const only = await runAlbert(["runs", `${folder}/cut`]);
    assertEquals([only.code, only.stdout], [1, ""]);
    assertStringIncludes(only.stderr, "cut/run.json is not a JSON object");
    const missing = await runAlbert(["runs", `${folder}/none`]);
    assertEquals(missing.code, 1);
    assertStringIncludes(missing.stderr, "none does not exist; albert runs FOLDER lists");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
