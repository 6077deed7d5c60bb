import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { classifierSpecs, encoderSpecs, initialValues } from "../../src/model/mod.ts";
import { writeModelFolder } from "../../src/train/disk.ts";
import { tokenizer, toyConfig } from "../train/toy_task.ts";
import { runAlbert } from "./albert_process.ts";
import { HEADER, LABELS, withToyBenchmark } from "./toy_benchmark.ts";

const rte = (folder: string, output: string, ...more: string[]) => [
  ...["finetune", "glue", "--task", "rte", "--data", `${folder}/glue`, "--device", "cpu"],
  ...["--checkpoint", `${folder}/model`, "--output", `${folder}/${output}`, "--epochs", "2"],
  ...["--batch-size", "4", "--max-seq-length", "16", ...more],
];

async function succeed(words: string[]): Promise<string> {
  const { code, stdout, stderr } = await runAlbert(words);
  assertEquals(code, 0, stderr);
  return stdout;
}

Deno.test("a GLUE task goes from checkpoint to metrics, submission and zip", () =>
  withToyBenchmark(async (folder) => {
    const run = `${folder}/run`;
    const auto = ["--micro-batch-size", "auto"];
    const result = JSON.parse(await succeed(rte(folder, "run", "--json", "--quiet", ...auto)));
    assertEquals([result.task, result.step, result.finished], ["rte", 6, true]);
    const kept = JSON.parse(await Deno.readTextFile(`${run}/run.json`));
    assertEquals([kept.flags.microBatchSize, kept.settings.microBatchSize], [4, 4]);
    const report = await Deno.readTextFile(`${run}/report.html`);
    assertStringIncludes(report, `Predictions of the best evaluation, step ${result.bestStep}`);
    const data = ["--data", `${folder}/glue`, "--checkpoint", run, "--device", "cpu"];
    const evaluate = ["evaluate", "glue", "--task", "rte", ...data, "--json", "--output"];
    const metrics = JSON.parse(await succeed([...evaluate, `${folder}/dev`]));
    assertEquals(metrics, result.best);
    const predictions = `${folder}/dev/RTE.tsv`;
    assertEquals(
      await Deno.readTextFile(predictions),
      await Deno.readTextFile(`${run}/predictions/RTE.tsv`),
    );
    const few = await succeed([...evaluate, `${folder}/few`, "--max_eval_samples", "1"]);
    assert([0, 1].includes(JSON.parse(few).accuracy), few);
    const rows = (await Deno.readTextFile(`${folder}/few/RTE.tsv`)).trim().split("\n");
    assertEquals(rows.length, 2);
    const results = JSON.parse(await Deno.readTextFile(`${run}/results.json`));
    assertEquals([results.baseModel, results.seed, results.step], [`${folder}/model`, 42, 6]);
    const none = await runAlbert([...evaluate, `${folder}/none`, "--max-eval-samples", "0"]);
    assertEquals(none.code, 2);
    assertStringIncludes(none.stderr, "--max-eval-samples must be at least 1 (got 0)");
    const packed = await runAlbert([...evaluate, "x", "--max-eval-samples", "1", "--zip"]);
    assertEquals([packed.code, packed.stdout], [2, ""]);
    const ensemble = [...evaluate, `${folder}/two`];
    const twice = await succeed(ensemble.flatMap((word) => word === run ? [run, run] : word));
    assertEquals(JSON.parse(twice), metrics);
    const scored = await succeed(["score", "glue", `${folder}/glue/RTE/dev.tsv`, predictions]);
    assertEquals(JSON.parse(scored), metrics);
    await succeed([...evaluate, `${folder}/test`, "--split", "test", "--zip"]);
    const submission = await Deno.readTextFile(`${folder}/test/RTE.tsv`);
    assertEquals(submission.split("\n").map((line) => line.split("\t")[0]), [
      "index",
      "0",
      "1",
      "",
    ]);
    const zip = await Deno.readFile(`${folder}/test/submission.zip`);
    assertStringIncludes(new TextDecoder("latin1").decode(zip), "PK\x03\x04");
    assertStringIncludes(new TextDecoder("latin1").decode(zip), "RTE.tsv");
    const classes = JSON.parse(
      await succeed([
        ...["predict", "classify", "one good", "two", "--checkpoint", run],
        ...["--device", "cpu", "--json"],
      ]),
    ).classes;
    assertEquals(classes.map(({ label }: { label: string }) => label).sort(), LABELS);
    assert(classes[0].probability >= classes[1].probability);
    const again = await runAlbert(["finetune", "glue", "--output", run, "--resume"]);
    assertEquals(again.code, 0, again.stderr);
    assertStringIncludes(again.stderr, "Resumed at step 6");
    assertStringIncludes(again.stderr, "is finished: step 6");
  }));

