/**
 * The device, the loaded models and the runs of the worker.
 *
 * @module
 */
import {
  Albert,
  ConfigError,
  countParameters,
  type Device,
  encoderSpecs,
  openDevice,
} from "@albert-lab/albert";
import type {
  DeviceChoice,
  DeviceInfo,
  FilledPiece,
  LoadProgress,
  ModelInfo,
  ModelSource,
  RunEvaluation,
  RunEvent,
  SavedRun,
} from "../protocol.ts";
import { Problem, problemOf } from "../problem.ts";
import type { Settings } from "../settings.ts";
import { readerOf } from "./source.ts";
import { tasksOf } from "./tasks.ts";
import { deleteRun, listRuns, type RunFiles } from "./storage.ts";
import { Training } from "./training.ts";
import { inTurn } from "./turns.ts";

/** A model in memory. */
interface LoadedModel {
  readonly albert: Albert;
  /** Step of the run that it comes from. */
  readonly step?: number;
}

/** The state of the worker. */
export class Engine {
  readonly #report: (event: RunEvent) => void;
  readonly #onProgress: (progress: LoadProgress) => void;
  readonly #opened = Promise.withResolvers<Device>();
  readonly #models = new Map<string, LoadedModel>();
  readonly #runs = new Map<string, Promise<Training>>();

  /**
   * @param report sends an event to the page
   * @param onProgress sends the progress of a download to the page
   */
  constructor(
    report: (event: RunEvent) => void,
    onProgress: (progress: LoadProgress) => void,
  ) {
    this.#report = report;
    this.#onProgress = onProgress;
    this.#opened.promise.catch(() => {}); // Reported by open().
  }

  /** Opens the device. */
  async open(choice: DeviceChoice): Promise<DeviceInfo> {
    let notice: string | null = null;
    const onNotice = (text: string) => {
      console.info(text);
      notice =
        "No graphics card that computes correctly with WebGPU was found, so the processor computes.";
    };
    this.#opened.resolve(
      openDevice({ device: choice, onNotice }).catch((cause) => {
        console.error(cause);
        throw new Problem(NO_DEVICE[choice], { cause });
      }),
    );
    const { kind, adapter } = (await this.#opened.promise).description;
    return { kind: kind === "webgpu" ? "webgpu" : "cpu", adapter, notice };
  }

