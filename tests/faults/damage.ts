/** Truncated files and files with a flipped bit. */
import { albertHere } from "./workbench.ts";
import { baselineRun } from "./training_runs.ts";
import { runDifference } from "./same_bytes.ts";
import { Tally } from "./tally.ts";
import { namesIn, type Workbench } from "./workbench.ts";

/** Regions of a file that are damaged in turn. */
const REGIONS = ["start", "middle", "end"] as const;

/** Files of a run folder that a resumed run reads or rewrites. */
const RUN_FILES = [
  ".lock",
  "run.json",
  "events.jsonl",
  "tensors.jsonl",
  "samples.jsonl",
  "report.html",
  "checkpoints/latest",
  "checkpoints/best",
];

/** Files of a checkpoint. */
const CHECKPOINT_FILES = [
  "config.json",
  "model.safetensors",
  "optimizer.safetensors",
  "spiece.model",
  "tokenizer.json",
  "trainer.json",
  "README.md",
];

/** A damaged file. */
interface Damage {
  what: string;
  /** Null for a file that is removed. */
  bytes: Uint8Array | null;
}

/** Flips a bit and truncates the file, `each` times per region. */
function damages(
  bench: Workbench,
  bytes: Uint8Array,
  each: number,
): (Damage & { bytes: Uint8Array })[] {
  const found = [{ what: "emptied", bytes: new Uint8Array() }];
  for (const [i, region] of REGIONS.entries()) {
    // A pointer has fewer than ten bytes: most of its bits are flipped.
    for (let time = 0; time < (bytes.length < 10 ? 8 * each : each); time++) {
      const third = bytes.length / 3;
      const at = Math.min(Math.floor((i + bench.random.uniform()) * third), bytes.length - 1);
      const flipped = bytes.slice();
      flipped[at] ^= 1 << bench.random.integer(8);
      found.push({ what: `bit flipped, ${region}`, bytes: flipped });
      found.push({ what: `truncated, ${region}`, bytes: bytes.slice(0, at) });
    }
  }
  return found;
}

/** Copies a folder. */
function copy(from: string, to: string): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    if (isDirectory) copy(`${from}/${name}`, `${to}/${name}`);
    else Deno.copyFileSync(`${from}/${name}`, `${to}/${name}`);
  }
}

/** Resumes a run with a clock that is two days before the start of the run. */
export async function setClockBack(bench: Workbench): Promise<Tally> {
  const tally = new Tally("clock set back");
  const { path: baseline } = await baselineRun(bench);
  const run = bench.newPath("early");
  interrupted(baseline, run);
  const { now } = Date;
  Date.now = () => now() - 2 * 86_400_000;
  try {
    const { code, stderr } = await albertHere("pretrain", "--output", run, "--resume");
    const difference = code === 0 ? await runDifference(baseline, run, { stopped: false }) : stderr;
    if (difference === null) tally.pass("same bytes", code);
    else tally.fail(difference, code, stderr);
  } finally {
    Date.now = now;
  }
  return tally;
}

/** Copies a run without its last checkpoint, so that it resumes five steps before the end. */
function interrupted(baseline: string, run: string): void {
  copy(baseline, run);
  Deno.removeSync(`${run}/checkpoints/step-60`, { recursive: true });
  Deno.writeTextFileSync(`${run}/checkpoints/latest`, "step-55\n");
}

/** Damages each file of a run folder and of its last checkpoint, and resumes. */
export async function damageRun(
  bench: Workbench,
  each: number,
  runFiles: readonly string[] = RUN_FILES,
  checkpointFiles: readonly string[] = CHECKPOINT_FILES,
): Promise<Tally[]> {
  const { path: baseline } = await baselineRun(bench);
  const inRun = new Tally("run folder damaged");
  const inCheckpoint = new Tally("last checkpoint damaged");
  for (const file of runFiles) await damageFile(bench, baseline, file, each, inRun);
  for (const name of checkpointFiles) {
    const file = `checkpoints/step-55/${name}`;
    await damageFile(bench, baseline, file, each, inCheckpoint);
  }
  return [inRun, inCheckpoint];
}