Deno.test("finetune --seeds summarizes the runs, and --settings sets flags", () =>
  withToyBenchmark(async (folder) => {
    await Deno.writeTextFile(`${folder}/s.json`, '{"max_steps": 2, "seeds": 2, "seed": 7}');
    const summary = JSON.parse(
      await succeed(rte(folder, "runs", "--settings", `${folder}/s.json`, "--json", "--quiet")),
    );
    assertEquals([summary.metric, Object.keys(summary.scores)], ["accuracy", ["7", "8"]]);
    const scores = Object.values<number>(summary.scores);
    assertEquals(summary.median, (scores[0] + scores[1]) / 2);
    assertEquals(summary.best, Math.max(...scores));
  }));

Deno.test("finetune text learns own classes from a checkpoint, and from scratch", () =>
  withToyBenchmark(async (folder) => {
    await Deno.mkdir(`${folder}/own`);
    const rows = (first: number) =>
      Array.from({ length: 12 }, (_, i) => {
        const [word, label] = i % 2 === 0 ? ["good", "praise"] : ["bad", "blame"];
        return `${"one two three four".split(" ")[(i + first) % 4]} ${word}\t${label}`;
      });
    for (const [name, first] of [["train", 0], ["dev", 1]] as const) {
      const text = ["text\tlabel", ...rows(first), ""].join("\n");
      await Deno.writeTextFile(`${folder}/own/${name}.tsv`, text);
    }
    const words = (output: string) => [
      ...["finetune", "text", "--data", `${folder}/own`, "--checkpoint", `${folder}/model`],
      ...["--output", `${folder}/${output}`, "--max-steps", "30", "--learning-rate", "0.01"],
      ...["--max-seq-length", "16", "--batch-size", "12", "--device", "cpu", "--json", "--quiet"],
    ];
    const learned = JSON.parse(await succeed(words("learned")));
    assertEquals([learned.task, learned.best.accuracy], ["text", 1]);
    const classes = JSON.parse(
      await succeed([
        ...["predict", "classify", "four bad", "--checkpoint", `${folder}/learned`],
        ...["--device", "cpu", "--json"],
      ]),
    ).classes;
    assertEquals(classes[0].label, "blame");
    const evaluate = (split: string, ...more: string[]) => [
      ...["evaluate", "text", "--data", `${folder}/own`, "--checkpoint", `${folder}/learned`],
      ...["--split", split, "--output", `${folder}/${split}`, "--device", "cpu", ...more],
    ];
    assertEquals(JSON.parse(await succeed(evaluate("dev", "--json"))), learned.best);
    await Deno.writeTextFile(`${folder}/own/test.tsv`, "text\none good\nfour bad\n");
    const file = (await succeed(evaluate("test"))).trim();
    assertEquals(
      await Deno.readTextFile(file),
      "index\tprediction\n0\tpraise\n1\tblame\n",
    );
    const unclassed = await runAlbert(
      evaluate("test").map((word) => word.replace(/learned$/, "model")),
    );
    assertEquals(unclassed.code, 1);
    assertStringIncludes(unclassed.stderr, "has no class names (id2label)");
    const losses = async (run: string) =>
      (await Deno.readTextFile(`${folder}/${run}/events.jsonl`)).split("\n")[0];
    await succeed([...words("scratch"), "--from-scratch"]);
    const settings = JSON.parse(await Deno.readTextFile(`${folder}/scratch/run.json`));
    assertEquals(settings.determinants.weights, "from scratch");
    assertEquals(
      JSON.parse(await losses("scratch")).loss === JSON.parse(await losses("learned")).loss,
      false,
    );
    // The model is not needed again, and epochs are not overridden by the run's steps.
    await Deno.rename(`${folder}/model`, `${folder}/moved`);
    const resume = (...more: string[]) =>
      runAlbert(["finetune", "text", "--output", `${folder}/learned`, "--resume", ...more]);
    const extended = await resume("--extend-to", "31");
    assertEquals(extended.code, 0, extended.stderr);
    assertStringIncludes(extended.stderr, "--checkpoint is not needed to resume");
    const epochs = await resume("--epochs", "40");
    assertEquals(epochs.code, 1);
    assertStringIncludes(epochs.stderr, "--max-steps or --epochs gave 31 steps and now gives 40");
    await Deno.rename(`${folder}/moved`, `${folder}/model`);
    const refused = await runAlbert([...words("paper"), "--recipe", "paper"]);
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.stderr, "--recipe paper is not available for your own classes");
  }));

