/** Kills commands that write a folder of files, and runs them again. */
import { folderDifference } from "./same_bytes.ts";
import { Tally } from "./tally.ts";
import { namesIn, pause, type Running, waitUntil, type Workbench } from "./workbench.ts";

/** A command that creates a folder. */
interface FolderCommand {
  name: string;
  /** Arguments that create this folder. */
  args(output: string): string[];
  /** The folder in which it writes while running. */
  unfinished(output: string): string;
}

/** `albert prepare` with many small shards. */
export const PREPARE: FolderCommand = {
  name: "prepare",
  args: (output) => [
    ...["prepare", "--input", "text.txt", "--vocab", "spiece.model", "--output", output],
    ...["--shard-tokens", "4000", "--validation-fraction", "0.1"],
  ],
  unfinished: (output) => `${output}.partial`,
};

/** `albert vocab train`. */
export const VOCABULARY: FolderCommand = {
  name: "vocab train",
  args: (output) => [
    ...["vocab", "train", "--input", "text.txt", "--vocab-size", "50", "--output", output],
  ],
  unfinished: (output) => output,
};

/** Kills a command `kills` times, every third time while it writes a file, and runs it again until it succeeds. */
export async function killFolderCommand(
  bench: Workbench,
  { name, args, unfinished }: FolderCommand,
  kills: number,
  signal: "SIGKILL" | "SIGTERM",
): Promise<Tally> {
  const tally = new Tally(`${name}, ${signal}`);
  const expected = bench.newPath("whole");
  const start = performance.now();
  await bench.succeed(...args(expected));
  // The shortest observed duration, since the first run may be slow on a busy machine.
  let span = performance.now() - start;
  let output = bench.newPath("killed"),
    pending: { moment: string; code: number; message: string }[] = [];
  const settle = async (): Promise<void> => {
    const { code, stderr } = namesIn(output).length > 0 && name === "prepare"
      ? { code: 0, stderr: "" }
      : await bench.albert(...args(output));
    const difference = code === 0 ? await folderDifference(expected, output) : stderr;
    const left = namesIn(bench.folder).filter((other) => other.startsWith(`${baseName(output)}.`));
    for (const { moment, code, message } of pending) {
      if (difference !== null) tally.fail(`${moment}: ${difference}`, code, message);
      else if (left.length > 0) tally.fail(`${moment}: ${left} not removed`, code, message);
      else tally.pass(`${moment}: same bytes`, code, message || undefined);
    }
    await Deno.remove(output, { recursive: true });
    [output, pending] = [bench.newPath("killed"), []];
  };
  for (let done = 0; done < kills;) {
    const moment = done % 3 === 2 ? "writing a file" : "anywhere";
    const started = performance.now();
    const running = bench.start(args(output));
    if (moment === "anywhere") await pause(bench.random.uniform() * span);
    else await writing(unfinished(output), running);
    running.kill(signal);
    const { code, lastLine } = await running.ended;
    if (code === 0) {
      span = Math.min(span, performance.now() - started);
      // The command finished before the signal, so its folder is compared and a new one starts.
      await settle();
      continue;
    }
    done++;
    pending.push({ moment, code, message: signal === "SIGKILL" ? "" : lastLine });
    // After five kills, the folder is completed, so that later kills also hit early moments.
    if (pending.length === 5) await settle();
  }
  await settle();
  return tally;
}

/** Waits until a temporary file exists. */
async function writing(folder: string, running: Running): Promise<void> {
  const before = namesIn(folder).length;
  await waitUntil(
    () => namesIn(folder).length > before && namesIn(folder).some((name) => name.endsWith(".tmp")),
    running,
  );
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
