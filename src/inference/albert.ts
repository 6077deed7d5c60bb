/**
 * A pretrained or fine-tuned model with its tokenizer, for inference.
 *
 * @module
 */
import {
  answerQuestions,
  squadHeadOf,
  tagsOfModel,
  textClassifierHead,
} from "../benchmarks/mod.ts";
import type { Device } from "../device/mod.ts";
import { checkCount, checkOptions, quote } from "../json/mod.ts";
import {
  checkVocabularySize,
  classifierSpecs,
  ConfigError,
  Encoder,
  type FilledMask,
  fillMask,
  type LoadReport,
  loadWeights,
  maskedLanguageSpecs,
  type ModelConfig,
  Parameters,
  type ParameterSpec,
  parseConfig,
  poolerSpecs,
  singleText,
} from "../model/mod.ts";
import type { Tensor } from "../tensor/mod.ts";
import { readTokenizer, type Tokenizer, VOCABULARY_FILES } from "../text/mod.ts";
import { encoderParts, trainedLength } from "../train/mod.ts";
import { type ReadFile, readWeights } from "../weights/mod.ts";
import { attentionWeights } from "./attention_weights.ts";
import {
  type EmbeddingDefaults,
  type EmbedOptions,
  embedSettings,
  embedTexts,
  readEmbeddingDefaults,
} from "./embed.ts";
import type {
  Answer,
  AnswerOptions,
  ClassifyOptions,
  ClassScore,
  QuestionAndContext,
  TaggedSpan,
  TextAttention,
  TextStates,
} from "./results.ts";
import { checkTexts, classifyTexts, tagTexts, taskHeads } from "./task_heads.ts";
import { fillMasks, scoreText, type TextScore } from "./masked_texts.ts";

/**
 * An ALBERT or BERT encoder with the heads of its checkpoint and its tokenizer.
 *
 * @example Fill in a mask
 * ```ts ignore
 * import { loadPretrained, openDevice } from "@albert-lab/albert";
 *
 * await using device = await openDevice({ device: "auto" });
 * using albert = await loadPretrained("runs/books/checkpoints/step-1000", device);
 * const [candidates] = await albert.fillMask("The cat sat on the [MASK].");
 * console.log(candidates[0].piece, candidates[0].probability);
 * ```
 */
export class Albert implements Disposable {
  /** The device that stores the parameters. */
  readonly device: Device;
  /** The encoder and its parameters. */
  readonly encoder: Encoder;
  /** The tokenizer of the model. */
  readonly tokenizer: Tokenizer;
  /** Missing and unexpected tensors. */
  readonly report: LoadReport;
  readonly #embedding: EmbeddingDefaults;
  #freed = false;

