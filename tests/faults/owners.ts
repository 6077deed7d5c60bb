/** Two processes that want one folder. */
import { PREPARE } from "./file_kills.ts";
import { pretrainWords, undisturbedRun } from "./pretraining.ts";
import { folderDifference, runDifference } from "./same_bytes.ts";
import { Tally } from "./tally.ts";
import { namesIn, until, type Workbench } from "./workbench.ts";

/** Starts a second run in the folder of the first: it is told whose it is, and the first goes on. */
export async function twoOwners(
  bench: Workbench,
  resumes: readonly boolean[] = [false, true],
): Promise<Tally> {
  const tally = new Tally("two runs, one folder");
  const { path: undisturbed } = await undisturbedRun(bench);
  for (const resume of resumes) {
    const run = bench.fresh("shared");
    const first = bench.start(pretrainWords(bench, run));
    await until(() => namesIn(run).includes("events.jsonl"), first);
    const second = await bench.albert(
      ...pretrainWords(bench, run),
      ...(resume ? ["--resume"] : []),
    );
    const { code } = await first.ended;
    const difference = code === 0
      ? await runDifference(undisturbed, run, { stopped: false })
      : "failed";
    judge(tally, second, first.child.pid, difference);
  }
  const whole = bench.fresh("whole");
  await bench.succeed(...PREPARE.words(whole));
  const shared = bench.fresh("shared");
  const first = bench.start(PREPARE.words(shared));
  await until(() => namesIn(`${shared}.partial`).length > 0, first);
  first.kill("SIGSTOP"); // or it may be over before the second is there
  const second = bench.start(PREPARE.words(shared));
  const ended = await second.ended;
  first.kill("SIGCONT");
  await first.ended;
  judge(tally, ended, first.child.pid, await folderDifference(whole, shared));
  return tally;
}

function judge(
  tally: Tally,
  { code, sentence }: { code: number; sentence: string },
  owner: number,
  difference: string | null,
): void {
  if (code === 1 && sentence.includes(`process ${owner} on `) && difference === null) {
    tally.good("refused by the owner's name, the first undisturbed", code, sentence);
  } else tally.lost(difference ?? "no clear refusal", code, sentence);
}
