/**
 * Lessons: one claim of the paper each, on two models that differ in one setting and learn from scratch in minutes.
 *
 * @module
 */
import {
  ALBERT_DEFAULTS,
  countParameters,
  encoderSpecs,
  type ModelConfig,
  type PairObjective,
  pretrainingSpecs,
  type Share,
  validateConfig,
} from "../../../src/model/mod.ts";

/** One of the two models of a lesson. */
export interface LessonModel {
  /** In kebab case; name of its runs. */
  readonly id: string;
  /** For readers. */
  readonly label: string;
  readonly share: Share;
  readonly pairObjective: PairObjective;
  /** Number of layers; the recipe's if absent. */
  readonly layers?: number;
  /** Dropout of embeddings, sub-layers and attention; 0 if absent. */
  readonly dropout?: number;
}

/** A number of the model after training, in points: a field of `measureIntrinsic()`. */
export interface LessonScore {
  readonly metric: string;
  readonly label: string;
}

/** A difference between the two models, or between a model and a fixed value. */
export interface LessonStatistic {
  readonly label: string;
  readonly score: LessonScore;
  /** The model, by index. */
  readonly of: number;
  /** What is subtracted: the score of the model with this index, another score of the same model, or a constant such as chance. */
  readonly minus: number | LessonScore | { readonly chance: number };
  /** Which side of 0 the paper expects. */
  readonly expect: "above" | "below";
  /** The paper's value, with the place where it is printed; absent if the paper does not print one. */
  readonly paper?: { readonly value: number; readonly place: string };
}

/** A curve of the live page: a field of `events.jsonl` over tokens. */
export interface LessonCurve {
  readonly title: string;
  /** Field of each model. */
  readonly field: string;
  readonly baseline?: { readonly label: string; readonly field?: string; readonly value?: number };
}

/** Size and length of the runs. */
export interface LessonRecipe {
  readonly hiddenSize: number;
  readonly layers: number;
  readonly embeddingSize: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly maxSeqLength: number;
  /** Fraction of the tokens to mask in training. Held-out examples have 15%. */
  readonly masked: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
}

export interface Lesson {
  readonly id: string;
  readonly title: string;
  /** What the paper claims, in one sentence. */
  readonly claim: string;
  /** Where. */
  readonly source: string;
  /** What to watch, in a sentence or two. */
  readonly watch: string;
  readonly models: readonly [LessonModel, LessonModel];
  /** The first is primary: its interval gives the verdict. */
  readonly statistics: readonly LessonStatistic[];
  /** Without these, there is no verdict. */
  readonly preconditions: readonly LessonStatistic[];
  readonly curves: readonly LessonCurve[];
  readonly recipe: LessonRecipe;
}

const MLM: LessonScore = { metric: "mlm_accuracy", label: "masked-LM accuracy" };
const UNIGRAM: LessonScore = {
  metric: "unigram_accuracy",
  label: "accuracy of the most frequent piece",
};
const SOP: LessonScore = {
  metric: "sop_uncut_accuracy",
  label: "sentence-order accuracy on balanced pairs",
};
const NSP: LessonScore = {
  metric: "nsp_uncut_accuracy",
  label: "next-sentence accuracy on balanced pairs",
};
const CHANCE = { chance: 50 };

const MLM_CURVE: LessonCurve = {
  title: "Masked-LM accuracy, held-out",
  field: "eval_dev_accuracy_mlm",
  baseline: { label: "possible without context", field: "eval_dev_baseline_accuracy_mlm" },
};

const ORDER_CURVE: LessonCurve = {
  title: "Accuracy on balanced pairs of the own objective, held-out",
  field: "eval_dev_accuracy_pair_whole",
  baseline: { label: "chance", value: 0.5 },
};

/** A precondition: a score above a baseline. */
function learned(
  label: string,
  score: LessonScore,
  of: number,
  minus: LessonStatistic["minus"],
): LessonStatistic {
  return { label, score, of, minus, expect: "above" };
}

