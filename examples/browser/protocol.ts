/**
 * The messages between the page and its worker. Each request has one answer; a run reports its progress as events.
 *
 * @module
 */
import type {
  Answer,
  ClassScore,
  MaskCandidate,
  TaggedSpan,
  TextAttention,
} from "@albert-lab/albert";
import type { SamplePrediction } from "@albert-lab/albert/pretraining";
import type { Settings } from "./settings.ts";

/** What the page asks for; `auto` is WebGPU on a graphics card, else the CPU. */
export type DeviceChoice = "auto" | "webgpu" | "cpu";

/** The device that computes. */
export interface DeviceInfo {
  readonly kind: "webgpu" | "cpu";
  /** Such as `CPU, 4 threads`. */
  readonly adapter: string;
  /** Why it is not another device, if there is a reason to show. */
  readonly notice: string | null;
}

/** Where the files of a Hugging Face folder come from. */
export type ModelSource =
  | {
    readonly kind: "url";
    readonly url: string;
    /** Name of the browser's cache that stores the files. */
    readonly cache?: string;
    /** Names of all files. They are requested at once, and no others. */
    readonly files?: readonly string[];
  }
  /** A model of the Hugging Face hub, or of a mirror at another address. */
  | { readonly kind: "hub"; readonly name: string; readonly hub?: string }
  /** Files by path; one zip file is unpacked. */
  | { readonly kind: "files"; readonly files: ReadonlyMap<string, Blob | Uint8Array<ArrayBuffer>> };

/** A use of a model that needs a head. */
export type TaskName = "fill" | "classify" | "answer" | "tag";

/** A loaded model. */
export interface ModelInfo {
  readonly layers: number;
  /** Groups of layers with parameters that are not shared with other groups. */
  readonly groups: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly embeddingSize: number;
  readonly vocabularySize: number;
  readonly parameters: number;
  readonly maskToken: string;
  /** What the model has a head for. */
  readonly tasks: readonly TaskName[];
  /** Class of config.json, such as `AlbertForMaskedLM`. */
  readonly architecture: string | null;
}

/** Progress of a download. */
export interface LoadProgress {
  readonly model: string;
  /** Name of the file. */
  readonly file: string;
  /** Bytes received. */
  readonly done: number;
  /** Size of the file; 0 if it is not known. */
  readonly total: number;
}

/** A hidden word among the model's guesses. */
export interface HiddenWord {
  /** 1 for the best guess. */
  readonly rank: number;
  readonly probability: number;
}

/** The guesses for one blank. */
export interface Guess {
  /** The most probable pieces, best first. */
  readonly candidates: readonly MaskCandidate[];
  /** The word that the visitor has hidden; null if there is none, or it has more than one piece. */
  readonly hidden: HiddenWord | null;
}

/** One piece of a text in which masks are filled. */
export interface FilledPiece {
  readonly piece: string;
  /** The most probable pieces of a mask, best first; absent if the piece is not a mask. */
  readonly candidates?: readonly MaskCandidate[];
}

/** Whether a run computes. */
export type RunState = "preparing" | "running" | "paused" | "finished" | "stopped" | "failed";

/** Parameters of a configuration, as in the paper's Table 1. */
export interface ParameterCount {
  readonly label: string;
  readonly parameters: number;
  /** Those of the embeddings among them, with the projection to H. */
  readonly embeddings: number;
}

/** What is known of a run before its first step. */
export interface RunFacts {
  /** Parameters of the encoder with its embeddings, as in the paper's Table 1. */
  readonly encoderParameters: number;
  /** The same model with fewer of ALBERT's reductions, for comparison; the first is the model itself. */
  readonly counts: readonly ParameterCount[];
  /** Parameters with the pretraining heads. */
  readonly totalParameters: number;
  readonly vocabularySize: number;
  readonly documents: number;
  readonly tokens: number;
  /** Number of rows of the paragraph, from the first, that the model does not train on. */
  readonly heldOutRows: number;
  /** Masked-LM loss and accuracy without context. */
  readonly unigram: { readonly loss: number; readonly accuracy: number };
  /** Accuracy of the pair objective from the lengths of the segments alone; null without such an objective. */
  readonly cueAccuracy: number | null;
}

