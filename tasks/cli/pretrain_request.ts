/**
 * From the flags of `albert pretrain` to its model configuration and its settings.
 *
 * @module
 */
import { readVocabularyFiles } from "../../src/data/disk/mod.ts";
import type { ExampleSettings } from "../../src/data/mod.ts";
import { type ProcessGroup, rank0First } from "../../src/distributed/mod.ts";
import {
  frozenNames,
  type ModelConfig,
  type PositionedModel,
  PRESET_NAMES,
  presetBatchSize,
  presetConfig,
  presetMaskedLmProb,
  presetSequenceLength,
  repeatPositions,
  validateConfig,
} from "../../src/model/mod.ts";
import { loadTokenizer } from "../../src/text/disk/mod.ts";
import { type Tokenizer, tokenizerFromBytes, VOCABULARY_FILES } from "../../src/text/mod.ts";
import { isShippedModel, type Safetensors, SHIPPED_EXAMPLES } from "../../src/weights/mod.ts";
import { ifExists } from "../../src/files/mod.ts";
import { quote } from "../../src/json/mod.ts";
import { pretrainingTask } from "../../src/pretraining/disk.ts";
import {
  type PretrainingStepBatch,
  type PretrainRequest,
  type PretrainSettings,
  pretrainSettings,
} from "../../src/pretraining/mod.ts";
import {
  readConfig,
  readModelFolder,
  readRunSettings,
  weightsSha256,
} from "../../src/train/disk.ts";
import { usage, UsageError } from "./errors.ts";
import { checkpointFolder, unlessResumed, withPositions } from "./open_checkpoint.ts";
import { givenExampleSettings } from "./example_options.ts";
import { givenOnly, type GlobalFlags } from "./options.ts";
import { openEvalData, openSources } from "./pretrain_data.ts";
import type { PretrainFlags } from "./train_options.ts";
import type { OpenedTraining } from "./train_run.ts";

/** Keys of config.json that describe a file or a fine-tuned head, and not the pretrained model. */
const NOT_PRETRAINED = [
  ...["architectures", "torch_dtype", "dtype", "_name_or_path", "transformers_version"],
  ...["id2label", "label2id", "num_labels", "problem_type", "finetuning_task", "max_seq_length"],
  ...["doc_stride", "max_query_length"],
];

/** The model that `--init-from` names. */
interface InitialModel {
  readonly folder: string;
  readonly config: ModelConfig;
  readonly weights: Safetensors;
  /** Checksum of the weights that the run started with. */
  readonly sha256: string;
  /** Null if the folder has no vocabulary. */
  readonly tokenizer: Tokenizer | null;
  /** The examples at the end of its pretraining; absent if the folder is not a run of pretraining. */
  readonly examples?: Pick<ExampleSettings, "maxSeqLength" | "maskedLmProb">;
}

/** Opens the data and, for a warm start, the weights of `albert pretrain`. */
export async function openPretraining(
  flags: PretrainFlags & GlobalFlags,
  group: ProcessGroup,
  log: (line: string) => void,
): Promise<OpenedTraining<PretrainSettings, PretrainingStepBatch>> {
  const { data, steps, initFrom } = flags;
  if (data === undefined) {
    throw new UsageError(
      "--data is required: a folder written by albert prepare, or text with --vocab",
    );
  }
  if (steps === undefined) throw new UsageError("--steps is required for a new run");
  if (flags.maskedLmProb === 0) {
    throw new UsageError("--masked-lm-prob must be above 0, or nothing is learned (got 0)");
  }
  if (flags.repeatPositions !== undefined && initFrom === undefined) {
    throw new UsageError(
      "--repeat-positions requires --init-from, the model whose positions it copies",
    );
  }
  const initial = initFrom === undefined ? undefined : await unlessResumed(
    flags,
    ["--init-from", "initialWeights"],
    () => openInitial(initFrom, flags, log),
    async (folder, kept) => ({ ...await openInitial(folder, flags, log), ...kept }),
  );
  const inherited = initial?.tokenizer ? initial.folder : undefined;
  const sources = await rank0First(
    group,
    () => openSources({ ...flags, data }, group.rank === 0, inherited),
  );
  const { corpus, index } = sources[0].data;
  const config = await modelConfig(flags, corpus.vocabulary.size, initial?.config);
  usage(() => frozenNames(config, flags.freeze ?? []));
  const request = pretrainRequest(
    { validationFraction: index.validationFraction || undefined, ...flags },
    steps,
    config,
    initial,
  );
  const evalData = await openEvalData(flags.evalData ?? [], sources);
  const files = await readVocabularyFiles(sources[0].data);
  if (initial !== undefined) checkInitialVocabulary(initFrom!, initial, files);
  return {
    label: flags.config ?? initFrom ?? "nano",
    config,
    files,
    settings: (seed) => pretrainSettings({ ...request, seed }, config),
    task: (settings, log) =>
      pretrainingTask({
        ...{ sources, evalData, settings, files, log },
        initialWeights: initial?.weights,
      }),
  };
}