Deno.test("RACE goes from checkpoint to accuracies and a choice", () =>
  withToyBenchmark(async (folder) => {
    const common = ["--data", `${folder}/race`, "--device", "cpu", "--json"];
    const trained = await runAlbert([
      ...["finetune", "race", "--checkpoint", `${folder}/model`, "--output", `${folder}/run`],
      ...["--max-steps", "2", "--batch-size", "2", "--max-seq-length", "8", ...common],
    ]);
    const result = JSON.parse(trained.stdout);
    const cut =
      "2 of 2 questions with their passages have more than 8 tokens (the longest 9) and are cut";
    for (const set of ["training", "validation"]) {
      assertEquals(trained.stderr.split(`${set} data: ${cut}`).length, 2, trained.stderr);
    }
    const predictions = `${folder}/run/predictions/RACE.tsv`;
    const scored = await succeed(["score", "race", `${folder}/race`, predictions]);
    assertEquals(JSON.parse(scored), result.best);
    const evaluated = await runAlbert([
      ...["evaluate", "race", "--checkpoint", `${folder}/run`, "--output", `${folder}/dev`],
      ...common,
    ]);
    assertEquals(JSON.parse(evaluated.stdout), result.best);
    assertEquals(evaluated.stderr, `albert: ${cut}; --max-seq-length sets the length\n`);
    const { choices } = JSON.parse(
      await succeed([
        ...["predict", "choose", "four _ ?", "one", "two", "six", "--context", "one two"],
        ...["--checkpoint", `${folder}/run`, "--device", "cpu", "--json"],
      ]),
    );
    const sum = choices.reduce(
      (all: number, { probability }: { probability: number }) => all + probability,
      0,
    );
    assertEquals([choices.length, Math.abs(sum - 1) < 1e-6], [3, true]);
  }));

