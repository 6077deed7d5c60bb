/**
 * The work of `albert search`: trains the trials one after the other, and compares them.
 *
 * @module
 */
import { launchedBy } from "../../src/distributed/mpi/mod.ts";
import { atomicWriteFile, ifExists, LockedError, takeLock } from "../../src/files/mod.ts";
import { isObject, parseJsonObject } from "../../src/json/mod.ts";
import {
  byBest,
  comparisonPage,
  type ListedRun,
  listedRun,
  runPage,
} from "../../src/report/mod.ts";
import { UsageError } from "./errors.ts";
import {
  FINETUNE_GLUE_OPTIONS,
  FINETUNE_RACE_OPTIONS,
  FINETUNE_SQUAD_OPTIONS,
  FINETUNE_TEXT_OPTIONS,
  FINETUNE_TOKENS_OPTIONS,
} from "./finetune_options.ts";
import type { OptionTable } from "./options.ts";
import { logTo, printNotice } from "./progress.ts";
import { readSettingsFile } from "./run_flags.ts";
import { list } from "./runs_run.ts";
import type { SearchFlags } from "./search.ts";
import { type Trial, trialNames, trialsOf } from "./search_trials.ts";
import { PRETRAIN_OPTIONS } from "./train_options.ts";

/** A training command that a search can run. */
interface Trainable {
  readonly options: OptionTable;
  /** Trains, and returns whether the run is finished. */
  // deno-lint-ignore no-explicit-any -- every command has its own flags
  run(given: any): Promise<boolean>;
}

const finetuning = () => import("./finetune_tasks.ts");

const TRAINABLE: Readonly<Record<string, Trainable>> = {
  pretrain: {
    options: PRETRAIN_OPTIONS,
    async run(given) {
      const { openPretraining } = await import("./pretrain_request.ts");
      const { runTraining } = await import("./train_run.ts");
      return await runTraining(given, {
        ...{ name: "pretrain", options: PRETRAIN_OPTIONS, prints: false },
        open: openPretraining,
      });
    },
  },
  "finetune glue": {
    options: FINETUNE_GLUE_OPTIONS,
    run: async (given) => await (await finetuning()).finetuneGlue(given, false),
  },
  "finetune squad": {
    options: FINETUNE_SQUAD_OPTIONS,
    run: async (given) => await (await finetuning()).finetuneSquad(given, false),
  },
  "finetune race": {
    options: FINETUNE_RACE_OPTIONS,
    run: async (given) => await (await finetuning()).finetuneRace(given, false),
  },
  "finetune tokens": {
    options: FINETUNE_TOKENS_OPTIONS,
    run: async (given) => await (await finetuning()).finetuneTokens(given, false),
  },
  "finetune text": {
    options: FINETUNE_TEXT_OPTIONS,
    run: async (given) => await (await finetuning()).finetuneText(given, false),
  },
};

/** What `search.json` contains. */
interface SearchRecord {
  readonly command: string;
  /** Settings of all trials. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly trials: TrialRecord[];
}

interface TrialRecord {
  /** Name of the run folder. */
  readonly name: string;
  /** The settings of this trial. */
  readonly settings: Trial;
  state: "waiting" | "finished" | "failed";
  /** Why it failed. */
  error?: string;
}

const RECORD = "search.json", REPORT = "search.html";

