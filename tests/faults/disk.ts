/** Full and read-only disks. */
import { PREPARE, VOCABULARY } from "./file_kills.ts";
import { baselineFinetuning, finetuneArgs } from "./training_runs.ts";
import { baselineRun, pretrainArgs } from "./training_runs.ts";
import type { TrainingRun } from "./training_kills.ts";
import { folderDifference, runDifference } from "./same_bytes.ts";
import { albertHere } from "./workbench.ts";
import { Tally } from "./tally.ts";
import { namesIn, type Workbench } from "./workbench.ts";

const PAGE = 4096;
const DISK = 8 * 1024 * 1024;
/** Numbers of free pages. The first ones are enough for the lock, settings and logs, the last ones for checkpoints and reports. */
const PAGES = [0, 1, 2, 3, 4, 5, 8, 20, 50, 60, 70, 100, 140, 180, 230, 280, 340, 400];

async function mount(...args: string[]): Promise<boolean> {
  const command = new Deno.Command(args[0], {
    args: args.slice(1),
    stdout: "null",
    stderr: "null",
  });
  return await command.output().then(({ success }) => success, () => false);
}

/** Runs the body with a small disk, or marks the fault as skipped if none can be mounted. */
async function withDisk(
  bench: Workbench,
  tally: Tally,
  body: (disk: string) => Promise<void>,
): Promise<Tally> {
  const disk = bench.newPath("disk");
  await Deno.mkdir(disk);
  if (!await mount("mount", "-t", "tmpfs", "-o", `size=${DISK}`, "tmpfs", disk)) {
    tally.skipped = "mounting a small disk requires root on Linux";
    return tally;
  }
  try {
    await body(disk);
  } finally {
    if (!await mount("umount", disk)) {
      const open = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => {
        try {
          return Deno.readLinkSync(`/proc/self/fd/${name}`);
        } catch {
          return "";
        }
      }).filter((path) => path.startsWith(disk));
      tally.fail(`${disk} is still in use: ${open}`);
      await mount("umount", "--lazy", disk);
    }
  }
  return tally;
}

/** Fills a disk up to `free` bytes. */
async function fill(disk: string, free: number): Promise<void> {
  const file = await Deno.create(`${disk}/filler`);
  const piece = new Uint8Array(PAGE);
  let size = 0;
  try {
    while (true) {
      await file.write(piece);
      size += PAGE;
    }
  } catch {
    await file.truncate(size - free);
  } finally {
    file.close();
  }
}

/** Fills the disk at each kind of write of a run, then resumes with enough space. */
export async function fillUnderRun(
  bench: Workbench,
  training: TrainingRun,
  pages: readonly number[] = PAGES,
): Promise<Tally> {
  const tally = new Tally(`${training.name}, disk full`);
  const { path: expected } = await training.baseline(bench);
  return await withDisk(bench, tally, async (disk) => {
    for (const free of pages) {
      const run = `${disk}/run`;
      const args = training.args(bench, run);
      await fill(disk, free * PAGE);
      const { code, stderr } = await albertHere(...args);
      await Deno.remove(`${disk}/filler`);
      const what = /(?:write|draw) (\S+?):/.exec(stderr)?.[1].replace(/^.*\/(?=[^/]+$)/, "");
      // A run continues without its report.
      const clear = code === 0 || code === 1 && stderr.includes("No space left") && what;
      const again = await albertHere(...args, "--resume");
      const difference = again.code === 0
        ? await runDifference(expected, run, { stopped: false })
        : again.stderr;
      if (clear && difference === null) {
        tally.pass(
          code === 0 ? "continued, same bytes" : `${what}, same bytes`,
          code,
          stderr || undefined,
        );
      } else tally.fail(`${free} pages free: ${difference ?? "no clear message"}`, code, stderr);
      await Deno.remove(run, { recursive: true });
    }
  });
}

/** Fills the disk while a folder is written, then runs the command again with enough space. */
export async function fillUnderFolder(
  bench: Workbench,
  { name, args }: typeof PREPARE,
): Promise<Tally> {
  const tally = new Tally(`${name}, disk full`);
  const expected = bench.newPath("whole");
  await bench.succeed(...args(expected));
  const here = (output: string) =>
    args(output).map((word) =>
      /^(text\.txt|spiece\.model)$/.test(word) ? `${bench.folder}/${word}` : word
    );
  return await withDisk(bench, tally, async (disk) => {
    for (const free of [0, 1, 2, 3, 5, 8, 13, 21, 34]) {
      const output = `${disk}/made`;
      await fill(disk, free * PAGE);
      const { code, stderr } = await albertHere(...here(output));
      await Deno.remove(`${disk}/filler`);
      const full = code === 1 && stderr.includes("No space left") && stderr.includes(disk);
      if (code !== 0) await albertHere(...here(output));
      const difference = await folderDifference(expected, output);
      if ((full || code === 0) && difference === null) {
        tally.pass(code === 0 ? "fitted" : "rejected, same bytes", code, stderr || undefined);
      } else tally.fail(`${free} pages free: ${difference ?? "no clear message"}`, code, stderr);
      for (const left of namesIn(disk)) await Deno.remove(`${disk}/${left}`, { recursive: true });
    }
  });
}

/** Runs commands with an output folder on a read-only disk. */
export async function readOnly(bench: Workbench): Promise<Tally> {
  const tally = new Tally("output read-only");
  const { path: expected } = await baselineRun(bench);
  const { path: finetuned } = await baselineFinetuning(bench);
  return await withDisk(bench, tally, async (disk) => {
    for (const [from, to] of [[expected, "run"], [finetuned, "finetuned"]]) {
      await new Deno.Command("cp", { args: ["-r", from, `${disk}/${to}`] }).output();
    }
    await mount("mount", "-o", "remount,ro", disk);
    const commands = [
      pretrainArgs(bench, `${disk}/new`),
      ["pretrain", "--output", `${disk}/run`, "--resume"],
      PREPARE.args(`${disk}/data`),
      VOCABULARY.args(`${disk}/vocabulary`),
      finetuneArgs(bench, `${disk}/new`),
      ["finetune", "glue", "--output", `${disk}/finetuned`, "--resume"],
      ["report", `${disk}/run`],
      ["convert", "--from", expected, "--to", `${disk}/converted`],
      [
        ...["evaluate", "glue", "--task", "sst-2", "--data", `${bench.folder}/glue`],
        ...["--checkpoint", finetuned, "--output", `${disk}/answers`, "--device", "cpu"],
      ],
    ];
    for (const args of commands) {
      const { code, stderr, lastLine } = await bench.albert(...args, "--quiet");
      const clear = code === 1 && stderr.trim() === lastLine && lastLine.includes(disk) &&
        /read-only/i.test(lastLine);
      if (clear) tally.pass("rejected", code, lastLine);
      else tally.fail(args.slice(0, 2).join(" "), code, stderr);
    }
    const difference = await runDifference(expected, `${disk}/run`, { stopped: false });
    if (difference !== null) tally.fail(difference);
  });
}