async function openInitial(
  path: string,
  flags: PretrainFlags,
  log: (line: string) => void,
): Promise<InitialModel> {
  const folder = await checkpointFolder(path, flags);
  const model = await readModelFolder(folder);
  const { config, weights } = flags.repeatPositions === undefined
    ? withPositions(model, flags.maxPositionEmbeddings, log)
    : withRepeatedPositions(model, flags, log);
  const tokenizer = await ifExists(loadTokenizer(folder));
  const extra = { ...config.extra };
  for (const key of NOT_PRETRAINED) delete (extra as Record<string, unknown>)[key];
  const sha256 = weightsSha256(weights);
  const own = flags.resume ? await examplesOfRun(flags.output) : undefined;
  const examples = own ?? await examplesOfRun(path);
  const repeated = flags.repeatPositions ?? 0;
  if (own === undefined && examples !== undefined && repeated > examples.maxSeqLength) {
    log(
      `--repeat-positions ${repeated} copies more positions than ${path} trained: it ended with sequences of ${examples.maxSeqLength} tokens`,
    );
  }
  return { folder, config: { ...config, extra }, weights, sha256, tokenizer, examples };
}

/** Returns what a run of pretraining, or the model of the package, was trained on in its last phase; undefined for other folders. */
async function examplesOfRun(path: string): Promise<InitialModel["examples"]> {
  if (isShippedModel(path)) return SHIPPED_EXAMPLES;
  const run = await readRunSettings(path).catch(() => null);
  const { phases } = (run?.settings ?? {}) as Partial<PretrainSettings>;
  const { maxSeqLength, maskedLmProb } = (Array.isArray(phases) && phases.at(-1)?.examples) || {};
  return Number.isSafeInteger(maxSeqLength) && typeof maskedLmProb === "number"
    ? { maxSeqLength, maskedLmProb }
    : undefined;
}

function withRepeatedPositions(
  model: PositionedModel,
  { repeatPositions: trained, maxPositionEmbeddings }: PretrainFlags,
  log: (line: string) => void,
): PositionedModel {
  const repeated = usage(() => repeatPositions(model, trained!, maxPositionEmbeddings));
  const positions = repeated.config.maxPositionEmbeddings;
  log(`The first ${trained} position embeddings are repeated for ${positions} positions`);
  return repeated;
}

/**
 * Checks that the ids of the data mean the same pieces in the checkpoint. One of the vocabularies may have more pieces at its end.
 *
 * @throws {UsageError} if they do not.
 */
function checkInitialVocabulary(
  path: string,
  { config, tokenizer }: InitialModel,
  files: ReadonlyMap<string, Uint8Array>,
): void {
  const name = VOCABULARY_FILES.find((name) => files.has(name));
  if (name === undefined) return;
  const data = tokenizerFromBytes(files.get(name)!, { source: name });
  if (tokenizer === null) {
    if (data.vocabularySize === config.vocabSize) return;
    throw new UsageError(
      `--init-from ${path} has no vocabulary and ${config.vocabSize} embeddings, but the vocabulary of the data has ${data.vocabularySize} pieces; ` +
        "add the vocabulary file of the model to its folder",
    );
  }
  const common = Math.min(data.vocabularySize, tokenizer.vocabularySize);
  for (let id = 0; id < common; id++) {
    const [own, other] = [data.idToPiece(id), tokenizer.idToPiece(id)];
    if (own === other) continue;
    throw new UsageError(
      `The data was prepared with another vocabulary than that of --init-from ${path}: id ${id} is ${
        quote(own)
      } in the data and ${quote(other)} in the model; prepare the data with --vocab ${path}`,
    );
  }
}