  /** Loads a model under a name; an earlier one of this name is freed. */
  async load(model: string, source: ModelSource): Promise<ModelInfo> {
    const read = await readerOf(source, (progress) => this.#onProgress({ model, ...progress }));
    const device = await this.#opened.promise;
    const albert = await Albert.load(read, device).catch((error) => {
      throw problemOfModel(error);
    });
    this.#keep(model, { albert });
    return await infoOf(albert);
  }

  /** Fills the masks of a text. */
  async fill(model: string, text: string, top: number): Promise<FilledPiece[]> {
    return await this.useText(model, [text], (albert) => fillMasks(albert, text, top));
  }

  /** The files of a run's model as a Hugging Face folder. */
  async files(run: string): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
    return await (await this.#training(run)).files();
  }

  /**
   * Computes with a loaded model, or with the model of a run as it is now. The model must not be used later, because it is freed when the run has trained
   * and a request asks for its new state.
   */
  async use<T>(name: string, compute: (albert: Albert) => T | Promise<T>): Promise<T> {
    return await inTurn(async () => await compute(await this.model(name)));
  }

  /** Computes with a model and texts, as {@linkcode Engine.use}. An error about a text that is too long has the limit of the model. */
  async useText<T>(
    name: string,
    texts: readonly string[],
    compute: (albert: Albert) => T | Promise<T>,
  ): Promise<T> {
    return await this.use(name, async (albert) => {
      try {
        return await compute(albert);
      } catch (error) {
        const { tokenizer, config: { maxPositionEmbeddings: most } } = albert;
        const [first, second] = texts;
        if (tokenizer.encodePair(first, second).ids.length <= most) throw error;
        // Without the length of the text, so that the message stays the same while the visitor types.
        throw new Problem(
          `The text is too long: this model reads ${most} tokens at once. Shorten the text.`,
          { cause: error },
        );
      }
    });
  }

  /** Evaluates a run. */
  async evaluate(run: string): Promise<RunEvaluation> {
    return await (await this.#training(run)).evaluate();
  }

  /** Returns a loaded model, or the model of a run as it is now. Use it within a turn, as {@linkcode Engine.use} does. */
  async model(name: string): Promise<Albert> {
    const loaded = this.#models.get(name);
    const training = await (this.#runs.get(name) ??
      (loaded === undefined ? this.#training(name) : undefined));
    if (training === undefined || loaded?.step === training.step) return loaded!.albert;
    const { step } = training;
    const files = await training.files();
    const read = (file: string) => Promise.resolve(files.get(file) ?? null);
    const albert = await Albert.load(read, await this.#opened.promise);
    this.#keep(name, { albert, step });
    return albert;
  }

  /** Starts a run. */
  async start(
    { run, settings, text }: { run: string; settings: Settings; text: string },
  ): Promise<void> {
    const training = this.#opened.promise.then((device) =>
      Training.create(device, this.#report, run, settings, text)
    );
    this.#runs.set(run, training);
    (await training).continue();
  }

  /** Pauses a run and saves it. */
  async pause(run: string): Promise<void> {
    await (await this.#training(run)).pause("paused");
  }

  /** Continues a run. */
  async resume(run: string): Promise<void> {
    (await this.#training(run)).continue();
  }

  /** Ends a run and saves it. */
  async stop(run: string): Promise<void> {
    await (await this.#training(run)).pause("stopped");
  }

  /** Deletes a run and its files. */
  async remove(run: string): Promise<void> {
    const training = await this.#runs.get(run)?.catch(() => undefined);
    await training?.pause("stopped");
    training?.free();
    this.#runs.delete(run);
    await deleteRun(run);
    this.#models.get(run)?.albert.free();
    this.#models.delete(run);
  }

  /** The stored runs. */
  async saved(): Promise<SavedRun[]> {
    const open = new Map<string, RunFiles>();
    for (const [name, opened] of this.#runs) {
      const { storedIn = null } = await opened.catch(() => null) ?? {};
      if (storedIn !== null) open.set(name, storedIn);
    }
    return await listRuns(open);
  }

  #keep(name: string, model: LoadedModel): void {
    this.#models.get(name)?.albert.free();
    this.#models.set(name, model);
  }

  /** A run in memory, or of an earlier visit. */
  #training(run: string): Promise<Training> {
    const known = this.#runs.get(run);
    if (known !== undefined) return known;
    const restored = this.#opened.promise.then((device) =>
      Training.restore(device, this.#report, run)
    );
    this.#runs.set(run, restored);
    restored.catch(() => this.#runs.delete(run));
    return restored;
  }
}

const NO_DEVICE: Readonly<Record<DeviceChoice, string>> = {
  auto:
    "This browser can use neither the graphics card nor threads of the processor for this page. Update it, or use another one.",
  cpu:
    "This browser cannot compute on the processor: it lacks WebAssembly. Update it, or use another one.",
  webgpu:
    "This browser has no WebGPU device that computes correctly. Remove “device=webgpu” from the address to use the processor.",
};

/** The files are the visitor's, so the library's description of what is wrong with them is part of the message. */
function problemOfModel(error: unknown): Problem {
  if (!(error instanceof ConfigError || error instanceof SyntaxError)) {
    return problemOf(error, "open the model");
  }
  const reason = error.message.replace(/\.$/, "");
  return new Problem(
    `These files are not a model that this page can use: ${reason}. Choose an ALBERT or BERT in the format of Hugging Face.`,
    { cause: error },
  );
}

async function fillMasks(albert: Albert, text: string, top: number): Promise<FilledPiece[]> {
  const { tokenizer } = albert;
  const { ids } = tokenizer.encodePair(text, undefined, { specialTokens: true });
  const { mask } = tokenizer.specialIds;
  const filled = ids.includes(mask) ? await albert.fillMask(text, top) : [];
  let next = 0;
  // Without the special tokens at both ends.
  return ids.slice(1, -1).map((id) => ({
    piece: tokenizer.idToPiece(id),
    ...(id === mask && { candidates: filled[next++] }),
  }));
}

/** Describes a model. */
export async function infoOf(albert: Albert): Promise<ModelInfo> {
  const { config, tokenizer } = albert;
  const [architecture = null] = (config.extra?.architectures ?? []) as string[];
  return {
    layers: config.numHiddenLayers,
    groups: config.numHiddenGroups,
    hiddenSize: config.hiddenSize,
    heads: config.numAttentionHeads,
    embeddingSize: config.embeddingSize,
    vocabularySize: config.vocabSize,
    parameters: countParameters(encoderSpecs(config)),
    maskToken: tokenizer.specialTokens.mask,
    tasks: await tasksOf(albert),
    architecture,
  };
}