/** Metrics of a step. */
export interface MetricPoint {
  /** Number of steps done. */
  readonly step: number;
  readonly maskedLoss: number;
  readonly maskedAccuracy: number;
  /** Loss of SOP or NSP; null without such an objective. */
  readonly pairLoss: number | null;
  readonly pairAccuracy: number | null;
  /** Tokens of the step, with padding. */
  readonly tokens: number;
  /** Seconds of all steps so far, without those of other runs that train at the same time. */
  readonly seconds: number;
}

/** The predictions for the run's paragraph after some step. */
export interface SamplePoint {
  readonly step: number;
  readonly samples: readonly SamplePrediction[];
}

/** Progress of vocabulary training. */
export interface VocabularyProgress {
  /** Pieces of the vocabulary now. */
  readonly pieces: number;
  /** From 0 to 1. */
  readonly done: number;
  /** Some pieces, once the vocabulary is trained. */
  readonly examples: readonly string[];
}

/** A run as the worker stores it. */
export interface SavedRun {
  readonly run: string;
  readonly settings: Settings;
  readonly textHash: string;
  readonly state: RunState;
  /** Why the run failed; null if it did not. */
  readonly message: string | null;
  readonly facts: RunFacts | null;
  readonly vocabulary: readonly string[];
  readonly points: readonly MetricPoint[];
  readonly samples: readonly SamplePoint[];
  /** When the run was started, in milliseconds since 1970. */
  readonly started: number;
}

/** The attention weights of one layer for a text. */
export interface AttentionMap extends TextAttention {
  /** Number of the layer, from 1. */
  readonly layer: number;
  /** Number of layers of the model. */
  readonly layers: number;
}

/** How far a layer moves the vectors of tokens: between its input and its output, the mean over tokens. */
export interface LayerTransition {
  /** L2 distance. */
  readonly distance: number;
  /** In degrees. */
  readonly angle: number;
}

/** Word embeddings in two dimensions. */
export interface EmbeddingMap {
  readonly pieces: readonly string[];
  /** Coordinates of each piece on the two principal components. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Fraction of the variance along each axis. */
  readonly explained: readonly [number, number];
  /** The nearest pieces of each by cosine similarity in all dimensions, best first. */
  readonly neighbors: readonly (readonly {
    readonly index: number;
    readonly similarity: number;
  }[])[];
}

/** Parameters that are stored together, such as those of an attention sub-layer. */
export interface ParameterSet {
  readonly kind: "embeddings" | "attention" | "feedForward" | "heads";
  readonly parameters: number;
  /** Numbers of the layers that use it, from 1; empty for embeddings and heads. */
  readonly layers: readonly number[];
}

/** Bytes of a training step of one worker. */
export interface StepMemory {
  readonly parameterBytes: number;
  /** The gradients, which workers of data-parallel training exchange in every step. */
  readonly gradientBytes: number;
  /** First and second moments of the optimizer. */
  readonly momentBytes: number;
  /** Results that are kept for the backward pass, and other temporary memory, at the peak. */
  readonly temporaryBytes: number;
}

/** The parts of a model. */
export interface Anatomy {
  readonly layers: number;
  /** In the order of the forward pass. */
  readonly sets: readonly ParameterSet[];
  readonly memory: StepMemory;
}

/** A model next to the same model with the opposite sharing. */
export interface Anatomies {
  readonly own: Anatomy;
  /** Without sharing if the model shares parameters, else with all layers shared. */
  readonly other: Anatomy;
  /** Whether layers of the model share parameters. */
  readonly shares: boolean;
  /** Examples and tokens per example of the training step. */
  readonly batch: number;
  readonly sequence: number;
}

