/**
 * Everything that a run writes for people to watch: lines of figures, TensorBoard's event file, `report.html`.
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
  EventFile,
  eventScalars,
  readJsonLines,
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
/** A report is drawn again only after so many times its drawing time, so that drawing takes at most 2% of a run. */
const DRAWING_PAUSE = 50;

/** The recorder of an open run folder. */
export class RunRecorder implements LiveReport {
  readonly #folder: RunFolder;
  readonly #record: RunRecord;
  readonly #say: (line: string) => void;
  #eventFile: EventFile | null = null;
  #drawnAt = -Infinity;
  #drawingTime = 0;
  #version = 0;

  private constructor(folder: RunFolder, record: RunRecord, say: (line: string) => void) {
    this.#folder = folder;
    this.#record = record;
    this.#say = say;
  }

  /**
   * Takes up what the folder's files say (cut them first) and goes on from there.
   *
   * @param folder An open run folder with its settings.
   * @param say Hears of what could not be written; a run goes on without its pictures.
   */
  static async start(folder: RunFolder, say: (line: string) => void): Promise<RunRecorder> {
    const record = new RunRecord(runName(folder.path), await folder.readSettings());
    const recorder = new RunRecorder(folder, record, say);
    await readHistory(folder.path, record);
    await recorder.#try("write TensorBoard's event file", async () => {
      recorder.#eventFile = await EventFile.start(folder.path, pastEvents(folder.path, record));
    });
    return recorder;
  }

  /** Adds a line to `events.jsonl`, with the time; it is part of the run, and an error here ends it. */
  async event(values: RunEvent): Promise<void> {
    // JSON has no NaN and no infinity: a window whose steps were all skipped has no loss.
    const told = Object.entries(values).filter(([, value]) =>
      typeof value !== "number" || Number.isFinite(value)
    );
    const event: RunEvent = { ...Object.fromEntries(told), time: Date.now() / 1000 };
    await this.#folder.appendEvent(event);
    this.#record.add(event);
    await this.#tell(eventScalars(event));
  }

  /** Adds the norms of all tensors. */
  async tensors(step: number, norms: readonly TensorNorms[]): Promise<void> {
    const line: TensorLine = {
      step,
      tensors: Object.fromEntries(norms.map((norm) => [norm.name, figuresOf(norm)])),
    };
    await this.#folder.appendLine("tensors.jsonl", line);
    this.#record.tensors.push(line);
    await this.#tell(tensorScalars(line));
  }

  /** Adds masked text as the model fills it in. */
  async samples(step: number, samples: readonly SamplePrediction[]): Promise<void> {
    const line = { step, samples };
    await this.#folder.appendLine("samples.jsonl", line);
    this.#record.samples.push(line);
    this.#version++;
  }

  /** Adds the predictions of an evaluation that was the best so far. */
  async reviews(step: number, sets: readonly NamedReview[]): Promise<void> {
    const line = { step, sets };
    await this.#folder.appendLine("reviews.jsonl", line);
    this.#record.review = line;
    this.#version++;
  }

  /** Draws `report.html`, unless it was drawn a moment ago and this is not the last time. */
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

  /** Counts what was added, so that a watcher knows when to look again. */
  get version(): number {
    return this.#version;
  }

  /** The name of the run. */
  get name(): string {
    return this.#record.name;
  }

  /** The report as it would be drawn now, without its frame. */
  body(): string {
    return liveBody(this.#record);
  }

  /** Ends the event file. */
  close(): void {
    this.#eventFile?.close();
  }

  async #tell(content: Parameters<EventFile["add"]>[0]): Promise<void> {
    this.#version++;
    await this.#try("write TensorBoard's event file", async () => {
      await this.#eventFile?.add(content);
    }, () => {
      this.#eventFile?.close();
      this.#eventFile = null;
    });
  }

  /** Watching must not end a run: says once what went wrong, and lets it go. */
  async #try(what: string, work: () => Promise<void>, giveUp?: () => void): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#say(`could not ${what}: ${(error as Error).message}`);
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

/** What a resumed run's files say, for TensorBoard. */
async function* pastEvents(folder: string, { settings }: RunRecord): AsyncGenerator<TimedEvent> {
  let seconds = Date.now() / 1000;
  yield { seconds, texts: { settings: settingsText(settings) } };
  for await (const events of readJsonLines<RunEvent>(`${folder}/events.jsonl`)) {
    for (const event of events) {
      seconds = Number(event.time ?? seconds);
      yield { ...eventScalars(event), seconds };
    }
  }
  for await (const lines of readJsonLines<TensorLine>(`${folder}/tensors.jsonl`)) {
    for (const line of lines) yield { ...tensorScalars(line), seconds };
  }
}
