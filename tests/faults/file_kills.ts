/** Commands that write a folder of files, killed at any moment and given again. */
import { folderDifference } from "./same_bytes.ts";
import { Tally } from "./tally.ts";
import { namesIn, pause, type Running, until, type Workbench } from "./workbench.ts";

/** A command that makes a folder. */
interface FolderCommand {
  name: string;
  /** Its words, to make this folder. */
  words(output: string): string[];
  /** Where it writes while it goes on. */
  unfinished(output: string): string;
}

/** `albert prepare` with many small shards. */
export const PREPARE: FolderCommand = {
  name: "prepare",
  words: (output) => [
    ...["prepare", "--input", "text.txt", "--vocab", "spiece.model", "--output", output],
    ...["--shard-tokens", "4000", "--validation-fraction", "0.1"],
  ],
  unfinished: (output) => `${output}.partial`,
};

/** `albert vocab train`. */
export const VOCABULARY: FolderCommand = {
  name: "vocab train",
  words: (output) => [
    ...["vocab", "train", "--input", "text.txt", "--vocab-size", "50", "--output", output],
  ],
  unfinished: (output) => output,
};

/** Kills a command so many times, every third time while it writes a file, and gives it again until it is done. */
export async function killFolderCommand(
  bench: Workbench,
  { name, words, unfinished }: FolderCommand,
  kills: number,
  signal: "SIGKILL" | "SIGTERM",
): Promise<Tally> {
  const tally = new Tally(`${name}, ${signal}`);
  const whole = bench.fresh("whole");
  const start = performance.now();
  await bench.succeed(...words(whole));
  // Least time that it was seen to take: on a busy machine the first may have taken long.
  let span = performance.now() - start;
  let output = bench.fresh("killed"),
    pending: { moment: string; code: number; said: string }[] = [];
  const settle = async (): Promise<void> => {
    const { code, stderr } = namesIn(output).length > 0 && name === "prepare"
      ? { code: 0, stderr: "" }
      : await bench.albert(...words(output));
    const difference = code === 0 ? await folderDifference(whole, output) : stderr;
    const left = namesIn(bench.folder).filter((other) => other.startsWith(`${baseName(output)}.`));
    for (const { moment, code, said } of pending) {
      if (difference !== null) tally.lost(`${moment}: ${difference}`, code, said);
      else if (left.length > 0) tally.lost(`${moment}: ${left} stay`, code, said);
      else tally.good(`${moment}: same bytes`, code, said || undefined);
    }
    await Deno.remove(output, { recursive: true });
    [output, pending] = [bench.fresh("killed"), []];
  };
  for (let done = 0; done < kills;) {
    const moment = done % 3 === 2 ? "writing a file" : "anywhere";
    const started = performance.now();
    const running = bench.start(words(output));
    if (moment === "anywhere") await pause(bench.random.uniform() * span);
    else await writing(unfinished(output), running);
    running.kill(signal);
    const { code, sentence } = await running.ended;
    if (code === 0) {
      span = Math.min(span, performance.now() - started);
      // Done before it could be hit: that folder is judged, and the next one begins.
      await settle();
      continue;
    }
    done++;
    pending.push({ moment, code, said: signal === "SIGKILL" ? "" : sentence });
    // A folder that was hit this often is finished, so that the next kills find other beginnings.
    if (pending.length === 5) await settle();
  }
  await settle();
  return tally;
}

/** Waits until a temporary file is there. */
async function writing(folder: string, running: Running): Promise<void> {
  const before = namesIn(folder).length;
  await until(
    () => namesIn(folder).length > before && namesIn(folder).some((name) => name.endsWith(".tmp")),
    running,
  );
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
