/**
 * ALBERT on WebGPU devices and on the CPU, in Deno and in browsers: tokenizer, encoder, pretraining and fine-tuning.
 *
 * This module exports what most programs need. Each part of the toolkit is a module with more exports: `/inference`, `/text`, `/vocabulary`, `/data`, `/weights`, `/model`,
 * `/device`, `/kernels`, `/tensor`, `/optim`, `/train`, `/pretraining`, `/benchmarks`, `/distributed`, `/onnx`, `/runs`, `/report`. Modules such as
 * `/train/disk` read and write files, `/weights/hub` downloads models, and `/distributed/mpi` joins process groups.
 *
 * @example Fill in a mask
 * ```ts ignore
 * import { loadPretrained, openDevice } from "@albert-lab/albert";
 *
 * const device = await openDevice({ device: "auto" });
 * const albert = await loadPretrained("albert-mini-books", device);
 * console.log(await albert.fillMask("The cat sat on the [MASK]."));
 * ```
 *
 * @module
 */

// Devices.
export {
  describeDevice,
  type Device,
  type DeviceBuffer,
  type DeviceDescription,
  DeviceError,
  type DeviceName,
  type HostArray,
  openDevice,
  type OpenDeviceOptions,
  type Run,
  type View,
  whole,
} from "./src/device/mod.ts";

// Pretrained models and tokenizers.
export {
  Albert,
  type Answer,
  type AnswerOptions,
  type ClassifyOptions,
  type ClassScore,
  type EmbedOptions,
  loadPretrained,
  type Pooling,
  type QuestionAndContext,
  type TaggedSpan,
  type TextAttention,
  type TextScore,
  type TextStates,
} from "./src/inference/mod.ts";
export { type FilledMask, type MaskCandidate } from "./src/model/mod.ts";
export {
  type EncodeOptions,
  type PairEncoding,
  type PairOptions,
  Tokenizer,
} from "./src/text/mod.ts";

// Model configurations, parameters, encoder and heads; weights.
export {
  classifierLogits,
  ConfigError,
  configToJson,
  countParameters,
  Encoder,
  type EncoderInput,
  type EncoderOutput,
  encoderSpecs,
  initialize,
  loadWeights,
  maskedLanguageLogits,
  type ModelConfig,
  modelFiles,
  Parameters,
  parseConfig,
  PRESET_NAMES,
  presetBatchSize,
  presetConfig,
  presetMaskedLmProb,
  presetSequenceLength,
  PretrainingModel,
  pretrainingSpecs,
  readTensors,
  sentenceOrderLogits,
  spanLogits,
} from "./src/model/mod.ts";
export {
  encodeSafetensors,
  parseSafetensors,
  type ReadFile,
  readWeights,
  RemoteFileError,
  remoteFiles,
  type RemoteOptions,
  type RemoteProgress,
  type Safetensors,
  SHIPPED_MODEL,
  shippedFiles,
  ShippedModelError,
} from "./src/weights/mod.ts";

// Vocabularies and training data.
export { readSentencePieceModel, writeSentencePieceModel } from "./src/text/mod.ts";
export { VocabularyTrainer, type VocabularyTrainingOptions } from "./src/text/training/mod.ts";
export {
  batchAt,
  type BatchShape,
  collate,
  type Corpus,
  corpusFromText,
  type Example,
  ExampleDataset,
  type ExampleSettings,
  exampleSettings,
  type ExampleSource,
  heldOutSettings,
  MixtureDataset,
  NoExamplesError,
  type PretrainingBatch,
  readDocuments,
  splitDocuments,
  splitTextStream,
} from "./src/data/mod.ts";

// Training.
export {
  type Evaluation,
  NonFiniteError,
  type Objective,
  planStep,
  type StepLog,
  type Task,
  type TaskBatch,
  Trainer,
  type TrainerSettings,
  trainSteps,
  type TrainStepsOptions,
} from "./src/train/mod.ts";
export {
  learningRateAt,
  Optimizer,
  OPTIMIZER_DEFAULTS,
  type OptimizerKind,
  type OptimizerSettings,
  type Schedule,
} from "./src/optim/mod.ts";

// Pretraining.
export {
  evaluatePretraining,
  planPretrainingStep,
  PRETRAINING,
  pretrainingBatches,
  type PretrainingEvaluation,
  type PretrainingStepBatch,
  type PretrainRequest,
  type PretrainSettings,
  pretrainSettings,
  type StepPlan,
} from "./src/pretraining/mod.ts";

// Fine-tuning.
export {
  evaluateTask,
  type FinetuneExample,
  finetuneOptimizer,
  type FinetuneRequest,
  type FinetuneSettings,
  finetuneSettings,
  type FinetuneTask,
  finetuningTask,
  predictAll,
  startFrom,
  type TaskHead,
} from "./src/train/mod.ts";

// Benchmark tasks and official metrics.
export {
  evaluateSquadV1,
  evaluateSquadV2,
  GLUE_TASK_NAMES,
  glueMetrics,
  glueScore,
  glueTask,
  glueTaskDefinition,
  type GlueTaskName,
  raceAccuracy,
  raceTask,
  readGlueFile,
  readRaceFile,
  readSquad,
  squadTask,
} from "./src/benchmarks/mod.ts";

// Building blocks of custom operations and kernels.
export { DropoutRandom, type Scope, Tape, type Tensor } from "./src/tensor/mod.ts";
export { grid, type Kernel, KERNELS } from "./kernels/mod.ts";