/** Trains the trials that are not finished, and prints all of them from the best to the worst. */
export async function search(flags: SearchFlags, words: readonly string[]): Promise<void> {
  const command = words.join(" ");
  const trainable = Object.hasOwn(TRAINABLE, command) ? TRAINABLE[command] : undefined;
  if (trainable === undefined) {
    throw new UsageError(
      `albert search trains with ${Object.keys(TRAINABLE).join(", ")} (got ${command})`,
    );
  }
  const launched = launchedBy(Deno.env.toObject());
  if (launched !== null) {
    throw new UsageError(
      `albert search runs in one process, not in ${launched.size} that ${launched.launcher} started; ` +
        `start it without, or start albert ${command} for each trial`,
    );
  }
  const { options } = trainable;
  const settings = await readSettingsFile(options, flags.settings);
  if (settings.seeds !== undefined) {
    throw new UsageError("--settings: seeds is not available in a search; vary seed with --values");
  }
  // Random draws of a few values may be equal.
  const drawn = new Map(trialsOf(options, flags).map((trial) => [JSON.stringify(trial), trial]));
  const varied = [...drawn.values()];
  const trials = trialNames(options, varied).map((name, i): TrialRecord => ({
    ...{ name, settings: varied[i], state: "waiting" },
  }));
  using _ = await lockFolder(flags.output);
  const record = await continued(flags.output, { command, settings, trials });
  const log = logTo(flags);
  await save(flags.output, record);
  let stopped = false, usageErrors = 0;
  for (const [i, trial] of record.trials.entries()) {
    if (trial.state === "finished") continue;
    log(`Trial ${i + 1} of ${record.trials.length}: ${trial.name}`);
    const output = `${flags.output}/${trial.name}`;
    const { device, blas, seed, quiet } = flags;
    try {
      const resume = await ifExists(Deno.stat(`${output}/run.json`)) !== null;
      const finished = await trainable.run({
        ...{ device, blas, seed, quiet },
        ...settings,
        ...trial.settings,
        output,
        ...(resume && { resume }),
      });
      if (!finished) {
        stopped = true;
        break;
      }
      trial.state = "finished";
      delete trial.error;
    } catch (error) {
      if (error instanceof UsageError) usageErrors++;
      trial.state = "failed";
      trial.error = (error as Error).message;
      log(`Trial ${i + 1} failed: ${trial.error}`);
    }
    await save(flags.output, record);
    await report(flags.output, record);
  }
  const runs = await report(flags.output, record);
  const summaries = runs.map(({ summary }) => summary).sort(byBest);
  if (flags.json) console.log(JSON.stringify({ ...record, runs: summaries }));
  else if (runs.length > 0) console.log(`${list(summaries)}\n\n${flags.output}/${REPORT}`);
  if (stopped) printNotice("Stopped. The same command continues the search.");
  const failed = record.trials.filter(({ state }) => state === "failed");
  if (failed.length > 0) {
    const Failure = usageErrors === record.trials.length ? UsageError : Error;
    throw new Failure(
      `${failed.length} of ${record.trials.length} trials failed, the first is ${failed[0].name}: ${
        failed[0].error
      }`,
    );
  }
}

/**
 * Returns the record of an earlier start with the same trials, or the new one.
 *
 * @throws {UsageError} if the folder contains another search
 */
async function continued(output: string, fresh: SearchRecord): Promise<SearchRecord> {
  const path = `${output}/${RECORD}`;
  const text = await ifExists(Deno.readTextFile(path));
  if (text === null) return fresh;
  const earlier = parsed(path, text);
  const plan = (record: SearchRecord) =>
    JSON.stringify([
      record.command,
      record.settings,
      record.trials.map(({ settings }) => settings),
    ]);
  const isSearch = Array.isArray(earlier.trials) && earlier.trials.every((one) => isObject(one));
  if (isSearch && plan(earlier) === plan(fresh)) return earlier;
  // All trials failed before they had a run, so nothing is lost.
  if (isSearch && (await startedTrials(output, earlier)).length === 0) return fresh;
  throw new UsageError(
    `${output} contains another search; repeat its settings and values, or choose another --output`,
  );
}

function parsed(path: string, text: string): SearchRecord {
  try {
    return parseJsonObject(text) as unknown as SearchRecord;
  } catch (cause) {
    const problem = (cause as Error).message;
    throw new Error(`${path} is damaged (${problem}); delete it: finished trials are kept`, {
      cause,
    });
  }
}

/** Locks the folder of a search, whose record one process writes. */
async function lockFolder(output: string): Promise<Disposable> {
  await Deno.mkdir(output, { recursive: true });
  try {
    const lock = await takeLock(`${output}/.lock`);
    return { [Symbol.dispose]: () => lock.close() };
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    throw new Error(
      `${output} is in use by ${error.owner}; wait for it or choose another --output`,
    );
  }
}

async function save(output: string, record: SearchRecord): Promise<void> {
  await atomicWriteFile(`${output}/${RECORD}`, `${JSON.stringify(record, null, 2)}\n`);
}

/** Returns the run folders of the trials that have one. */
async function startedTrials(output: string, { trials }: SearchRecord): Promise<string[]> {
  const folders: string[] = [];
  for (const { name } of trials) {
    const path = `${output}/${name}`;
    const isStarted = await Deno.stat(`${path}/run.json`).then(() => true, () => false);
    if (isStarted) folders.push(path);
  }
  return folders;
}

/** Writes the page that compares the runs so far, and returns them. */
async function report(output: string, search: SearchRecord): Promise<ListedRun[]> {
  const runs = await Promise.all((await startedTrials(output, search)).map(listedRun));
  const records = runs.map(({ record }) => record);
  if (records.length > 0) {
    const page = records.length === 1 ? runPage(records[0]) : comparisonPage(records);
    await atomicWriteFile(`${output}/${REPORT}`, page);
  }
  return runs;
}
