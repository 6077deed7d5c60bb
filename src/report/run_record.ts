/**
 * The data behind a run's report, read from its folder or collected while it trains. It stays small however long the run.
 *
 * @module
 */
import { isMissing, lacks } from "../files/mod.ts";
import { isObject, parseJsonObject } from "../json/mod.ts";
import {
  readLog,
  readProfile,
  type RunEvent,
  RunFolderError,
  type RunProfile,
} from "../runs/disk.ts";
import {
  type EvaluationMetric,
  evaluationMetric,
  EvaluationRanking,
  isReviewLine,
  isRunEvent,
  isSampleLine,
  isTensorLine,
  type ReviewLine,
  type SampleLine,
  type TensorLine,
} from "../runs/mod.ts";
import { ThinnedLines, ThinnedSeries } from "./thinning.ts";

/** Seconds between two events from which a run counts as interrupted if its `run.json` does not have the times at which it was resumed. */
const INTERRUPTED = 1800;
/** Limit for sample and tensor lines. */
const LINES_KEPT = 48;

/** A run as its report shows it. */
export class RunRecord {
  /** The run folder's name. */
  readonly name: string;
  /** The content of `run.json`; null if there is none. */
  readonly settings: Readonly<Record<string, unknown>> | null;
  /** Curves by field of `events.jsonl`. */
  readonly series: Map<string, ThinnedSeries> = new Map();
  /** `pretraining`, or the name of a fine-tuning task; empty if `run.json` does not contain it. */
  readonly task: string;
  /** `sop`, `nsp` or `none`; empty if `run.json` does not contain it. */
  readonly pairObjective: string;
  /** The latest evaluation. */
  lastEvaluation: RunEvent | null = null;
  /** The evaluation with the best value of {@linkcode primary}. */
  bestEvaluation: RunEvent | null = null;
  /** Number of evaluations after the best one. */
  sinceBest = 0;
  /** Whether the run ended before its last step because evaluations did not improve. */
  stoppedEarly = false;
  /** Time of the first event, in seconds since 1970. Resuming does not change it. */
  startedAt: number | null = null;
  /** The latest step. */
  step = 0;
  /** Seconds spent in logged steps, without evaluations and interruptions. */
  trainingSeconds = 0;
  /** {@linkcode trainingSeconds} at logged steps. */
  readonly seconds: ThinnedSeries = new ThinnedSeries();
  /** Number of lines of `events.jsonl`. */
  events = 0;
  /** Predictions on samples. */
  readonly samples: ThinnedLines<SampleLine> = new ThinnedLines(LINES_KEPT);
  /** Norms of each tensor. */
  readonly tensors: ThinnedLines<TensorLine> = new ThinnedLines(LINES_KEPT);
  /** Predictions of the best evaluation. */
  review: ReviewLine | null = null;
  /** Time and memory of the profiled steps; null for a run without `--profile`. */
  profile: RunProfile | null = null;
  /** Number of tokens in all steps up to a step; 0 if `run.json` does not contain the sizes. */
  readonly tokensAt: (step: number) => number;
  readonly #loopRanking: EvaluationRanking | null;
  readonly #patience: number;
  #loggedStep = 0;
  #time: number;
  /** Times at which the run was resumed, in seconds since 1970; null if an earlier version started it. */
  readonly #resumed: readonly number[] | null;

  /**
   * Creates an empty record.
   *
   * @param name the run folder's name
   * @param settings the content of its `run.json`
   */
  constructor(name: string, settings: Readonly<Record<string, unknown>> | null) {
    this.name = name;
    this.settings = settings;
    this.tokensAt = tokenCounter(settings);
    this.task = typeof settings?.task === "string" ? settings.task : "";
    const determining = fieldsOf(settings?.determinants);
    this.pairObjective = `${fieldsOf(determining.config).pair_objective ?? ""}`;
    this.#loopRanking = loopRanking(settings);
    this.#patience = Number(fieldsOf(settings?.settings).earlyStopPatience ?? 0);
    // The first window of a run begins when it starts.
    const seconds = (time: unknown) => Date.parse(`${time}`) / 1000;
    this.#time = seconds(settings?.started);
    this.#resumed = Array.isArray(settings?.resumed) ? settings.resumed.map(seconds) : null;
  }

  /** The metric that orders evaluations, the first of those that have values; null without evaluations. */
  get primary(): EvaluationMetric | null {
    const metric = this.#loopRanking?.metric;
    // Pretraining selects by the sum of its losses, but the masked-LM loss can be compared between objectives.
    const own = metric === undefined || this.task === "pretraining" ? [] : [metric];
    return [...own, ...PRIMARY].find(({ field }) => this.series.has(field)) ?? null;
  }

