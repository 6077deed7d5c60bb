// All experiments at the smallest size through the CLI: run, kill, continue, report.
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import {
  type Job,
  jobsOf,
  measuredExperiments,
  openPaperRun,
  paperStatus,
  runFolder,
} from "../../../tasks/paper/disk.ts";
import { EXPERIMENTS, type JobResult } from "../../../tasks/paper/mod.ts";
import { prepareConfig } from "../../../tasks/launch/config.ts";
import { toolCommand, TOOLS } from "../../../tasks/launch/tools.ts";
import { pilotResults } from "../../../tasks/paper/report/pilot.ts";
import { parseCsv } from "../../support/paper_results.ts";
import { runAlbert } from "../albert_process.ts";

const whole = await Deno.makeTempDir();
const broken = await Deno.makeTempDir();
const pilot = await Deno.makeTempDir();

const words = (output: string, ...experiments: string[]) => [
  ...["paper", "run", ...experiments, "--preset", "smoke", "--device", "cpu", "--output", output],
];

async function resultsIn(output: string): Promise<[Job, JobResult][]> {
  const { run, manifest, store } = (await openPaperRun({ output }))!;
  const results: [Job, JobResult][] = [];
  for (const job of jobsOf(run, manifest)) {
    const outcome = await store.read(job);
    assertEquals(outcome?.status, "done", job.label);
    results.push([job, outcome as JobResult]);
  }
  return results;
}

/** Every number of every column of every table is finite, or its cell has a footnote. */
async function assertNumbers(folder: string): Promise<void> {
  for (const { id, columns } of EXPERIMENTS.filter(({ kind }) => kind === "table")) {
    const text = await Deno.readTextFile(`${folder}/${id}.csv`);
    assertEquals(text.match(/NaN|not a number|undefined/g), null, id);
    const [header, ...lines] = parseCsv(text);
    const rows = lines.map((line) => Object.fromEntries(header.map((name, i) => [name, line[i]])));
    const shown = new Set(rows.map(({ column }) => column));
    const tableText = await Deno.readTextFile(`${folder}/${id}.md`);
    for (const column of columns) {
      if (shown.has(column.id)) continue;
      assertMatch(tableText, new RegExp(`- Not run: .*${column.label}`), `${id} ${column.id}`);
    }
    for (const { row, column, metric, mean, note } of rows) {
      const definition = EXPERIMENTS.find((each) => each.id === id)!
        .rows.find((each) => each.id === row);
      if (definition === undefined) {
        assert(["majority", "bag-of-words"].includes(row), row);
        assert(mean === "" || Number(mean) >= 0 && Number(mean) <= 100, `${id} ${column} ${mean}`);
        continue;
      }
      if (definition.variation === undefined && definition.benchmark === undefined) continue;
      const place = `${id} ${row} ${column} ${metric}`;
      assert(
        note !== "" || mean !== "" && (column === "sharing" || Number.isFinite(Number(mean))),
        place,
      );
    }
    assertEquals(
      (await Deno.readTextFile(`${folder}/${id}.md`)).includes("not a number"),
      false,
      id,
    );
  }
}

Deno.test("every table and figure runs, and the report links numbers to runs", async () => {
  const { code, stderr } = await runAlbert(words(whole, "all"));
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, " 0 failed");
  const measured = await measuredExperiments((await openPaperRun({ output: whole }))!);
  assertEquals(measured.length, EXPERIMENTS.length);
  for (const { experiment, cells } of measured) {
    for (const { row, column, missing, failures, seeds, curves, text } of cells) {
      const place = `${experiment.id} ${row.id} ${column.id}`;
      assertEquals(failures, [], place);
      if (row.variation === undefined && row.benchmark === undefined) continue;
      if (missing === "The test set is not public") continue;
      // The synthetic development text has too few pairs of equal lengths.
      if (/^Finished runs have no (nsp|sop)_uncut_accuracy$/.test(missing ?? "")) continue;
      assertEquals(missing, undefined, place);
      assert(seeds.length + curves.length === 1 || text !== undefined, place);
    }
  }
  for (const [job] of await resultsIn(whole)) {
    if (job.kind !== "measure") {
      await Deno.stat(
        `${whole}/${runFolder(job)}/${job.kind === "untrained" ? "model" : "report.html"}`,
      );
    }
  }
  const report = await runAlbert(["paper", "report", "--output", whole]);
  assertEquals(report.code, 0, report.stderr);
  await assertNumbers(`${whole}/report`);
  const table5 = await Deno.readTextFile(`${whole}/report/table-5.md`);
  assertMatch(table5, /\(n=1, unigram \d+\.\d\)/);
  assertEquals(table5.match(/\(n=1, (cue|majority) \d+\.\d\)/g)!.length, 2 * 4);
  assertMatch(table5, /\| Bag of words⁺ \|.* \d+\.\d \|/);
  const page = await Deno.readTextFile(`${whole}/report/index.html`);
  for (const text of ["Table 14", "Figure 2", "Findings", "../runs/"]) {
    assertStringIncludes(page, text);
  }
});

