/** Makes the module of each worker unreadable, as it is offline or with narrow permissions. */
import { ROOT } from "../../tasks/launch/files.ts";
import { Tally } from "./tally.ts";
import { baselineRun, pretrainArgs } from "./training_runs.ts";
import type { Workbench } from "./workbench.ts";

/** Milliseconds for a whole command, which takes a few seconds. The commands used to wait for the worker forever. */
const LIMIT = 60_000;

interface WorkerFault {
  /** Name of the worker in messages. */
  readonly name: string;
  readonly module: string;
  /** A command that starts the worker. */
  args(bench: Workbench, output: string): string[];
}

const FAULTS: readonly WorkerFault[] = [
  {
    name: "batch worker",
    module: "src/data/workers/batch_worker.ts",
    args: (bench, output) => [...pretrainArgs(bench, output), "--dataloader-num-workers", "1"],
  },
  { name: "checkpoint worker", module: "src/train/checkpoint_worker.ts", args: pretrainArgs },
  { name: "CPU worker", module: "src/device/cpu/cpu_worker.ts", args: pretrainArgs },
  {
    name: "tokenizing worker",
    module: "src/data/disk/tokenize_worker.ts",
    args: (_, output) => [
      ...["prepare", "--input", "text.txt", "--vocab", "spiece.model", "--output", output],
      ...["--workers", "2"],
    ],
  },
  {
    name: "word-counting worker",
    module: "src/data/disk/count_words_worker.ts",
    args: (_, output) => [
      ...[
        "vocab",
        "train",
        "--input",
        "text.txt",
        "more.txt",
        "--vocab-size",
        "50",
        "--output",
        output,
      ],
      ...["--workers", "2"],
    ],
  },
  {
    name: "paper worker",
    module: "tasks/paper/jobs/worker.ts",
    args: (_, output) => [
      ...["paper", "run", "table-9", "--preset", "smoke", "--seeds", "1", "--output", output],
      ...["--device", "cpu", "--jobs", "2"],
    ],
  },
];

/** Runs a command without each worker: it must fall back, or end with one sentence that names the worker. */
export async function loseWorkers(bench: Workbench): Promise<Tally[]> {
  await baselineRun(bench);
  // One file is read by one thread.
  await Deno.copyFile(`${bench.folder}/text.txt`, `${bench.folder}/more.txt`);
  const tallies: Tally[] = [];
  for (const { name, module, args } of FAULTS) {
    const tally = new Tally(`${name} cannot be loaded`);
    const output = bench.newPath("without-worker");
    const running = bench.start(args(bench, output), [`--deny-read=${ROOT}/${module}`]);
    let hangs = false;
    const timer = setTimeout(() => {
      hangs = true;
      running.kill("SIGKILL");
    }, LIMIT);
    const { code, stderr, lastLine } = await running.ended;
    clearTimeout(timer);
    const sentence = lastLine.startsWith("albert: ") && lastLine.includes("worker");
    if (hangs) tally.fail(`waits for more than ${LIMIT / 1000} s`, code, lastLine);
    else if (!stderr.includes(module)) tally.fail("started no worker", code, lastLine);
    else if (code === 0) tally.pass("fell back", code);
    else if (code === 1 && sentence) tally.pass("named the worker", code, lastLine);
    else tally.fail(stderr, code, lastLine);
    tallies.push(tally);
  }
  return tallies;
}
