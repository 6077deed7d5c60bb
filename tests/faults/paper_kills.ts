/** Kills `albert paper run` and runs it again until all jobs are done. */
import { Tally } from "./tally.ts";
import { namesIn, pause, type Workbench } from "./workbench.ts";

/** Fields of a result that depend on time. */
const TIMED = ["seconds", "trainingSeconds", "finished"];

/** Arguments for a table with a few pretraining and fine-tuning jobs. */
function paperArgs(output: string): string[] {
  return [
    ...["paper", "run", "table-9", "--preset", "smoke", "--seeds", "1", "--output", output],
    ...["--device", "cpu"],
  ];
}

/** Kills the command `kills` times and compares its results with those of an uninterrupted one. */
export async function killPaper(
  bench: Workbench,
  kills: number,
  signal: "SIGKILL" | "SIGTERM",
): Promise<Tally> {
  const tally = new Tally(`paper run, ${signal}`);
  const expected = bench.newPath("paper");
  const start = performance.now();
  await bench.succeed(...paperArgs(expected));
  const span = performance.now() - start;
  let output = bench.newPath("killed-paper"), pending: { code: number; lastLine: string }[] = [];
  for (let done = 0; done < kills || pending.length > 0;) {
    const kill = done < kills;
    const running = bench.start(paperArgs(output));
    if (kill) {
      await pause(bench.random.uniform() * span / 2);
      running.kill(signal);
    }
    const { code, stderr, lastLine } = await running.ended;
    const finished = code === 0 && stderr.includes(" 0 failed") && /, 0 left$/m.test(stderr);
    if (kill && !finished) {
      pending.push({ code, lastLine: signal === "SIGKILL" ? "" : lastLine });
      done++;
      continue;
    }
    const difference = finished ? resultDifference(expected, output) : stderr;
    for (const { code, lastLine } of pending) {
      if (difference === null) tally.pass("same results", code, lastLine || undefined);
      else tally.fail(difference, code, lastLine);
    }
    await Deno.remove(output, { recursive: true });
    [output, pending] = [bench.newPath("killed-paper"), []];
  }
  return tally;
}

/** The first job whose result differs (except for times), or an unexpected file. */
function resultDifference(before: string, after: string): string | null {
  const names = (folder: string) => namesIn(`${folder}/jobs`).filter((n) => !n.endsWith(".lock"));
  if (names(before).join() !== names(after).join()) {
    return `${after}/jobs has ${names(after)}, expected ${names(before)}`;
  }
  for (const name of names(before)) {
    if (result(`${before}/jobs/${name}`) !== result(`${after}/jobs/${name}`)) {
      return `${after}/jobs/${name} differs`;
    }
  }
  const left = namesIn(after).filter((name) => !namesIn(before).includes(name));
  return left.length > 0 ? `${left} not removed` : null;
}

function result(path: string): string {
  const value = JSON.parse(Deno.readTextFileSync(path));
  for (const field of [...TIMED, "checksum"]) delete value[field];
  return JSON.stringify(value);
}