Deno.test("a killed run continued with two threads has the same results", async () => {
  const config = await prepareConfig(() => {});
  const child = new Deno.Command(Deno.execPath(), {
    args: toolCommand(TOOLS.albert, config, words(broken, "table-7")),
    stderr: "piped",
    stdout: "null",
    stdin: "null",
  }).spawn();
  let said = "";
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (said.includes("[3/12]")) break;
  }
  child.kill("SIGKILL");
  await child.status;
  const { counts, preset } = await paperStatus({ output: broken });
  assertEquals([preset, counts.jobs], ["smoke", 12]);
  assert(counts.done >= 3 && counts.done < 12, `${counts.done} done`);
  const { code, stderr } = await runAlbert([...words(broken, "table-7"), "--jobs", "2"]);
  assertEquals(code, 0, stderr);
  const uninterrupted = new Map(
    (await resultsIn(whole)).map(([job, result]) => [job.address, result]),
  );
  const continued = await resultsIn(broken);
  const share = Math.max(1, Math.floor(navigator.hardwareConcurrency / 2));
  const [, { device: { adapter } }] = continued.at(-1)!;
  assertMatch(adapter, new RegExp(`^CPU, ${share} threads?\\b`));
  for (const [job, { metrics, curves, steps }] of continued) {
    const expected = uninterrupted.get(job.address)!;
    assertEquals(
      { metrics, curves, steps },
      { metrics: expected.metrics, curves: expected.curves, steps: expected.steps },
      job.label,
    );
  }
});

Deno.test("finished jobs are not repeated; an error fails its jobs with a message and a log, and the others continue", async () => {
  const again = await runAlbert([...words(broken, "table-7"), "--json"]);
  assertEquals(JSON.parse(again.stdout), { done: 12, ran: 0, failed: 0, blocked: 0, left: 0 });
  // Another seed requires SST-2, whose file has been truncated meanwhile.
  await Deno.writeTextFile(`${broken}/data/synthetic/glue/SST-2/train.tsv`, "sentence\tlabel\nno");
  const failing = await runAlbert([
    ...words(broken, "table-7"),
    ...["--seed", "42", "--seeds", "2", "--benchmarks", "sst-2", "mnli"],
  ]);
  assertEquals(failing.code, 1);
  assertNotEquals(failing.stderr.match(/finetune mnli .* seed 43: accuracy/), null);
  const status = await runAlbert(["paper", "status", "--output", broken, "--json"]);
  const { failed } = JSON.parse(status.stdout);
  assertEquals(failed.length, 2);
  assertStringIncludes(failed[0].error, "SST-2/train.tsv");
  assertStringIncludes(await Deno.readTextFile(`${broken}/${failed[0].log}`), failed[0].error);
});

