/**
 * What a run writes for people: log files, the TensorBoard event file, `report.html`.
 *
 * @module
 */
import type { TensorNorms } from "../optim/mod.ts";
import {
  liveBody,
  type LiveReport,
  readHistory,
  runName,
  runPage,
  RunRecord,
} from "../report/mod.ts";
import {
  CsvLog,
  EventFile,
  eventScalars,
  readLog,
  readProfile,
  type RunFolder,
  settingsText,
  tensorScalars,
  type TimedEvent,
} from "../runs/disk.ts";
import type {
  NamedReview,
  RunEvent,
  SamplePrediction,
  TensorFigures,
  TensorLine,
} from "../runs/mod.ts";

const REPORT = "report.html";

/** Formats in which a run logs its values in addition to `events.jsonl`. */
export const REPORT_TARGETS = ["tensorboard", "csv"] as const;

/** A format in which a run logs its values in addition to `events.jsonl`. */
export type ReportTarget = typeof REPORT_TARGETS[number];
/** Pause between two drawings of the report, in multiples of the drawing time: drawing takes at most 2% of a run. */
const DRAWING_PAUSE = 50;

/** The recorder of an open run folder. */
export class RunRecorder implements LiveReport {
  readonly #folder: RunFolder;
  readonly #record: RunRecord;
  readonly #log: (line: string) => void;
  #eventFile: EventFile | null = null;
  #csv: CsvLog | null = null;
  #drawnAt = -Infinity;
  #drawingTime = 0;
  #version = 0;

  private constructor(folder: RunFolder, record: RunRecord, log: (line: string) => void) {
    this.#folder = folder;
    this.#record = record;
    this.#log = log;
  }

  /**
   * Continues the log files of a run folder, which must be cut to the resumed step.
   *
   * @param folder open run folder with its settings
   * @param log receives errors of the report and of the other files, which do not end the run
   * @param targets formats of the log in addition to `events.jsonl`
   */
  static async start(
    folder: RunFolder,
    log: (line: string) => void,
    targets: readonly ReportTarget[] = ["tensorboard"],
  ): Promise<RunRecorder> {
    const record = new RunRecord(runName(folder.path), await folder.readSettings());
    const recorder = new RunRecorder(folder, record, log);
    await readHistory(folder.path, record);
    if (targets.includes("tensorboard")) {
      await recorder.#try("write TensorBoard's event file", async () => {
        recorder.#eventFile = await EventFile.start(folder.path, pastEvents(folder.path, record));
      });
    }
    if (targets.includes("csv")) {
      await recorder.#try("write CSV files", async () => {
        recorder.#csv = await CsvLog.start(folder.path);
      });
    }
    return recorder;
  }

  /** Adds a line with the time to `events.jsonl`. Unlike the other files it is needed to resume, so an error here ends the run. */
  async event(values: RunEvent): Promise<void> {
    // JSON has no NaN and infinity: a window of skipped steps has no loss.
    const finite = Object.entries(values).filter(([, value]) =>
      typeof value !== "number" || Number.isFinite(value)
    );
    const event: RunEvent = { ...Object.fromEntries(finite), time: Date.now() / 1000 };
    await this.#folder.appendEvent(event);
    this.#record.add(event);
    await this.#publish(eventScalars(event));
    await this.#try("write CSV files", async () => await this.#csv?.add(event), () => {
      this.#csv?.close();
      this.#csv = null;
    });
  }

  /** Adds the norms of all tensors. */
  async tensors(step: number, norms: readonly TensorNorms[]): Promise<void> {
    const line: TensorLine = {
      step,
      tensors: Object.fromEntries(norms.map((norm) => [norm.name, figuresOf(norm)])),
    };
    await this.#folder.appendLine("tensors.jsonl", line);
    this.#record.tensors.push(line);
    await this.#publish(tensorScalars(line));
  }

  /** Adds masked text with the predictions of the model. */
  async samples(step: number, samples: readonly SamplePrediction[]): Promise<void> {
    const line = { step, samples };
    await this.#folder.appendLine("samples.jsonl", line);
    this.#record.samples.push(line);
    this.#version++;
  }

  /** Adds the predictions of the best evaluation so far. */
  async reviews(step: number, sets: readonly NamedReview[]): Promise<void> {
    const line = { step, sets };
    await this.#folder.appendLine("reviews.jsonl", line);
    this.#record.review = line;
    this.#version++;
  }

  /** Draws `report.html` unless it was drawn recently. `last` always draws it. */
  async draw(last: boolean): Promise<void> {
    const start = performance.now();
    if (!last && start - this.#drawnAt < DRAWING_PAUSE * this.#drawingTime) return;
    await this.#try(`draw ${REPORT}`, async () => {
      this.#record.profile ??= await readProfile(this.#folder.path);
      await this.#folder.writeFile(REPORT, runPage(this.#record));
    });
    this.#drawnAt = performance.now();
    this.#drawingTime = this.#drawnAt - start;
  }

  /** Number of additions, so that a watcher knows when to reload. */
  get version(): number {
    return this.#version;
  }

  /** Name of the run. */
  get name(): string {
    return this.#record.name;
  }

  /** Seconds of training, those before the run was resumed included. */
  get trainingSeconds(): number {
    return this.#record.trainingSeconds;
  }

  /** Path of the report. */
  get reportPath(): string {
    return `${this.#folder.path}/${REPORT}`;
  }

  /** Returns the content of the report. */
  body(): string {
    return liveBody(this.#record);
  }

  /** Returns the report. */
  report(): string {
    return runPage(this.#record);
  }

  /** Closes the files. */
  close(): void {
    this.#csv?.close();
    this.#eventFile?.close();
  }

  async #publish(content: Parameters<EventFile["add"]>[0]): Promise<void> {
    this.#version++;
    await this.#try("write TensorBoard's event file", async () => {
      await this.#eventFile?.add(content);
    }, () => {
      this.#eventFile?.close();
      this.#eventFile = null;
    });
  }

  /** Logs an error instead of ending the run. */
  async #try(what: string, work: () => Promise<void>, giveUp?: () => void): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#log(`Cannot ${what}: ${(error as Error).message}`);
      giveUp?.();
    }
  }
}

function figuresOf({ parameterNorm, gradientNorm, trustRatio }: TensorNorms): TensorFigures {
  return {
    parameter_norm: parameterNorm,
    gradient_norm: gradientNorm,
    ...(trustRatio !== undefined && { trust_ratio: trustRatio }),
  };
}

/** The log of a resumed run, for TensorBoard. */
async function* pastEvents(folder: string, { settings }: RunRecord): AsyncGenerator<TimedEvent> {
  let seconds = Date.now() / 1000;
  yield { seconds, texts: { settings: settingsText(settings) } };
  for await (const events of readLog<RunEvent>(folder, "events.jsonl")) {
    for (const event of events) {
      seconds = Number(event.time ?? seconds);
      yield { ...eventScalars(event), seconds };
    }
  }
  for await (const lines of readLog<TensorLine>(folder, "tensors.jsonl")) {
    for (const line of lines) yield { ...tensorScalars(line), seconds };
  }
}