Deno.test("finetune reports invalid input as one sentence, and writes nothing", () =>
  withToyBenchmark(async (folder) => {
    const train = `${folder}/glue/RTE/train.tsv`;
    const dev = await Deno.readTextFile(`${folder}/glue/RTE/dev.tsv`);
    await Deno.mkdir(`${folder}/label`);
    await Deno.writeTextFile(`${folder}/label/train.tsv`, `${HEADER}\n0\ta\tb\tmaybe\n`);
    await Deno.mkdir(`${folder}/same`);
    for (const name of ["train", "dev"]) {
      await Deno.writeTextFile(`${folder}/same/${name}.tsv`, dev);
    }
    await Deno.writeTextFile(`${folder}/settings.json`, '{"learning_rat": 1}');
    const command = rte(folder, "run");
    const replace = (flag: string, value: string) =>
      command.map((word, i) => command[i - 1] === flag ? value : word);
    const cases: [string[], number, string][] = [
      [command.filter((_, i) => i < 4 || i > 5), 2, "--data is required"],
      [replace("--task", "rta"), 2, "rta"],
      [replace("--max-seq-length", "100000"), 2, "max_position_embeddings"],
      [replace("--batch-size", "0"), 2, "--batch-size must be an integer from 1"],
      [[...command, "--settings", `${folder}/settings.json`], 2, "learning_rat is not a setting"],
      [
        replace("--checkpoint", `${folder}/none`),
        1,
        `${folder}/none does not exist; expected a folder with config.json`,
      ],
      [
        replace("--checkpoint", `${folder}/settings.json`),
        1,
        "settings.json is a file; expected the folder",
      ],
      [replace("--data", `${folder}/model`), 1, "does not contain RTE/train.tsv or train.tsv"],
      [replace("--data", `${folder}/label`), 1, `line 2: label "maybe" is not valid for RTE`],
      [replace("--data", `${folder}/same`), 1, "use a training file without the validation rows"],
    ];
    for (const [words, code, sentence] of cases) {
      const outcome = await runAlbert(words);
      assertEquals(outcome.code, code, `${words.join(" ")}: ${outcome.stderr}`);
      assertStringIncludes(outcome.stderr, sentence);
      assertEquals(await Deno.stat(`${folder}/run`).then(() => true, () => false), false, sentence);
    }
    await Deno.writeTextFile(train, `${await Deno.readTextFile(train)}12\tone two\n`);
    const strict = await runAlbert([...command, "--strict"]);
    assertEquals(strict.code, 1);
    assertStringIncludes(strict.stderr, "1 malformed line (line 14)");
  }));

Deno.test("finetune suggests a smaller micro-batch if the device has too little memory", () =>
  withToyBenchmark(async (folder) => {
    await Deno.mkdir(`${folder}/own`);
    const row = (i: number) => `${"one two three ".repeat(9)}\t${i % 2}`;
    const text = ["text\tlabel", ...Array.from({ length: 60_000 }, (_, i) => row(i)), ""];
    await Deno.writeTextFile(`${folder}/own/train.tsv`, text.join("\n"));
    await Deno.writeTextFile(`${folder}/own/dev.tsv`, "text\tlabel\ntwo\t0\nthree\t1\n");
    const { code, stderr } = await runAlbert([
      ...["finetune", "text", "--data", `${folder}/own`, "--checkpoint", `${folder}/model`],
      ...["--output", `${folder}/run`, "--max-steps", "1", "--batch-size", "60000"],
      ...["--max-seq-length", "32", "--device", "cpu", "--quiet"],
    ]);
    assertEquals(code, 1, stderr);
    assertStringIncludes(stderr, "Cannot allocate buffer");
    assertStringIncludes(stderr, "bytes of the CPU device");
    assertStringIncludes(stderr, "try a smaller --micro-batch-size");
  }));

/** Writes a classifier with three outputs, whose weights ignore the text, and returns its folder. */
async function writeClassifier(folder: string, extra: Record<string, unknown>): Promise<string> {
  const path = await Deno.makeTempDir({ dir: folder });
  const [weight, bias] = classifierSpecs(toyConfig, 3);
  const zeros = { shape: weight.shape, data: new Float32Array(3 * toyConfig.hiddenSize) };
  await writeModelFolder(path, {
    config: { ...toyConfig, extra },
    architecture: "AlbertForSequenceClassification",
    tensors: new Map([
      ...encoderSpecs(toyConfig).map((spec) =>
        [spec.name, { shape: spec.shape, data: initialValues(spec, 1, 0.1) }] as const
      ),
      [weight.name, zeros],
      [bias.name, { shape: [3], data: Float32Array.of(0, 1, -1) }],
    ]),
    files: new Map(Object.entries(tokenizer.toFiles())),
    card: "",
  });
  return path;
}

