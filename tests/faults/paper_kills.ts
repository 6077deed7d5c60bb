/** `albert paper run`, killed at any moment and given again until everything is done. */
import { Tally } from "./tally.ts";
import { namesIn, pause, type Workbench } from "./workbench.ts";

/** Fields of a result that the clock decides. */
const TIMED = ["seconds", "trainingSeconds", "finished"];

/** A table of few jobs, pretraining and finetuning among them. */
function paperWords(output: string): string[] {
  return [
    ...["paper", "run", "table-9", "--preset", "smoke", "--seeds", "1", "--output", output],
    ...["--device", "cpu"],
  ];
}

/** Kills it so many times and compares the results with those of a run that nothing happened to. */
export async function killPaper(
  bench: Workbench,
  kills: number,
  signal: "SIGKILL" | "SIGTERM",
): Promise<Tally> {
  const tally = new Tally(`paper run, ${signal}`);
  const whole = bench.fresh("paper");
  const start = performance.now();
  await bench.succeed(...paperWords(whole));
  const span = performance.now() - start;
  let output = bench.fresh("killed-paper"), pending: { code: number; sentence: string }[] = [];
  for (let done = 0; done < kills || pending.length > 0;) {
    const strikes = done < kills;
    const running = bench.start(paperWords(output));
    if (strikes) {
      await pause(bench.random.uniform() * span / 2);
      running.kill(signal);
    }
    const { code, stderr, sentence } = await running.ended;
    const finished = code === 0 && stderr.includes(" 0 failed") && /, 0 left$/m.test(stderr);
    if (strikes && !finished) {
      pending.push({ code, sentence: signal === "SIGKILL" ? "" : sentence });
      done++;
      continue;
    }
    const difference = finished ? resultDifference(whole, output) : stderr;
    for (const { code, sentence } of pending) {
      if (difference === null) tally.good("same results", code, sentence || undefined);
      else tally.lost(difference, code, sentence);
    }
    await Deno.remove(output, { recursive: true });
    [output, pending] = [bench.fresh("killed-paper"), []];
  }
  return tally;
}

/** The first job whose result differs in more than time, or a file that is left over. */
function resultDifference(before: string, after: string): string | null {
  const names = (folder: string) => namesIn(`${folder}/jobs`).filter((n) => !n.endsWith(".lock"));
  if (names(before).join() !== names(after).join()) {
    return `${after}/jobs holds ${names(after)} instead of ${names(before)}`;
  }
  for (const name of names(before)) {
    if (result(`${before}/jobs/${name}`) !== result(`${after}/jobs/${name}`)) {
      return `${after}/jobs/${name} says something else`;
    }
  }
  const left = namesIn(after).filter((name) => !namesIn(before).includes(name));
  return left.length > 0 ? `${left} stay` : null;
}

function result(path: string): string {
  const value = JSON.parse(Deno.readTextFileSync(path));
  for (const field of [...TIMED, "checksum"]) delete value[field];
  return JSON.stringify(value);
}