/**
 * Returns the model configuration: that of `--config`, or else of the model to initialize from. A preset gets the vocabulary size of the data; that of a file must
 * match the data. The table of a model to initialize from may be padded.
 *
 * @throws {UsageError} if it does not.
 */
async function modelConfig(
  flags: PretrainFlags,
  vocabSize: number,
  initial?: ModelConfig,
): Promise<ModelConfig> {
  const name = flags.config ?? (initial === undefined ? "nano" : flags.initFrom!);
  const config = flags.config === undefined && initial !== undefined
    ? initial.vocabSize < vocabSize ? { ...initial, vocabSize } : initial
    : await namedConfig(name, vocabSize);
  const isPadded = config.vocabSize === initial?.vocabSize && config.vocabSize > vocabSize;
  if (config.vocabSize !== vocabSize && !isPadded) {
    throw new UsageError(
      `vocab_size in ${name} must be the vocabulary size of the data (got ${config.vocabSize} and ${vocabSize})`,
    );
  }
  const { dropout, pairObjective, maxPositionEmbeddings } = flags;
  return validateConfig({
    ...config,
    ...givenOnly({ maxPositionEmbeddings }),
    ...(dropout !== undefined &&
      { hiddenDropoutProb: dropout, attentionProbsDropoutProb: dropout }),
    ...(pairObjective !== undefined && { pairObjective }),
  });
}

async function namedConfig(name: string, vocabSize: number): Promise<ModelConfig> {
  const preset = PRESET_NAMES.includes(name);
  if (!preset && !/[./\\]/.test(name)) usage(() => presetConfig(name));
  return preset ? { ...presetConfig(name), vocabSize } : await readConfig(name);
}

/** Returns the training request of the flags. */
function pretrainRequest(
  flags: PretrainFlags,
  steps: number,
  { maxPositionEmbeddings }: ModelConfig,
  initial?: Pick<InitialModel, "sha256" | "examples">,
): PretrainRequest {
  const preset = flags.config ?? (initial === undefined ? "nano" : "");
  const isContinued = flags.config === undefined && flags.repeatPositions === undefined;
  const continued = isContinued ? initial?.examples : undefined;
  const length = continued?.maxSeqLength ?? presetSequenceLength(preset);
  const maskedLmProb = continued?.maskedLmProb ?? presetMaskedLmProb(preset);
  const { optimizer, weightDecay, maxGradNorm } = flags;
  return {
    ...flags,
    microBatchSize: flags.microBatchSize === "auto" ? undefined : flags.microBatchSize,
    steps,
    batchSize: flags.batchSize ?? presetBatchSize(preset),
    initialWeights: initial?.sha256,
    maxSeqLength: flags.maxSeqLength ?? Math.min(length, maxPositionEmbeddings),
    optimizer: givenOnly({ kind: optimizer, weightDecay, maxGradientNorm: maxGradNorm }),
    examples: { ...givenOnly({ maskedLmProb }), ...givenExampleSettings(flags) },
    phases: flags.phases === undefined ? undefined : parsePhases(flags.phases),
  };
}

/** Parses sequence lengths and their shares of the steps: `128:0.9,512:0.1`. */
function parsePhases(text: string): { maxSeqLength: number; share: number }[] {
  return text.split(",").map((part) => {
    const match = /^(\d+):(\d*\.?\d+)$/.exec(part.trim());
    if (match === null) {
      throw new UsageError(
        `--phases must be a list of LENGTH:SHARE such as 128:0.9,512:0.1 (got ${part})`,
      );
    }
    return { maxSeqLength: Number(match[1]), share: Number(match[2]) };
  });
}
