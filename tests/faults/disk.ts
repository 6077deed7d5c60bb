/** Disks that are full, or may not be written. */
import { PREPARE, VOCABULARY } from "./file_kills.ts";
import { finetuneWords, undisturbedFinetuning } from "./finetuning.ts";
import { pretrainWords, undisturbedRun } from "./pretraining.ts";
import type { TrainingRun } from "./training_kills.ts";
import { folderDifference, runDifference } from "./same_bytes.ts";
import { albertHere } from "./command_here.ts";
import { Tally } from "./tally.ts";
import { namesIn, type Workbench } from "./workbench.ts";

const PAGE = 4096;
const DISK = 8 * 1024 * 1024;
/** Pages left free. Lock, settings, events, tensors, samples take one or a few; then come checkpoints and reports. */
const PAGES = [0, 1, 2, 3, 4, 5, 8, 20, 50, 60, 70, 100, 140, 180, 230, 280, 340, 400];

async function mount(...words: string[]): Promise<boolean> {
  const command = new Deno.Command(words[0], {
    args: words.slice(1),
    stdout: "null",
    stderr: "null",
  });
  return await command.output().then(({ success }) => success, () => false);
}

/** Gives a small disk of its own to the body, or says why there is none. */
async function withDisk(
  bench: Workbench,
  tally: Tally,
  body: (disk: string) => Promise<void>,
): Promise<Tally> {
  const disk = bench.fresh("disk");
  await Deno.mkdir(disk);
  if (!await mount("mount", "-t", "tmpfs", "-o", `size=${DISK}`, "tmpfs", disk)) {
    tally.skipped = "only an administrator of Linux can mount a small disk";
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
      tally.lost(`${disk} is still in use: ${open}`);
      await mount("umount", "--lazy", disk);
    }
  }
  return tally;
}

/** Leaves so many bytes free. */
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

/** Runs out of space at every kind of write of a run, then goes on with space. */
export async function fillUnderRun(
  bench: Workbench,
  training: TrainingRun,
  pages: readonly number[] = PAGES,
): Promise<Tally> {
  const tally = new Tally(`${training.name}, disk full`);
  const { path: undisturbed } = await training.undisturbed(bench);
  return await withDisk(bench, tally, async (disk) => {
    for (const free of pages) {
      const run = `${disk}/run`;
      const words = training.words(bench, run);
      await fill(disk, free * PAGE);
      const { code, stderr } = await albertHere(...words);
      await Deno.remove(`${disk}/filler`);
      const what = /(?:write|draw) (\S+?):/.exec(stderr)?.[1].replace(/^.*\/(?=[^/]+$)/, "");
      // What a run can do without (its report) does not end it.
      const clear = code === 0 || code === 1 && stderr.includes("No space left") && what;
      const again = await albertHere(...words, "--resume");
      const difference = again.code === 0
        ? await runDifference(undisturbed, run, { stopped: false })
        : again.stderr;
      if (clear && difference === null) {
        tally.good(
          code === 0 ? "went on, same bytes" : `${what}, same bytes`,
          code,
          stderr || undefined,
        );
      } else tally.lost(`${free} pages free: ${difference ?? "unclear"}`, code, stderr);
      await Deno.remove(run, { recursive: true });
    }
  });
}

/** Runs out of space while a folder is made, then makes it with space. */
export async function fillUnderFolder(
  bench: Workbench,
  { name, words }: typeof PREPARE,
): Promise<Tally> {
  const tally = new Tally(`${name}, disk full`);
  const whole = bench.fresh("whole");
  await bench.succeed(...words(whole));
  const here = (output: string) =>
    words(output).map((word) =>
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
      const difference = await folderDifference(whole, output);
      if ((full || code === 0) && difference === null) {
        tally.good(code === 0 ? "fitted" : "refused, same bytes", code, stderr || undefined);
      } else tally.lost(`${free} pages free: ${difference ?? "unclear"}`, code, stderr);
      for (const left of namesIn(disk)) await Deno.remove(`${disk}/${left}`, { recursive: true });
    }
  });
}

/** Gives every command a folder on a disk that may only be read. */
export async function readOnly(bench: Workbench): Promise<Tally> {
  const tally = new Tally("output read-only");
  const { path: undisturbed } = await undisturbedRun(bench);
  const { path: finetuned } = await undisturbedFinetuning(bench);
  return await withDisk(bench, tally, async (disk) => {
    for (const [from, to] of [[undisturbed, "run"], [finetuned, "finetuned"]]) {
      await new Deno.Command("cp", { args: ["-r", from, `${disk}/${to}`] }).output();
    }
    await mount("mount", "-o", "remount,ro", disk);
    const commands = [
      pretrainWords(bench, `${disk}/new`),
      ["pretrain", "--output", `${disk}/run`, "--resume"],
      PREPARE.words(`${disk}/data`),
      VOCABULARY.words(`${disk}/vocabulary`),
      finetuneWords(bench, `${disk}/new`),
      ["finetune", "glue", "--output", `${disk}/finetuned`, "--resume"],
      ["report", `${disk}/run`],
      ["convert", "--from", undisturbed, "--to", `${disk}/converted`],
      [
        ...["evaluate", "glue", "--task", "sst-2", "--data", `${bench.folder}/glue`],
        ...["--checkpoint", finetuned, "--output", `${disk}/answers`, "--device", "cpu"],
      ],
    ];
    for (const words of commands) {
      const { code, stderr, sentence } = await bench.albert(...words, "--quiet");
      const clear = code === 1 && stderr.trim() === sentence && sentence.includes(disk) &&
        /read-only/i.test(sentence);
      if (clear) tally.good("refused", code, sentence);
      else tally.lost(words.slice(0, 2).join(" "), code, stderr);
    }
    const difference = await runDifference(undisturbed, `${disk}/run`, { stopped: false });
    if (difference !== null) tally.lost(difference);
  });
}
