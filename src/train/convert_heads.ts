/**
 * The heads among the weights of a folder, and the Hugging Face class that has them.
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
  namesOfClasses,
  type ParameterSpec,
  sentenceOrderSpecs,
  spanSpecs,
  squadHeadSpecs,
  transformersClass,
} from "../model/mod.ts";
import type { Safetensors } from "../weights/mod.ts";

/** A head that this toolkit supports. */
export type ModelHead = "masked language" | "pair" | "classifier" | "span" | "paper's SQuAD 2.0";

/** Heads of each Hugging Face class, whose name is given without the family. If a folder names no valid class, the first one that matches is used. */
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
 * Returns the heads among some weights.
 *
 * @throws {ConfigError} if a head is incomplete or has another shape than the configuration, or config.json has another number of classes.
 */
export function headsOf(
  config: ModelConfig,
  weights: Safetensors,
): { readonly head: ModelHead; readonly specs: readonly ParameterSpec[] }[] {
  const labels = weights.tensors.get("classifier.weight")?.shape[0] ?? 1;
  checkClassifier(config, weights);
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

/**
 * Checks that a classifier has one output per name in `id2label`. In models for multiple choice, which have one output, these names have no meaning.
 *
 * @throws {ConfigError} if the numbers differ, or the names are invalid
 */
export function checkClassifier(config: ModelConfig, { tensors }: Safetensors): void {
  const outputs = tensors.get("classifier.weight")?.shape[0];
  const [said] = (config.extra?.architectures ?? []) as unknown[];
  if (outputs === undefined || `${said}`.endsWith("ForMultipleChoice")) return;
  const names = namesOfClasses(config);
  if (names === undefined || names.length === outputs) return;
  throw new ConfigError(
    `id2label in config.json has ${names.length} names, but the classifier has ${outputs} outputs; correct id2label`,
  );
}

/** Returns the parameters of the encoder, without the pooler if the weights lack it, as those for masked LM and question answering do. */
export function encoderParts(config: ModelConfig, weights: Safetensors): ParameterSpec[] {
  const whole = encoderSpecs(config);
  const { missing } = matchTensors(whole, weights);
  const pooler = architectureOf(config).names.pooler;
  return missing.filter(({ name }) => name.startsWith(pooler)).length === 2
    ? encoderSpecs(config, { pooler: false })
    : whole;
}

/** Returns the class for config.json: that of the folder if its heads match, else the one that its heads have. */
export function savedClass(config: ModelConfig, heads: readonly ModelHead[]): string {
  const said = (config.extra?.architectures as unknown[] | undefined)?.[0];
  const fits = (needed: readonly ModelHead[]) => needed.every((head) => heads.includes(head));
  const suits = CLASSES.filter(([, needed]) => fits(needed)).map(([name]) =>
    transformersClass(config, name)
  );
  return suits.find((name) => name === said) ?? suits[0];
}
