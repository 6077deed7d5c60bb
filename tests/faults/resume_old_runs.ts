/**
 * Resumes runs of an older checkout with this one:
 * `deno run -A tests/faults/resume_old_runs.ts OLD_CHECKOUT`.
 *
 * For each configuration, command and device, the old checkout trains once to the end. It then starts the same run
 * again, is killed after its first checkpoints, and this checkout resumes that run. Both must end in the same bytes:
 * model, optimizer state, best checkpoint, predictions and logs (without times), but not model card and tokenizer
 * files, whose text has changed. If the kernels of the checkouts round differently, this checkout must reject
 * the run and leave it unchanged. Prints one line per case and exits 1 if any fails.
 *
 * @module
 */
import { NUMERICS_VERSION } from "../../kernels/mod.ts";
import { fileUrl, ROOT } from "../../tasks/launch/files.ts";
import { smallModelBytes, smallText } from "../data/small_tokenizer.ts";
import { runDifference } from "./same_bytes.ts";
import { namesIn, type Running, running, waitUntil } from "./workbench.ts";

/** A training command and the steps it saves at. */
interface Case {
  name: string;
  command: string[];
  words(output: string): string[];
}

/** A smoke step takes about a millisecond, so a run of few steps ends before it can be killed. */
const STEPS = { smoke: 400, nano: 16 };
const SAVE_STEPS = 4;

function cases(folder: string): Case[] {
  const found: Case[] = [];
  for (const config of ["smoke", "nano"] as const) {
    const steps = `${STEPS[config]}`;
    for (const device of ["cpu", "webgpu"]) {
      const compute = ["--device", device, "--batch-size", "8"];
      const logging = [
        "--logging-steps",
        "2",
        "--eval-steps",
        "8",
        "--save-steps",
        `${SAVE_STEPS}`,
      ];
      found.push({
        name: `pretrain ${config} ${device}`,
        command: ["pretrain"],
        words: (output) => [
          ...["--config", config, "--data", `${folder}/data`, "--output", output, ...compute],
          ...["--steps", steps, ...logging, "--eval-examples", "40", "--keep-best"],
          ...["--dropout", "0.1"],
        ],
      }, {
        name: `finetune ${config} ${device}`,
        command: ["finetune", "glue"],
        words: (output) => [
          ...["--task", "sst-2", "--data", `${folder}/glue`, "--output", output, ...compute],
          ...["--checkpoint", `${folder}/pretrain-${config}-cpu`, "--max-steps", steps],
          ...[...logging, "--max-seq-length", "32", "--learning-rate", "0.01"],
          ...["--micro-batch-size", "4"],
        ],
      });
    }
  }
  return found;
}

/** Texts in a checkpoint that this version words or declares differently, see CHANGELOG.md. */
const REWRITTEN = ["README.md", "tokenizer.json", "tokenizer_config.json"];

/** Starts `albert` of a checkout. */
function albert(checkout: string, ...words: string[]): Running {
  return running(
    new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", "--no-config", "--no-lock", `${checkout}/tasks/launch.ts`]
        .concat(["albert", ...words]),
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn(),
  );
}

async function succeed(checkout: string, ...words: string[]): Promise<void> {
  const { code, stderr } = await albert(checkout, ...words).ended;
  if (code !== 0) throw new Error(`albert ${words.join(" ")} exited with ${code}:\n${stderr}`);
}

/** Sentences whose animal runs or sits, labeled accordingly. */
function glueRows(animal: string, count: number): string {
  const lines = Array.from({ length: count }, (_, i) => {
    const verb = i % 2 === 0 ? "ran" : "sat";
    return `the ${animal} zebra${i % 9} ${verb} on ${"the mat ".repeat(1 + i % 4)}\t${i % 2}`;
  });
  return ["sentence\tlabel", ...lines, ""].join("\n");
}

async function prepare(old: string, folder: string): Promise<void> {
  await Deno.writeFile(`${folder}/spiece.model`, smallModelBytes());
  await Deno.writeTextFile(`${folder}/text.txt`, smallText(1, 300));
  await Deno.mkdir(`${folder}/glue`);
  await Deno.writeTextFile(`${folder}/glue/train.tsv`, glueRows("cat", 200));
  await Deno.writeTextFile(`${folder}/glue/dev.tsv`, glueRows("dog", 60));
  await succeed(
    old,
    ...["prepare", "--input", `${folder}/text.txt`, "--vocab", `${folder}/spiece.model`],
    ...["--output", `${folder}/data`, "--validation-fraction", "0.1"],
  );
}

/** The message that rejects a run whose kernels round differently. */
const REJECTION = /Cannot resume .*: this version's kernels round differently/;

/** Returns null if the resumed run equals the whole one, or is rejected if the numerics versions differ; else the first difference. */
async function resume(
  old: string,
  { command, words }: Case,
  whole: string,
  sameNumerics: boolean,
): Promise<string | null> {
  await succeed(old, ...command, ...words(whole));
  const cut = `${whole}-cut`;
  const first = albert(old, ...command, ...words(cut));
  await waitUntil(
    () => namesIn(`${cut}/checkpoints`).includes(`step-${SAVE_STEPS}`),
    first,
    600_000,
  );
  first.child.kill("SIGKILL");
  await killChildren(cut);
  const { code } = await first.ended;
  if (code === 0) return "the old run ended before it could be killed";
  const saved = (await Deno.readTextFile(`${cut}/checkpoints/latest`)).trim();
  const { code: ended, stderr } = await albert(ROOT, ...command, "--output", cut, "--resume").ended;
  if (!sameNumerics) {
    if (ended !== 1 || !REJECTION.test(stderr)) {
      return `a run of other numerics was not rejected (exit code ${ended}): ${stderr}`;
    }
    const now = (await Deno.readTextFile(`${cut}/checkpoints/latest`)).trim();
    return now === saved ? null : `the rejected run moved from ${saved} to ${now}`;
  }
  if (ended !== 0) return `resuming from ${saved} exited with ${ended}: ${stderr}`;
  return await runDifference(whole, cut, { stopped: false, texts: REWRITTEN });
}

/** The launcher's child outlives it when it is killed: stops every process that writes to the run. */
async function killChildren(run: string): Promise<void> {
  await new Deno.Command("pkill", { args: ["-KILL", "-f", `--output ${run} `] }).output();
  await new Deno.Command("pkill", { args: ["-KILL", "-f", `--output ${run}$`] }).output();
}

if (import.meta.main) {
  const [old, ...rest] = Deno.args;
  if (old === undefined || rest.length > 0) {
    console.error("resume_old_runs: expected one argument, the folder of an older checkout");
    Deno.exit(2);
  }
  const checkout = await Deno.realPath(old);
  const { NUMERICS_VERSION: earlier } = await import(
    fileUrl(`${checkout}/kernels/registry.ts`)
  );
  const sameNumerics = earlier === NUMERICS_VERSION;
  const folder = await Deno.makeTempDir();
  let failed = 0;
  try {
    await prepare(checkout, folder);
    for (const one of cases(folder)) {
      const whole = `${folder}/${one.name.replaceAll(" ", "-")}`;
      const difference = await resume(checkout, one, whole, sameNumerics);
      console.log(`${one.name}: ${difference ?? (sameNumerics ? "same bytes" : "rejected")}`);
      if (difference !== null) failed++;
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  console.log(`${failed} failed`);
  Deno.exitCode = failed > 0 ? 1 : 0;
}