const RECIPE: LessonRecipe = {
  hiddenSize: 64,
  layers: 3,
  embeddingSize: 32,
  steps: 5000,
  batchSize: 16,
  maxSeqLength: 32,
  // Small models learn sooner than with 15%.
  masked: 0.4,
  learningRate: 0.002,
  warmupSteps: 300,
};

/** A lesson that compares the masked-LM accuracy of its models. The paper prints no such accuracy for the claims of {@linkcode LESSONS}, but downstream results or curves. */
function maskedLmLesson(
  lesson: Pick<Lesson, "id" | "title" | "claim" | "source" | "watch" | "models">,
): Lesson {
  const [first, second] = lesson.models.map(({ label }) => label);
  return {
    ...lesson,
    statistics: [{
      label: `masked-LM accuracy: ${first} minus ${second}`,
      score: MLM,
      of: 0,
      minus: 1,
      expect: "above",
    }],
    preconditions: [first, second].map((label, i) =>
      learned(`${label} above the most frequent piece`, MLM, i, UNIGRAM)
    ),
    curves: [MLM_CURVE],
    recipe: RECIPE,
  };
}

export const LESSONS: readonly Lesson[] = [
  maskedLmLesson({
    id: "sharing",
    title: "What sharing parameters costs",
    claim:
      "Sharing all parameters across layers saves most of them, and costs accuracy at equal depth and width.",
    source: "§4.5, Table 4",
    watch:
      "Both models do the same arithmetic in each step. The shared one has fewer parameters to store and to send between machines. Compare the accuracy at equal tokens.",
    models: [
      { id: "not-shared", label: "not shared", share: "none", pairObjective: "sop" },
      { id: "all-shared", label: "all shared", share: "all", pairObjective: "sop" },
    ],
  }),
  {
    id: "sentence-order",
    title: "What sentence-order prediction teaches",
    claim:
      "Masked-LM training alone does not teach a model the order of sentences. Sentence-order prediction (SOP) does, and it also helps with next-sentence prediction (NSP).",
    source: "§4.6, Table 5",
    watch:
      "The pairs are balanced: lengths and cuts reveal nothing, so 50% is chance, and what the model learns is the text. First it learns words, then suddenly the order. The model without SOP answers with a head that was never trained.",
    models: [
      { id: "sop", label: "masked LM and SOP", share: "all", pairObjective: "sop" },
      { id: "none", label: "masked LM alone", share: "all", pairObjective: "none" },
    ],
    statistics: [
      {
        label: "sentence-order accuracy: with SOP minus masked LM alone",
        score: SOP,
        of: 0,
        minus: 1,
        expect: "above",
        paper: { value: 33.2, place: "86.5 and 53.3 in Table 5" },
      },
      {
        label: "next-sentence accuracy: with SOP minus masked LM alone",
        score: NSP,
        of: 0,
        minus: 1,
        expect: "above",
        paper: { value: 26.5, place: "78.9 and 52.4 in Table 5" },
      },
    ],
    preconditions: [
      learned("sentence-order accuracy above chance, with SOP", SOP, 0, CHANCE),
      learned("masked LM alone above the most frequent piece", MLM, 1, UNIGRAM),
    ],
    curves: [ORDER_CURVE, MLM_CURVE],
    recipe: RECIPE,
  },
  {
    id: "next-sentence",
    title: "What next-sentence prediction teaches",
    claim:
      "A model trained with next-sentence prediction (NSP) does not solve sentence-order prediction (SOP).",
    source: "§4.6, Table 5",
    watch:
      "Each model learns its own objective, and both are tested on both. All stories follow the same day, so a pair of two stories is often out of order, and NSP may teach order here. In the paper's text, topics gave random pairs away.",
    models: [
      { id: "nsp", label: "trained with NSP", share: "all", pairObjective: "nsp" },
      { id: "sop", label: "trained with SOP", share: "all", pairObjective: "sop" },
    ],
    statistics: [
      {
        label: "sentence-order accuracy above chance, trained with NSP (claim: less than 5 points)",
        score: SOP,
        of: 0,
        minus: CHANCE,
        expect: "below",
        paper: { value: 2.0, place: "52.0 in Table 5" },
      },
      {
        label: "sentence-order accuracy: trained with SOP minus trained with NSP",
        score: SOP,
        of: 1,
        minus: 0,
        expect: "above",
        paper: { value: 34.5, place: "86.5 and 52.0 in Table 5" },
      },
      {
        label: "next-sentence accuracy above chance, trained with SOP",
        score: NSP,
        of: 1,
        minus: CHANCE,
        expect: "above",
        paper: { value: 28.9, place: "78.9 in Table 5" },
      },
    ],
    preconditions: [
      learned("next-sentence accuracy above chance, trained with NSP", NSP, 0, CHANCE),
      learned("sentence-order accuracy above chance, trained with SOP", SOP, 1, CHANCE),
    ],
    curves: [ORDER_CURVE, MLM_CURVE],
    recipe: RECIPE,
  },
  maskedLmLesson({
    id: "depth",
    title: "What more shared layers teach",
    claim: "More shared layers help: 12 layers are better than 1, with the same parameters.",
    source: "§A.1, Table 11",
    watch:
      "Both models have the same parameters. The deeper one applies its layer three times, so that a word can be found through another word, and its steps take longer. Compare the accuracy at equal tokens, then at equal time.",
    models: [
      { id: "deep", label: "3 layers", share: "all", pairObjective: "sop" },
      { id: "shallow", label: "1 layer", share: "all", pairObjective: "sop", layers: 1 },
    ],
  }),
  maskedLmLesson({
    id: "dropout",
    title: "What dropout costs",
    claim: "Removing dropout improves masked-LM accuracy.",
    source: "§4.8, Table 8, Figure 2b",
    watch:
      "Dropout sets a tenth of the numbers between layers to 0, so that a model does not learn its text by heart. A model this small cannot do that anyway.",
    models: [
      { id: "without", label: "without dropout", share: "all", pairObjective: "sop" },
      { id: "with", label: "with dropout", share: "all", pairObjective: "sop", dropout: 0.1 },
    ],
  }),
];