/** Metrics of a run on text with other masks than in training. */
export interface RunEvaluation {
  /** Whether the run was not trained on the text; short texts have too few documents to hold out. */
  readonly isHeldOut: boolean;
  readonly maskedLoss: number;
  readonly maskedAccuracy: number;
  /** Number of masked tokens. */
  readonly maskedTokens: number;
  /** Accuracy of sentence order and next sentence, whichever the run was trained with; null without a second objective, or with one document only. */
  readonly sop: number | null;
  readonly nsp: number | null;
  /** Number of pairs of each. */
  readonly pairs: number;
}

/** A configuration: that of a loaded model, or of settings. */
export type ConfigSource =
  | { readonly model: string }
  | { readonly settings: Settings; readonly vocabularySize: number };

/** The functions that the worker answers, by the name of the request. */
export interface Requests {
  /** Opens the device. The first request. */
  open(choice: DeviceChoice): DeviceInfo;
  /** Loads a model under a name. */
  load(request: { model: string; source: ModelSource }): ModelInfo;
  /** Fills the masks of a text. A model is the name of a loaded one, or of a run. */
  fill(request: { model: string; text: string; top: number }): FilledPiece[];
  /** The files of a model as a Hugging Face folder. */
  files(model: string): Map<string, Uint8Array<ArrayBuffer>>;
  /** Starts a run. It reports events from now on. */
  start(request: { run: string; settings: Settings; text: string }): void;
  /** Pauses a run after its current step and saves it. */
  pause(run: string): void;
  /** Continues a paused run, or one of an earlier visit. */
  resume(run: string): void;
  /** Ends a run and saves it. */
  stop(run: string): void;
  /** Deletes a run and its files. */
  remove(run: string): void;
  /** The stored runs, newest first. */
  saved(): SavedRun[];
  /** Guesses the words behind the masks of a text. `hidden` contains the word of each mask; null if it is not known. */
  guess(
    request: { model: string; text: string; top: number; hidden: readonly (string | null)[] },
  ): Guess[];
  /** Computes the attention weights of a layer, from 1, for a text. */
  attention(request: { model: string; text: string; layer: number }): AttentionMap;
  /** Counts the parameters and plans the memory of a configuration. */
  anatomy(source: ConfigSource): Anatomies;
  /** Describes a model. */
  describe(model: string): ModelInfo;
  /** Classifies a text, or a pair of texts. */
  classify(
    request: { model: string; texts: readonly [string] | readonly [string, string] },
  ): ClassScore[];
  /** Answers a question from a text. */
  answer(request: { model: string; question: string; context: string }): Answer[];
  /** Finds the tagged spans of a text, such as names. */
  tag(request: { model: string; text: string }): TaggedSpan[];
  /** Cosine similarity of the embeddings of each pair of texts: one row per text. */
  similarity(request: { model: string; texts: readonly string[] }): number[][];
  /** The model of a run as the zip file of a Hugging Face folder. `card` is its README.md. */
  zip(request: { run: string; folder: string; card: string }): Uint8Array<ArrayBuffer>;
  /** Compares the input of each layer with its output for a text. */
  transitions(request: { model: string; text: string }): LayerTransition[];
  /** Projects the word embeddings on a plane. */
  embeddings(model: string): EmbeddingMap;
  /** SHA-256 of a text in hexadecimal. */
  hash(text: string): string;
  /** Evaluates a run. */
  evaluate(run: string): RunEvaluation;
}

/** What a run reports. */
export type RunEvent =
  & { readonly run: string }
  & (
    | { readonly type: "state"; readonly state: RunState; readonly message?: string }
    | { readonly type: "vocabulary"; readonly progress: VocabularyProgress }
    | { readonly type: "facts"; readonly facts: RunFacts }
    | { readonly type: "metrics"; readonly points: readonly MetricPoint[] }
    | { readonly type: "sample"; readonly sample: SamplePoint }
    | { readonly type: "checkpoint"; readonly step: number }
  );

/** A message to the worker. */
export interface ToWorker {
  readonly id: number;
  readonly name: keyof Requests;
  readonly argument: unknown;
}

/** A message from the worker. */
export type FromWorker =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string }
  | { readonly event: RunEvent }
  | { readonly progress: LoadProgress };