async function damageFile(
  bench: Workbench,
  baseline: string,
  file: string,
  each: number,
  tally: Tally,
): Promise<void> {
  const all: Damage[] = damages(bench, await Deno.readFile(`${baseline}/${file}`), each);
  // A log file may be deleted, to resume without the log of earlier steps.
  if (!file.endsWith(".jsonl")) all.push({ what: "removed", bytes: null });
  for (const { what, bytes } of all) {
    const run = bench.newPath("damaged");
    interrupted(baseline, run);
    const original = await Deno.readFile(`${run}/${file}`);
    if (bytes === null) await Deno.remove(`${run}/${file}`);
    else {
      const written = file.endsWith("latest") ? damagedPointer(bytes) : bytes;
      await Deno.writeFile(`${run}/${file}`, written);
    }
    const { code, stderr } = await albertHere("pretrain", "--output", run, "--resume");
    const name = `${file}, ${what}`;
    const end = code === 0 ? "accepted, same bytes" : "rejected, same bytes once repaired";
    if (code !== 0) {
      if (code !== 1 || stderr.includes("\n") || !stderr.includes(file.split("/").at(-1)!)) {
        tally.fail(`${name}: no message with the name of the file`, code, stderr);
        continue;
      }
      // Applies the fix in the message if there is one. Otherwise restores the file.
      if (stderr.includes("step-N")) {
        await Deno.writeTextFile(`${run}/checkpoints/latest`, "step-50\n");
      } else await Deno.writeFile(`${run}/${file}`, original);
      const again = await albertHere("pretrain", "--output", run, "--resume");
      if (again.code !== 0) {
        tally.fail(`${name}: cannot be resumed after the repair`, again.code, again.stderr);
        continue;
      }
    }
    const difference = await runDifference(baseline, run, { stopped: false });
    if (difference === null) tally.pass(end, code, stderr || undefined);
    else tally.fail(`${name}: ${difference}`, code, stderr);
    await Deno.remove(run, { recursive: true });
  }
}

/** Changes a damaged pointer to `step-60` into one to `step-55`. */
function damagedPointer(bytes: Uint8Array): Uint8Array {
  return new TextEncoder().encode(new TextDecoder().decode(bytes).replace("60", "55"));
}

/** Damages each file of prepared data and pretrains on it. */
export async function damageData(
  bench: Workbench,
  each: number,
  which: RegExp = /./,
): Promise<Tally> {
  await baselineRun(bench);
  const tally = new Tally("prepared data damaged");
  const data = `${bench.folder}/data`;
  for (const name of namesIn(data).filter((name) => which.test(name))) {
    const original = await Deno.readFile(`${data}/${name}`);
    for (const { what, bytes } of damages(bench, original, each)) {
      await Deno.writeFile(`${data}/${name}`, bytes);
      const output = bench.newPath("on-damaged-data");
      const { code, stderr } = await albertHere(
        ...["pretrain", "--config", "smoke", "--data", data, "--output", output],
        ...["--steps", "1", "--batch-size", "1", "--device", "cpu"],
      );
      const named = code === 1 && !stderr.includes("\n") && stderr.includes(name);
      if (named) tally.pass("rejected", code, stderr);
      else tally.fail(`${name}, ${what}`, code, stderr);
    }
    await Deno.writeFile(`${data}/${name}`, original);
  }
  return tally;
}

/** Damages the finished files of a killed `prepare` and runs the command again. */
export async function damagePartialData(bench: Workbench, each: number): Promise<Tally> {
  const tally = new Tally("unfinished prepare damaged");
  const output = bench.newPath("partial-data");
  const args = [
    ...[
      "prepare",
      "--input",
      `${bench.folder}/text.txt`,
      "--vocab",
      `${bench.folder}/spiece.model`,
    ],
    ...["--output", output, "--shard-tokens", "20000"],
  ];
  const running = bench.start(args);
  while (!namesIn(`${output}.partial`).includes("shard-00002.bin") && !running.hasExited()) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  running.kill("SIGKILL");
  await running.ended;
  const kept = bench.newPath("partial-kept");
  copy(`${output}.partial`, kept);
  for (const name of ["prepare.json", "shard-00000.bin"]) {
    for (const { what, bytes } of damages(bench, await Deno.readFile(`${kept}/${name}`), each)) {
      await Deno.writeFile(`${output}.partial/${name}`, bytes);
      const { code, stderr } = await albertHere(...args);
      if (code === 1 && !stderr.includes("\n") && stderr.includes(name)) {
        tally.pass("rejected", code, stderr);
      } else tally.fail(`${name}, ${what}`, code, stderr);
    }
    await Deno.copyFile(`${kept}/${name}`, `${output}.partial/${name}`);
  }
  return tally;
}