Deno.test("the pilot compares a pretrained with an untrained model and reports the number of seeds; tables share its models, and need no benchmarks", async () => {
  const command = [...words(pilot, "pilot"), "--seeds", "2", "--benchmarks", "sst-2", "squad-1.1"];
  const first = await runAlbert([...command, "--json"]);
  // Two models, fine-tuned on two benchmarks, with two seeds.
  const counts = { done: 12, failed: 0, blocked: 0, left: 0 };
  assertEquals(JSON.parse(first.stdout), { ...counts, ran: 12 }, first.stderr);
  const table = await runAlbert([
    ...words(pilot, "table-5"),
    ...["--rows", "sop", "nsp", "--benchmarks", "none", "--json"],
  ]);
  const pretrained = { done: 2, ran: 1, failed: 0, blocked: 0, left: 0 };
  assertEquals(JSON.parse(table.stdout), pretrained, table.stderr);
  const again = await runAlbert([...command, "--json"]);
  assertEquals(JSON.parse(again.stdout), { ...counts, ran: 0 });
  const opened = (await openPaperRun({ output: pilot }))!;
  const [table5, measured] = await measuredExperiments(opened);
  assertEquals([table5.experiment.id, measured.experiment.id], ["table-5", "pilot"]);
  const results = pilotResults(measured);
  assertEquals(results.map(({ benchmark }) => benchmark), ["SST-2", "SQuAD1.1"]);
  for (const one of results) {
    assertEquals(one.seeds, 2);
    for (const value of [one.pretrained, one.untrained, one.difference, one.spread]) {
      assert(Number.isFinite(value), JSON.stringify(one));
    }
    assert(one.spread! > 20 ? one.seedsNeeded === null : one.seedsNeeded! >= 3);
  }
  for (const name of ["majority", "bagOfWords"] as const) {
    assert(results[0][name]! >= 0 && results[0][name]! <= 100);
    assertEquals(results[1][name], null);
  }
  const missing =
    table5.cells.find(({ row, column }) => row.id === "sop" && column.id === "sst-2")!.missing;
  assertEquals(missing, "sst-2 is not part of the run; add it with --benchmarks");
  const report = await runAlbert(["paper", "report", "--output", pilot]);
  assertEquals(report.code, 0, report.stderr);
  const readme = await Deno.readTextFile(`${pilot}/report/README.md`);
  assertStringIncludes(readme, "Seeds for 1 point");
  assertStringIncludes(readme, "albert paper run pilot");
  assertStringIncludes(readme, "--benchmarks none");

  // Seeds with a gap need two commands.
  const run = JSON.parse(await Deno.readTextFile(`${pilot}/paper.json`));
  run.seeds["table-5/sop"] = [42, 44, 45];
  await Deno.writeTextFile(`${pilot}/paper.json`, JSON.stringify(run));
  const gap = await runAlbert(["paper", "report", "--output", pilot]);
  assertEquals(gap.code, 0, gap.stderr);
  const commands = await Deno.readTextFile(`${pilot}/report/README.md`);
  assertMatch(commands, /--seed 42[\s\\]+--seeds 1\s/);
  assertMatch(commands, /--seed 44[\s\\]+--seeds 2\s/);
});

Deno.test("models of the objective SOP are trained on balanced pairs if the preset has them, and models of NSP by the official recipe", async () => {
  for (const [job] of await resultsIn(whole)) {
    if (job.kind !== "pretrain") continue;
    const run = JSON.parse(await Deno.readTextFile(`${whole}/${runFolder(job)}/run.json`));
    const { examples } = run.settings;
    assertEquals(
      examples.balancedPairs,
      job.config.pairObjective === "sop" || undefined,
      job.label,
    );
  }
});

Deno.test("wrong usage is a one-line error with exit code 2", async () => {
  for (
    const [flags, sentence] of [
      [["paper", "run", "table-15", "--preset", "smoke"], "table-15"],
      [["paper", "run", "--preset", "smoke"], "Expected names of experiments"],
      [["paper", "run", "table-5", "--preset", "nano"], "--data is required"],
      [["paper", "run", "table-5", "--preset", "stories", "--data", "x"], "does not use --data"],
      [
        ["paper", "run", "table-5", "--preset", "stories", "--benchmarks", "rte"],
        "use none or race",
      ],
      [["paper", "run", "pilot", "--preset", "stories"], "omit it"],
      [["paper", "run", "table-5", "--preset", "smoke", "--shard", "3/2"], "3/2"],
      [["paper", "run", "table-5", "--preset", "smoke", "--rows", "bert"], "sop"],
      [["paper", "run", "table-5", "--preset", "smoke", "--benchmarks", "snli"], "mnli"],
      [["paper", "run", "table-5", "--preset", "smoke", "--benchmarks", "none", "mnli"], "none"],
    ] as const
  ) {
    const { code, stderr } = await runAlbert([...flags, "--output", whole, "--device", "cpu"]);
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, sentence);
  }
});

addEventListener("unload", () => {
  for (const folder of [whole, broken, pilot]) Deno.removeSync(folder, { recursive: true });
});
