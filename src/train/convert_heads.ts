/**
 * What a folder's weights hold beside the encoder, and which of transformers' classes that is.
 *
 * @module
 */
import {
  architectureOf,
  classifierSpecs,
  ConfigError,
  encoderSpecs,
  maskedLanguageSpecs,
  matchTensors,
  type ModelConfig,
  type ParameterSpec,
  sentenceOrderSpecs,
  spanSpecs,
  squadHeadSpecs,
  transformersClass,
} from "../model/mod.ts";
import { type Safetensors, toFloat32 } from "../weights/mod.ts";

/** A head that this toolkit knows. */
export type ModelHead = "masked language" | "pair" | "classifier" | "span" | "paper's SQuAD 2.0";

/** What each class of transformers needs, its name without the family; the first that fits is taken where a folder says nothing useful. */
const CLASSES: readonly (readonly [name: string, heads: readonly ModelHead[]])[] = [
  ["ForPreTraining", ["masked language", "pair"]],
  ["ForMaskedLM", ["masked language"]],
  ["ForSequenceClassification", ["classifier"]],
  ["ForMultipleChoice", ["classifier"]],
  ["ForTokenClassification", ["classifier"]],
  ["ForQuestionAnswering", ["span"]],
  ["ForNextSentencePrediction", ["pair"]],
  ["Model", []],
];

/**
 * The heads that weights hold.
 *
 * @throws {ConfigError} when they hold a head in part, or in another shape than the configuration asks for.
 */
export function headsOf(
  config: ModelConfig,
  weights: Safetensors,
): { readonly head: ModelHead; readonly specs: readonly ParameterSpec[] }[] {
  const labels = weights.tensors.get("classifier.weight")?.shape[0] ?? 1;
  const known: [ModelHead, ParameterSpec[]][] = [
    ["masked language", maskedLanguageSpecs(config)],
    ["pair", sentenceOrderSpecs(config)],
    ["classifier", classifierSpecs(config, labels)],
    ["span", spanSpecs(config)],
    ["paper's SQuAD 2.0", squadHeadSpecs(config)],
  ];
  return known.flatMap(([head, specs]) => {
    const { found, missing } = matchTensors(specs, weights);
    if (found.length === 0) return [];
    if (missing.length > 0) {
      throw new ConfigError(
        `the weights have ${found[0].name} but lack ${
          missing[0].name
        }, so the ${head} head is not whole`,
      );
    }
    return [{ head, specs }];
  });
}

/** The encoder's parameters, with the pooler where the weights have it: masked language models and question answering do without. */
export function encoderParts(config: ModelConfig, weights: Safetensors): ParameterSpec[] {
  const whole = encoderSpecs(config);
  const { missing } = matchTensors(whole, weights);
  const pooler = architectureOf(config).names.pooler;
  return missing.filter(({ name }) => name.startsWith(pooler)).length === 2
    ? encoderSpecs(config, { pooler: false })
    : whole;
}

/** The class to write into config.json: what the folder says where its heads allow it, else what its heads are. */
export function savedClass(config: ModelConfig, heads: readonly ModelHead[]): string {
  const said = (config.extra?.architectures as unknown[] | undefined)?.[0];
  const fits = (needed: readonly ModelHead[]) => needed.every((head) => heads.includes(head));
  const suits = CLASSES.filter(([, needed]) => fits(needed)).map(([name]) =>
    transformersClass(config, name)
  );
  return suits.find((name) => name === said) ?? suits[0];
}

/**
 * An output matrix of its own has no place here: it must be the word embeddings.
 *
 * @throws {ConfigError} when it is not.
 */
export function checkTied(config: ModelConfig, { tensors }: Safetensors): void {
  const { arch } = config;
  const name = `${architectureOf(config).names.maskedLanguageHead.decoder}.weight`;
  const output = tensors.get(name);
  const table = "embeddings.word_embeddings.weight";
  const words = tensors.get(`${arch}.${table}`) ?? tensors.get(table);
  if (output === undefined || words === undefined) return;
  const a = toFloat32(name, output);
  const b = toFloat32(table, words);
  if (a.length !== b.length || a.some((value, i) => value !== b[i])) {
    throw new ConfigError(
      `${name} differs from ${arch}.${table}: a model whose output matrix is not its embedding table (tie_word_embeddings false) is not supported`,
    );
  }
}