/**
 * Finds a lesson by name.
 *
 * @throws {RangeError} if it is unknown; the message lists the known ones.
 */
export function findLesson(name: string): Lesson {
  const lesson = LESSONS.find(({ id }) => id === name);
  if (lesson !== undefined) return lesson;
  throw new RangeError(
    `Unknown lesson ${JSON.stringify(name)}; expected one of ${
      LESSONS.map(({ id }) => id).join(", ")
    }`,
  );
}

/** Width of an attention head. */
const HEAD_WIDTH = 32;
/** Narrow models learn faster from wider initial weights than those of the paper. */
const INITIALIZER_RANGE = 0.05;

/** The configuration of a model of a lesson. */
export function lessonConfig(
  recipe: LessonRecipe,
  { share, pairObjective, layers = recipe.layers, dropout = 0 }: LessonModel,
  vocabSize: number,
): ModelConfig {
  const { hiddenSize, embeddingSize, maxSeqLength } = recipe;
  return validateConfig({
    ...ALBERT_DEFAULTS,
    vocabSize,
    embeddingSize,
    hiddenSize,
    numHiddenLayers: layers,
    numHiddenGroups: share === "all" ? 1 : layers,
    numAttentionHeads: hiddenSize / HEAD_WIDTH,
    intermediateSize: 4 * hiddenSize,
    share,
    pairObjective,
    hiddenDropoutProb: dropout,
    attentionProbsDropoutProb: dropout,
    maxPositionEmbeddings: maxSeqLength,
    initializerRange: INITIALIZER_RANGE,
  });
}

/** Number of parameters of a model of a lesson, and bytes of gradients that several machines would send in each step. */
export function lessonSizes(config: ModelConfig): { parameters: number; gradientBytes: number } {
  const trained = countParameters(pretrainingSpecs(config));
  return { parameters: countParameters(encoderSpecs(config)), gradientBytes: 4 * trained };
}