  private constructor(
    encoder: Encoder,
    tokenizer: Tokenizer,
    report: LoadReport,
    embedding: EmbeddingDefaults,
  ) {
    this.device = encoder.parameters.device;
    this.encoder = encoder;
    this.tokenizer = tokenizer;
    this.report = report;
    this.#embedding = embedding;
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
    const embedding = await readEmbeddingDefaults(read, config);
    const encoder = encoderParts(config, weights);
    const specs = [...encoder, ...maskedLanguageSpecs(config), ...taskHeads(config, weights)];
    const parameters = new Parameters(device, specs, { trainable: false });
    try {
      const report = loadWeights(parameters, weights);
      const needed = new Set(encoder.map(({ name }) => name));
      const absent = report.missing.find(({ name }) => needed.has(name));
      if (absent !== undefined) {
        throw new ConfigError(`tensor ${absent.name} is missing in the weights`);
      }
      return new Albert(new Encoder(config, parameters), tokenizer, report, embedding);
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
   * @param top number of candidates per mask; 5 if absent
   * @returns the candidates for each mask, in the order of the text
   * @throws {ConfigError} if the text has no mask or is too long, or the checkpoint has no masked-LM head
   * @throws {RangeError} if `top` is not a positive integer, or logits are NaN or infinite
   */
  fillMask(text: string, top?: number): Promise<FilledMask[]>;
  /** Predicts the masks of many texts in batches. Returns the masks of each text, in order. */
  fillMask(texts: readonly string[], top?: number): Promise<FilledMask[][]>;
  async fillMask(
    texts: string | readonly string[],
    top: number = 5,
  ): Promise<FilledMask[] | FilledMask[][]> {
    this.#requireHead("masked-LM", maskedLanguageSpecs(this.config));
    const { device, encoder, tokenizer } = this;
    if (typeof texts === "string") return await fillMask(device, encoder, tokenizer, texts, top);
    checkCount("top", top);
    const { mask } = tokenizer.specialIds;
    const sequences = checkTexts(texts).map((text) => {
      const { ids } = tokenizer.encodePair(text, undefined, { specialTokens: true });
      this.#checkLength(ids, text);
      if (ids.includes(mask)) return ids;
      throw new ConfigError(
        `The text must contain ${tokenizer.specialTokens.mask}, got ${quote(text)}`,
      );
    });
    return await fillMasks(encoder, tokenizer, sequences, top, BATCH_SIZE);
  }

  /**
   * Scores a text with the masked-LM head: each of its N tokens is masked in turn, in N sequences, `batchSize` (default 32) at once.
   *
   * @throws {ConfigError} if the text has no tokens, or the checkpoint has no masked-LM head
   * @throws {RangeError} if `batchSize` is not a positive integer, or logits are NaN or infinite
   */
  async perplexity(
    text: string,
    options: { readonly batchSize?: number } = {},
  ): Promise<TextScore> {
    checkOptions("perplexity()", options, ["batchSize"]);
    this.#requireHead("masked-LM", maskedLanguageSpecs(this.config));
    const { batchSize = BATCH_SIZE } = options;
    checkCount("batchSize", batchSize);
    const [checked] = checkTexts([text]);
    const ids = this.tokenizer.encodeIds(checked);
    if (ids.length === 0) throw new ConfigError(`The text has no tokens: ${quote(text)}`);
    return await scoreText(this.encoder, this.tokenizer, ids, batchSize);
  }

  /**
   * Computes the sentence embedding of a text.
   *
   * @returns `hiddenSize` numbers
   * @throws {TypeError} for an unknown option
   * @throws {RangeError} for an option with an invalid value
   * @throws {ConfigError} if the folder's own pooling is not supported
   *
   * @example Similarity of two sentences
   * ```ts ignore
   * const [a, b] = await albert.embed(["A cat sleeps.", "The cat is asleep."]);
   * const similarity = a.reduce((sum, value, i) => sum + value * b[i], 0); // cosine: vectors have length 1
   * ```
   */
  embed(text: string, options?: EmbedOptions): Promise<Float32Array>;
  /** Computes the embeddings of many texts in batches. Returns one vector per text, in order. */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array[]>;
  async embed(
    texts: string | readonly string[],
    options: EmbedOptions = {},
  ): Promise<Float32Array | Float32Array[]> {
    const settings = embedSettings(options, this.#embedding, this.config);
    const all = typeof texts === "string" ? [texts] : checkTexts(texts);
    const vectors = await embedTexts(this.encoder, this.tokenizer, all, settings);
    return typeof texts === "string" ? vectors[0] : vectors;
  }

  /**
   * Classifies a text, or a pair of texts, with the classifier of a fine-tuned checkpoint.
   *
   * @returns the classes by decreasing score; for a regression, its outputs in order
   * @throws {ConfigError} if the checkpoint has no classifier of texts
   * @throws {TypeError} for an unknown option
   * @throws {RangeError} for an option with an invalid value
   */
  classify(text: string, options?: ClassifyOptions): Promise<ClassScore[]>;
  /** Classifies many texts or pairs in batches. Returns the classes of each, in order. */
  classify(
    texts: readonly (string | readonly [string, string])[],
    options?: ClassifyOptions,
  ): Promise<ClassScore[][]>;
  async classify(
    texts: string | readonly (string | readonly [string, string])[],
    options: ClassifyOptions = {},
  ): Promise<ClassScore[] | ClassScore[][]> {
    checkOptions("classify()", options, ["top", "batchSize", "maxLength"]);
    const { config, encoder, tokenizer } = this;
    const { batchSize = BATCH_SIZE, maxLength = trainedLength(config), top = Infinity } = options;
    checkCount("batchSize", batchSize);
    checkCount("maxLength", maxLength);
    if (top !== Infinity) checkCount("top", top);
    const head = textClassifierHead(config);
    this.#requireHead("classification", head.headSpecs(config));
    const { weight, bias } = poolerSpecs(config);
    this.#requireHead("classification", [weight, bias]);
    this.#requireClass(/For(TokenClassification|MultipleChoice)$/, "classify texts");
    const list = typeof texts === "string" ? [texts] : texts;
    const pairs = list.map((one) => checkTexts(typeof one === "string" ? [one] : one));
    const settings = { batchSize, maxLength, top };
    const results = await classifyTexts(encoder, tokenizer, pairs, settings);
    return typeof texts === "string" ? results[0] : results;
  }

  /**
   * Finds the tagged spans of a text, such as names, with the head of a token classification checkpoint. `batchSize` texts (default 32) are on the device at once.
   *
   * @returns the spans in the order of the text
   * @throws {ConfigError} if the checkpoint does not tag words
   */
  tag(text: string, options?: { readonly batchSize?: number }): Promise<TaggedSpan[]>;
  /** Finds the spans of many texts in batches. Returns those of each, in order. */
  tag(
    texts: readonly string[],
    options?: { readonly batchSize?: number },
  ): Promise<TaggedSpan[][]>;
  async tag(
    texts: string | readonly string[],
    options: { readonly batchSize?: number } = {},
  ): Promise<TaggedSpan[] | TaggedSpan[][]> {
    checkOptions("tag()", options, ["batchSize"]);
    const { batchSize = BATCH_SIZE } = options;
    checkCount("batchSize", batchSize);
    const { config, encoder, tokenizer } = this;
    this.#requireHead("token classification", classifierSpecs(config, tagsOfModel(config).length));
    this.#requireClass(/For(SequenceClassification|MultipleChoice)$/, "tag words");
    const all = typeof texts === "string" ? [texts] : checkTexts(texts);
    const spans = await tagTexts(encoder, tokenizer, all, batchSize);
    return typeof texts === "string" ? spans[0] : spans;
  }

  /**
   * Answers a question from a text of any length, with the span head of a fine-tuned checkpoint.
   *
   * @returns answers by decreasing probability; the text of an answer is empty if the model finds none
   * @throws {ConfigError} if the checkpoint has no span head
   * @throws {RangeError} if the question leaves no room for the text, or an option is invalid
   */
  answer(question: string, context: string, options?: AnswerOptions): Promise<Answer[]>;
  /** Answers many questions in batches. Returns the answers to each, in order. */
  answer(
    questions: readonly QuestionAndContext[],
    options?: AnswerOptions,
  ): Promise<Answer[][]>;
  async answer(
    question: string | readonly QuestionAndContext[],
    contextOrOptions: string | AnswerOptions = {},
    last: AnswerOptions = {},
  ): Promise<Answer[] | Answer[][]> {
    const single = typeof question === "string";
    const options = single ? last : contextOrOptions as AnswerOptions;
    checkOptions("answer()", options, ["top", "batchSize"]);
    const { top = 3, batchSize } = options;
    checkCount("top", top);
    if (batchSize !== undefined) checkCount("batchSize", batchSize);
    const { config, encoder, tokenizer } = this;
    const names = new Map(encoder.parameters.list.map(({ spec }) => [spec.name, null]));
    const head = squadHeadOf(config, { tensors: names });
    this.#requireHead("question-answering", head.headSpecs(config));
    const asked = single ? [{ question, context: contextOrOptions as string }] : question;
    for (const { question, context } of asked) checkTexts([question, context]);
    const decoded = await answerQuestions(encoder, head, tokenizer, asked, { batchSize });
    const answers = decoded.map(({ nBest }) =>
      nBest.slice(0, top).map(({ text, start, probability }) => ({
        ...{ text, start, end: start + text.length, probability },
      }))
    );
    return single ? answers[0] : answers;
  }

  /**
   * Computes the hidden states of a text after every block.
   *
   * @throws {ConfigError} if the text is longer than `maxPositionEmbeddings`
   * @throws {TypeError} if the text is not a string
   */
  async hiddenStates(text: string): Promise<TextStates> {
    const [checked] = checkTexts([text]);
    const { ids } = this.tokenizer.encodePair(checked);
    const { hiddenStates } = this.encoder.forward({ device: this.device }, singleText(ids));
    const read = ({ view }: Tensor) => this.device.read(view) as Promise<Float32Array>;
    return {
      tokens: ids.map((id) => this.tokenizer.idToPiece(id)),
      hiddenSize: this.config.hiddenSize,
      layers: await Promise.all(hiddenStates.map(read)),
    };
  }

  /**
   * Computes the attention weights of one layer for a text, as `output_attentions` in transformers.
   *
   * @param layer number of the layer, from 1
   * @throws {ConfigError} if the text is longer than `maxPositionEmbeddings`
   * @throws {RangeError} if there is no such layer
   */
  async attention(text: string, layer: number): Promise<TextAttention> {
    const [checked] = checkTexts([text]);
    const { ids } = this.tokenizer.encodePair(checked);
    return {
      tokens: ids.map((id) => this.tokenizer.idToPiece(id)),
      heads: this.config.numAttentionHeads,
      weights: await attentionWeights(this.encoder, singleText(ids), layer),
    };
  }

  /** Frees the parameters. The device stays open. Further calls have no effect. */
  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    this.encoder.parameters.free();
  }

  /** Frees the parameters at the end of the scope of `using`. */
  [Symbol.dispose](): void {
    this.free();
  }

  #checkLength({ length }: readonly number[], text: string): void {
    const most = this.config.maxPositionEmbeddings;
    if (length <= most) return;
    throw new ConfigError(
      `The text has ${length} tokens, but max_position_embeddings is ${most}: ${quote(text)}`,
    );
  }

  /** @throws {ConfigError} if config.json names a class with another use of the same head */
  #requireClass(other: RegExp, what: string): void {
    const [architecture] = (this.config.extra?.architectures ?? []) as unknown[];
    if (!other.test(`${architecture}`)) return;
    throw new ConfigError(`The checkpoint is an ${architecture}, which does not ${what}`);
  }

  /** @throws {ConfigError} if a tensor of the head is not in the checkpoint */
  #requireHead(name: string, specs: readonly ParameterSpec[]): void {
    const loaded = new Map(this.encoder.parameters.list.map(({ spec }) => [spec.name, spec.shape]));
    const missing = new Set(this.report.missing.map(({ name }) => name));
    const absent = specs.find(({ name }) => !loaded.has(name) || missing.has(name));
    if (absent !== undefined) {
      throw new ConfigError(`The checkpoint has no ${name} head: ${absent.name} is missing`);
    }
    const other = specs.find(({ name, shape }) => loaded.get(name)!.join() !== shape.join());
    if (other === undefined) return;
    throw new ConfigError(
      `The checkpoint's ${name} head does not match config.json: ${other.name} has shape [${
        loaded.get(other.name)
      }], expected [${other.shape}]`,
    );
  }
}

/** Texts on the device at once. */
const BATCH_SIZE = 32;

async function required(read: ReadFile, name: string): Promise<Uint8Array> {
  const bytes = await read(name);
  if (bytes === null) throw new ConfigError(`the model folder does not contain ${name}`);
  return bytes;
}
