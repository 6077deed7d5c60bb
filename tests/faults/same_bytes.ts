/** Compares the files of an interrupted run with those of an uninterrupted one. */
import { sha256File } from "../../src/files/mod.ts";
import { namesIn } from "./workbench.ts";

/** Files that contain the time. */
const TIMED = new Set(["trainer.json"]);

/** Files of JSON lines, and files of fine-tuning runs. */
const LINE_FILES = ["events.jsonl", "tensors.jsonl", "samples.jsonl", "reviews.jsonl"];
const FINETUNED_FILES = ["predictions"];
const RESULTS = "results.json";

/** The first difference between the files of two folders, or null. The contents of files named in `texts` may differ. */
export async function folderDifference(
  before: string,
  after: string,
  texts: readonly string[] = [],
): Promise<string | null> {
  const names = namesIn(before);
  const others = namesIn(after);
  if (names.join() !== others.join()) return `${after} has ${others}, expected ${names}`;
  for (const name of names) {
    if (TIMED.has(name) || texts.includes(name)) continue;
    if (Deno.statSync(`${before}/${name}`).isDirectory) continue;
    if (await sha256File(`${before}/${name}`) !== await sha256File(`${after}/${name}`)) {
      return `${after}/${name} has different bytes`;
    }
  }
  return null;
}

/** Options of the comparison. */
export interface RunComparison {
  /** Whether a signal stopped the run, so that it saved an additional checkpoint and its log has other intervals. */
  stopped: boolean;
  /** Names of files in a checkpoint whose contents may differ. */
  texts?: readonly string[];
}

/** The first difference between two finished runs, or null. */
export async function runDifference(
  before: string,
  after: string,
  { stopped, texts }: RunComparison,
): Promise<string | null> {
  const latest = (run: string) => Deno.readTextFileSync(`${run}/checkpoints/latest`).trim();
  const best = (run: string) =>
    namesIn(`${run}/checkpoints`).includes("best")
      ? Deno.readTextFileSync(`${run}/checkpoints/best`)
      : "";
  if (best(before) !== best(after)) return `${after} has the best checkpoint ${best(after)}`;
  if (latest(before) !== latest(after)) return `${after} ends at ${latest(after)}`;
  if (!stopped) {
    const listed = listing(before).join("\n");
    if (listing(after).join("\n") !== listed) {
      return `${after} has ${listing(after)}, expected ${listing(before)}`;
    }
  }
  const difference = await folderDifference(
    `${before}/checkpoints/${latest(before)}`,
    `${after}/checkpoints/${latest(after)}`,
    texts,
  );
  if (difference !== null) return difference;
  for (const file of FINETUNED_FILES.filter((file) => namesIn(before).includes(file))) {
    const same = Deno.statSync(`${before}/${file}`).isDirectory
      ? await folderDifference(`${before}/${file}`, `${after}/${file}`) === null
      : Deno.readTextFileSync(`${before}/${file}`) === Deno.readTextFileSync(`${after}/${file}`);
    if (!same) return `${after}/${file} differs`;
  }
  if (namesIn(before).includes(RESULTS)) {
    const different = resultDifference(`${before}/${RESULTS}`, `${after}/${RESULTS}`);
    if (different !== undefined) return `${after}/${RESULTS} differs in ${different}`;
  }
  for (const file of LINE_FILES.filter((file) => namesIn(before).includes(file))) {
    if (lines(`${before}/${file}`, stopped) !== lines(`${after}/${file}`, stopped)) {
      return `${after}/${file} differs`;
    }
  }
  return null;
}

/** The names in a run folder, without the time in the name of the TensorBoard file. */
function listing(run: string): string[] {
  return namesIn(run).map((name) => name.startsWith("events.out.") ? "events.out" : name)
    .concat(namesIn(`${run}/checkpoints`).map((name) => `checkpoints/${name}`))
    .concat(namesIn(`${run}/predictions`).map((name) => `predictions/${name}`));
}

/** The first field of a result file that the other file has not, apart from the time. Later versions may add fields. */
function resultDifference(before: string, after: string): string | undefined {
  const [first, second] = [before, after].map((path) => JSON.parse(Deno.readTextFileSync(path)));
  const same = (field: string) => JSON.stringify(first[field]) === JSON.stringify(second[field]);
  return Object.keys(first).find((field) => field !== "trainingSeconds" && !same(field));
}

/** A file of JSON lines without times and memory sizes. */
function lines(path: string, evaluationsOnly: boolean): string {
  return Deno.readTextFileSync(path).trim().split("\n").map((line) => JSON.parse(line))
    .filter((event) => !evaluationsOnly || !("loss" in event))
    .map(({ time: _t, tokens_per_second: _s, memory_bytes: _m, host_bytes: _h, ...rest }) =>
      JSON.stringify(rest)
    ).join("\n");
}
