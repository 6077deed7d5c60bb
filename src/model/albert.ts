/**
 * A pretrained model with its tokenizer, ready for text.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import type { Tensor } from "../tensor/mod.ts";
import { parseTokenizerConfig, Tokenizer } from "../text/mod.ts";
import { type ReadFile, readWeights } from "../weights/mod.ts";
import { ConfigError, type ModelConfig } from "./config.ts";
import { parseConfig } from "./config_json.ts";
import { Encoder, type EncoderInput } from "./encoder.ts";
import { type FilledMask, fillMask } from "./fill_mask.ts";
import { maskedLanguageSpecs } from "./heads/masked_language.ts";
import { type LoadReport, loadWeights } from "./load.ts";
import { Parameters } from "./parameters.ts";
import { readLocalFile } from "./read_local_file.ts";
import { encoderSpecs } from "./specs.ts";

/** Hidden states of one text. */
export interface TextStates {
  /** Pieces of the text, `[CLS]` and `[SEP]` included. */
  readonly tokens: readonly string[];
  /** Numbers a token. */
  readonly hiddenSize: number;
  /** Input of the first block and output of each: `tokens · hiddenSize` numbers, token by token. */
  readonly layers: readonly Float32Array[];
}

/**
 * An ALBERT or BERT encoder with masked language head and tokenizer.
 *
 * @example Fill in a mask
 * ```ts ignore
 * import { openDevice } from "../device/mod.ts";
 * import { loadPretrained } from "./albert.ts";
 *
 * const device = await openDevice({ device: "auto" });
 * const albert = await loadPretrained("runs/books/checkpoints/step-1000", device);
 * const [candidates] = await albert.fillMask("The cat sat on the [MASK].");
 * console.log(candidates[0].piece, candidates[0].probability);
 * ```
 */
export class Albert {
  /** Where it lives. */
  readonly device: Device;
  /** The encoder and its parameters. */
  readonly encoder: Encoder;
  /** Text to pieces and back. */
  readonly tokenizer: Tokenizer;
  /** What the weights lacked, and what they held in vain. */
  readonly report: LoadReport;

  private constructor(encoder: Encoder, tokenizer: Tokenizer, report: LoadReport) {
    this.device = encoder.parameters.device;
    this.encoder = encoder;
    this.tokenizer = tokenizer;
    this.report = report;
  }

  /**
   * Loads a Hugging Face folder through any way of reading its files.
   *
   * @throws {ConfigError} when a file is missing, unreadable or does not fit the others.
   */
  static async load(read: ReadFile, device: Device): Promise<Albert> {
    const config = parseConfig(new TextDecoder().decode(await required(read, "config.json")));
    const weights = await readWeights(read);
    const tokenizer = await readTokenizer(read);
    if (tokenizer.vocabularySize > config.vocabSize) {
      throw new ConfigError(
        `the tokenizer has ${tokenizer.vocabularySize} pieces, config.json says vocab_size ${config.vocabSize}`,
      );
    }
    const encoder = encoderSpecs(config, { pooler: false });
    const specs = [...encoder, ...maskedLanguageSpecs(config)];
    const parameters = new Parameters(device, specs, { trainable: false });
    try {
      const report = loadWeights(parameters, weights);
      const needed = new Set(encoder.map(({ name }) => name));
      const absent = report.missing.find(({ name }) => needed.has(name));
      if (absent !== undefined) throw new ConfigError(`the weights lack tensor ${absent.name}`);
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
   * The likeliest pieces for every `[MASK]` of a text.
   *
   * @param top candidates for each
   * @throws {ConfigError} when the text has no mask or is too long, or the checkpoint has no masked language head.
   */
  async fillMask(text: string, top: number = 5): Promise<FilledMask[]> {
    const head = maskedLanguageSpecs(this.config).map(({ name }) => name);
    const absent = this.report.missing.find(({ name }) => head.includes(name));
    if (absent !== undefined) {
      throw new ConfigError(
        `The checkpoint has no masked language head: ${absent.name} is missing`,
      );
    }
    return await fillMask(this.device, this.encoder, this.tokenizer, text, top);
  }

  /**
   * Hidden states of a text after every layer.
   *
   * @throws {ConfigError} when the text is longer than the model's positions.
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

  /** Frees the parameters; the device stays. */
  free(): void {
    this.encoder.parameters.free();
  }
}

/** One text as a batch without padding. */
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
  if (bytes === null) throw new ConfigError(`the model folder has no ${name}`);
  return bytes;
}

async function readTokenizer(read: ReadFile): Promise<Tokenizer> {
  const text = async (name: string) => {
    const bytes = await read(name);
    return bytes === null ? null : new TextDecoder().decode(bytes);
  };
  const settings = await text("tokenizer_config.json");
  const options = settings === null ? {} : parseTokenizerConfig(settings);
  const model = await read("spiece.model");
  if (model !== null) return Tokenizer.fromModel(model, options);
  const json = await text("tokenizer.json");
  if (json !== null) return Tokenizer.fromJson(json, options);
  const vocabulary = await text("vocab.txt");
  if (vocabulary !== null) return Tokenizer.fromVocabulary(vocabulary, options);
  throw new ConfigError("the model folder has no spiece.model, tokenizer.json or vocab.txt");
}

/**
 * Loads a Hugging Face folder from a path or a URL.
 *
 * @param folder a path (in Deno), or the URL of a folder that serves the files
 * @throws {ConfigError} naming the folder and what is wrong with it.
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
  if (!response.ok) throw new ConfigError(`${url} answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