  /** Adds a line of `events.jsonl`. */
  add(event: RunEvent): void {
    const step = Number(event.step);
    if (!Number.isFinite(step)) return;
    this.events++;
    this.step = Math.max(this.step, step);
    if (typeof event.time === "number") this.startedAt ??= event.time;
    for (const [field, value] of Object.entries(event)) {
      if (typeof value !== "number" || field === "step" || field === "time") continue;
      let series = this.series.get(field);
      if (series === undefined) this.series.set(field, series = new ThinnedSeries());
      series.push(step, value);
    }
    if (Object.keys(event).some((field) => field.startsWith("eval_"))) this.#addEvaluation(event);
    const rate = Number(event.tokens_per_second);
    if (rate > 0) {
      const tokens = this.tokensAt(step) - this.tokensAt(this.#loggedStep);
      // Fine-tuning pads to the longest sequence of a batch, so its tokens are not known in advance.
      this.trainingSeconds += tokens > 0 ? tokens / rate : this.#secondsSince(event);
      this.#loggedStep = step;
      this.seconds.push(step, this.trainingSeconds);
    }
    if (typeof event.time === "number") this.#time = event.time;
  }

  /** Seconds since the last event, or since the run was resumed after it; 0 if it seems to have been interrupted. */
  #secondsSince({ time }: RunEvent): number {
    const end = Number(time);
    const starts = this.#resumed?.filter((start) => start < end) ?? [];
    const passed = end - Math.max(this.#time, ...starts);
    return passed > 0 && (this.#resumed !== null || passed < INTERRUPTED) ? passed : 0;
  }

  #addEvaluation(event: RunEvent): void {
    this.lastEvaluation = event;
    const withoutImprovement = this.#loopRanking?.add(event).since ?? 0;
    this.stoppedEarly = this.#patience > 0 && withoutImprovement >= this.#patience;
    const { primary } = this;
    const value = primary === null ? undefined : event[primary.field];
    if (primary === null || typeof value !== "number") return;
    const best = Number(this.bestEvaluation?.[primary.field] ?? NaN);
    const better = primary.lowest ? value < best : value > best;
    if (this.bestEvaluation === null || better) {
      this.bestEvaluation = event;
      this.sinceBest = 0;
    } else this.sinceBest++;
  }
}

/** Metrics of runs whose `run.json` does not have one, in the order of preference. */
export const PRIMARY: readonly EvaluationMetric[] = [
  { field: "eval_loss_mlm", lowest: true },
  ...["matthews_correlation", "pearson", "accuracy", "f1"]
    .map((name) => ({ field: `eval_${name}`, lowest: false })),
  { field: "eval_loss", lowest: true },
];

/** Returns the ranking by which the training loop selects the best checkpoint and stops early; null for the runs of earlier versions. */
function loopRanking(settings: RunRecord["settings"]): EvaluationRanking | null {
  const { metric, direction } = fieldsOf(settings?.best);
  if (typeof metric !== "string") return null;
  const extensions = Array.isArray(settings?.extensions) ? settings.extensions : [];
  // The patience of an extended run starts again where it was extended.
  const countedFrom = Number(fieldsOf(extensions.at(-1)).step ?? 0);
  return new EvaluationRanking(evaluationMetric({ metric, direction }), countedFrom);
}

/** The fields of an object of `run.json`; a value of another type, after an edit by hand, counts as absent. */
function fieldsOf(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

/** Batch size times sequence length, which differs between phases. */
function tokenCounter(settings: RunRecord["settings"]): (step: number) => number {
  const number = (value: unknown) => typeof value === "number" ? value : 0;
  const { batchSize: batch, examples, phases } = fieldsOf(settings?.settings);
  const batchSize = number(batch);
  const length = (of: unknown) => number(fieldsOf(of).maxSeqLength);
  const stretches = Array.isArray(phases)
    ? phases.map(fieldsOf).map((phase) => [number(phase.untilStep), length(phase.examples)])
    : [[Infinity, length(examples)]];
  return (step) => {
    let tokens = 0, from = 0;
    for (const [until, length] of stretches) {
      tokens += Math.max(Math.min(step, until) - from, 0) * length * batchSize;
      from = until;
    }
    return tokens;
  };
}

/**
 * Reads a run folder; of a killed run, everything it had written. The checksum of `run.json` is not verified here, unlike on resume.
 *
 * @throws {RunFolderError} If the folder is not a run folder or its `run.json` is not a JSON object.
 */
export async function readRun(folder: string): Promise<RunRecord> {
  const path = `${folder}/run.json`;
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new RunFolderError(
      isMissing(error)
        ? lacks(folder, "run.json")
        : `Cannot read ${path}: ${(error as Error).message}`,
    );
  }
  const record = new RunRecord(runName(folder), settingsOf(path, text));
  await readHistory(folder, record);
  return record;
}

function settingsOf(path: string, text: string): Record<string, unknown> {
  try {
    const { checksum: _, ...settings } = parseJsonObject(text);
    return settings;
  } catch {
    throw new RunFolderError(
      `${path} is not a JSON object; restore it to draw a report of the run`,
    );
  }
}

/**
 * Adds the content of a run folder's log files to a record; lines of another form, such as incomplete ones, are skipped.
 *
 * @throws {RunFolderError} If the folder is a file.
 */
export async function readHistory(folder: string, record: RunRecord): Promise<void> {
  for await (const lines of readLog<unknown>(folder, "events.jsonl")) {
    for (const line of lines) if (isRunEvent(line)) record.add(line);
  }
  for await (const lines of readLog<unknown>(folder, "samples.jsonl")) {
    for (const line of lines) if (isSampleLine(line)) record.samples.push(line);
  }
  for await (const lines of readLog<unknown>(folder, "tensors.jsonl")) {
    for (const line of lines) if (isTensorLine(line)) record.tensors.push(line);
  }
  for await (const lines of readLog<unknown>(folder, "reviews.jsonl")) {
    record.review = lines.filter(isReviewLine).at(-1) ?? record.review;
  }
  record.profile = await readProfile(folder);
}

/** The last component of a path. */
export function runName(folder: string): string {
  return folder.split(/[/\\]+/).filter((part) => part !== "" && part !== ".").at(-1) ?? folder;
}