Deno.test("predict classify follows problem_type, and the order of classes can be given", () =>
  withToyBenchmark(async (folder) => {
    const id2label = { 0: "a", 1: "b", 2: "c" };
    const classify = async (problem_type?: string) => {
      const model = await writeClassifier(folder, { id2label, problem_type });
      const words = ["predict", "classify", "good", "--checkpoint", model, "--device", "cpu"];
      return { model, ...JSON.parse(await succeed([...words, "--json"])) };
    };
    const rounded = ({ classes }: { classes: { label: string; probability: number }[] }) =>
      classes.map(({ label, probability }) => `${label} ${probability.toFixed(4)}`);
    assertEquals(rounded(await classify()), ["b 0.6652", "a 0.2447", "c 0.0900"]);
    const multiple = await classify("multi_label_classification");
    assertEquals(rounded(multiple), ["b 0.7311", "a 0.5000", "c 0.2689"]);
    const scores = await classify("regression");
    assertEquals(scores.scores, [
      { label: "a", score: 0 },
      { label: "b", score: 1 },
      { label: "c", score: -1 },
    ]);
    await Deno.writeTextFile(`${folder}/dev.tsv`, "text\tlabel\ngood\tb\nbad\tb\n");
    const text = (model: string, ...more: string[]) =>
      runAlbert([
        ...["evaluate", "text", "--data", folder, "--checkpoint", model, "--device", "cpu"],
        ...["--output", `${folder}/out`, "--json", ...more],
      ]);
    const refused = await text(scores.model);
    assertEquals(refused.code, 1);
    assertStringIncludes(refused.stderr, "has 3 scores per text, but evaluate text compares one");
    // Both rows have the predictions a and b.
    const { f1_micro, accuracy } = JSON.parse((await text(multiple.model)).stdout);
    assertEquals([f1_micro, accuracy], [2 / 3, 0]);
    const { model } = await classify();
    assertEquals(JSON.parse((await text(model)).stdout).accuracy, 1);
    // The model predicts its second class.
    const renamed = await text(model, "--labels", "b,a,c");
    assertEquals(JSON.parse(renamed.stdout).accuracy, 0, renamed.stderr);
    assertStringIncludes(renamed.stderr, "classes are b, a, c (--labels)");

    const header = Array.from({ length: 12 }, (_, i) => i === 11 ? "gold_label" : `x${i}`);
    header[0] = "index";
    [header[8], header[9]] = ["sentence1", "sentence2"];
    const row = [..."0123456", "x", "one good", "two", "neutral", "neutral"];
    await Deno.writeTextFile(
      `${folder}/dev_matched.tsv`,
      `${header.join("\t")}\n${row.join("\t")}\n`,
    );
    const mnli = (...more: string[]) =>
      runAlbert([
        ...["evaluate", "glue", "--task", "mnli", "--data", folder, "--checkpoint", model],
        ...["--device", "cpu", "--output", `${folder}/out`, "--json", ...more],
      ]);
    const assumed = await mnli();
    assertEquals(JSON.parse(assumed.stdout).accuracy, 0, assumed.stderr);
    assertStringIncludes(
      assumed.stderr,
      "classes are assumed to be contradiction, entailment, neutral",
    );
    const given = await mnli("--labels", "entailment,neutral,contradiction");
    assertEquals(JSON.parse(given.stdout).accuracy, 1, given.stderr);
    const wrong = await mnli("--labels", "entailment,neutral");
    assertEquals(wrong.code, 2);
  }));
