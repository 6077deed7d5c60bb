/**
 * Loads a pretrained model with its tokenizer.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import type { Tensor } from "../tensor/mod.ts";
import { readTokenizer, type Tokenizer, VOCABULARY_FILES } from "../text/mod.ts";
import { type ReadFile, readWeights } from "../weights/mod.ts";
import { checkVocabularySize, ConfigError, type ModelConfig } from "./config.ts";
import { parseConfig } from "./config_json.ts";
import { Encoder, type EncoderInput } from "./encoder.ts";
import { type FilledMask, fillMask } from "./fill_mask.ts";
import { maskedLanguageSpecs } from "./heads/pretraining.ts";
import { type LoadReport, loadWeights } from "./load.ts";
import { Parameters } from "./parameters.ts";
import { encoderSpecs } from "./specs.ts";

/** Hidden states of a text. */
export interface TextStates {
  /** The pieces of the text, with `[CLS]` and `[SEP]`. */
  readonly tokens: readonly string[];
  /** Number of values per token. */
  readonly hiddenSize: number;
  /** The input of the first block and the output of each block: `[tokens, hiddenSize]`, row-major. */
  readonly layers: readonly Float32Array[];
}

/**
 * An ALBERT or BERT encoder with masked-LM head and tokenizer.
 *
 * @example Fill in a mask
 * ```ts ignore
 * import { loadPretrained, openDevice } from "@albert-lab/albert";
 *
 * const device = await openDevice({ device: "auto" });
 * const albert = await loadPretrained("runs/books/checkpoints/step-1000", device);
 * const [candidates] = await albert.fillMask("The cat sat on the [MASK].");
 * console.log(candidates[0].piece, candidates[0].probability);
 * ```
 */
export class Albert {
  /** The device that stores the parameters. */
  readonly device: Device;
  /** The encoder and its parameters. */
  readonly encoder: Encoder;
  /** The tokenizer of the model. */
  readonly tokenizer: Tokenizer;
  /** Missing and unexpected tensors. */
  readonly report: LoadReport;

  private constructor(encoder: Encoder, tokenizer: Tokenizer, report: LoadReport) {
    this.device = encoder.parameters.device;
    this.encoder = encoder;
    this.tokenizer = tokenizer;
    this.report = report;
  }

  /**
   * Loads the files of a Hugging Face folder through a function that reads a file by name.
   *
   * @param read resolves with the bytes of a file, or null if it does not exist
   * @throws {ConfigError} if a file is missing or invalid, or files do not match
   */
  static async load(read: ReadFile, device: Device): Promise<Albert> {
    const config = parseConfig(new TextDecoder().decode(await required(read, "config.json")));
    const weights = await readWeights(read);
    const tokenizer = await readTokenizer(read);
    if (tokenizer === null) {
      throw new ConfigError(
        `the model folder contains none of ${VOCABULARY_FILES.join(", ")}`,
      );
    }
    checkVocabularySize(tokenizer, config);
    const encoder = encoderSpecs(config, { pooler: false });
    const specs = [...encoder, ...maskedLanguageSpecs(config)];
    const parameters = new Parameters(device, specs, { trainable: false });
    try {
      const report = loadWeights(parameters, weights);
      const needed = new Set(encoder.map(({ name }) => name));
      const absent = report.missing.find(({ name }) => needed.has(name));
      if (absent !== undefined) {
        throw new ConfigError(`tensor ${absent.name} is missing in the weights`);
      }
      return new Albert(new Encoder(config, parameters), tokenizer, report);
    } catch (error) {
      parameters.free();
      throw error;
    }
  }

  /** The model's configuration. */
  get config(): ModelConfig {
    return this.encoder.config;
  }

  /**
   * Predicts the most probable pieces for each `[MASK]` of a text.
   *
   * @param top number of candidates per mask
   * @throws {ConfigError} if the text has no mask or is too long, or the checkpoint has no masked-LM head
   * @throws {RangeError} if `top` is not a positive integer
   */
  async fillMask(text: string, top: number = 5): Promise<FilledMask[]> {
    const head = maskedLanguageSpecs(this.config).map(({ name }) => name);
    const absent = this.report.missing.find(({ name }) => head.includes(name));
    if (absent !== undefined) {
      throw new ConfigError(
        `The checkpoint has no masked-LM head: ${absent.name} is missing`,
      );
    }
    return await fillMask(this.device, this.encoder, this.tokenizer, text, top);
  }

  /**
   * Computes the hidden states of a text after every block.
   *
   * @throws {ConfigError} if the text is longer than `maxPositionEmbeddings`
   */
  async hiddenStates(text: string): Promise<TextStates> {
    const { ids } = this.tokenizer.encodePair(text);
    const { hiddenStates } = this.encoder.forward({ device: this.device }, singleText(ids));
    const read = ({ view }: Tensor) => this.device.read(view) as Promise<Float32Array>;
    return {
      tokens: ids.map((id) => this.tokenizer.idToPiece(id)),
      hiddenSize: this.config.hiddenSize,
      layers: await Promise.all(hiddenStates.map(read)),
    };
  }

  /** Frees the parameters. The device stays open. */
  free(): void {
    this.encoder.parameters.free();
  }
}

/** Returns a batch of one sequence without padding. */
function singleText(ids: readonly number[]): EncoderInput {
  return {
    batch: 1,
    sequence: ids.length,
    inputIds: Uint32Array.from(ids),
    tokenTypeIds: new Uint32Array(ids.length),
    lengths: Uint32Array.of(ids.length),
  };
}

async function required(read: ReadFile, name: string): Promise<Uint8Array> {
  const bytes = await read(name);
  if (bytes === null) throw new ConfigError(`the model folder does not contain ${name}`);
  return bytes;
}

/**
 * Loads a Hugging Face folder from a path or a URL.
 *
 * @param folder a path (Deno and Node), or the URL of a folder
 * @throws {ConfigError} if a file is missing or invalid, or files do not match
 * @throws {TypeError} for a path in a browser
 */
export async function loadPretrained(folder: string | URL, device: Device): Promise<Albert> {
  const base = `${folder}`.replace(/\/+$/, "");
  const remote = /^https?:/.test(base);
  try {
    return await Albert.load(
      (name) => remote ? fetchFile(`${base}/${name}`) : readLocalFile(`${base}/${name}`),
      device,
    );
  } catch (error) {
    if (error instanceof ConfigError || error instanceof SyntaxError) {
      throw new ConfigError(`Cannot load ${base}: ${error.message}`);
    }
    throw error;
  }
}

async function fetchFile(url: string): Promise<Uint8Array | null> {
  const response = await fetch(url);
  if (response.status === 404) {
    await response.body?.cancel();
    return null;
  }
  if (!response.ok) throw new ConfigError(`GET ${url} returned status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** The parts of Deno and Node that {@linkcode readLocalFile} uses, declared here because type checks for browsers have neither. */
interface Platform {
  readonly Deno?: FileReader;
  readonly process?: { getBuiltinModule?(name: "node:fs/promises"): FileReader | undefined };
}

interface FileReader {
  readFile(path: string | URL): Promise<Uint8Array>;
}

/**
 * Reads a local file, given as a path or a `file:` URL.
 *
 * @returns the bytes, or null if the file does not exist
 * @throws {TypeError} in a browser
 */
export async function readLocalFile(path: string): Promise<Uint8Array | null> {
  const { Deno, process } = globalThis as Platform;
  const files = Deno ?? process?.getBuiltinModule?.("node:fs/promises");
  if (files === undefined) {
    throw new TypeError(`Cannot read ${path}: browsers have no local files; pass a URL`);
  }
  try {
    return await files.readFile(path.startsWith("file:") ? new URL(path) : path);
  } catch (error) {
    const { name, code } = error as { name?: string; code?: string };
    if (name === "NotFound" || code === "ENOENT") return null;
    throw error;
  }
}
