/**
 * Pretraining as a task of the training loop: the objective with prepared data.
 *
 * @module
 */
import type { ExampleDataset } from "../data/mod.ts";
import { type StepBatches, stepBatches } from "../data/workers/mod.ts";
import {
  initialize,
  type ModelConfig,
  pretrainingArchitecture,
  warmStart,
  type WarmStartReport,
} from "../model/mod.ts";
import type { SamplePrediction } from "../runs/mod.ts";
import {
  type CardEvaluation,
  type Evaluation,
  type EvaluationContext,
  groupDigits,
  modelCard,
  type Task,
} from "../train/mod.ts";
import type { Safetensors } from "../weights/mod.ts";
import { type ContextFreeBaseline, contextFreeBaseline } from "./baselines.ts";
import { evaluatePretraining, type PretrainingEvaluation } from "./evaluate.ts";
import {
  largestPretrainingBatch,
  PRETRAINING,
  type PretrainingStepBatch,
  stepBatchesOf,
} from "./objective.ts";
import {
  batchPlan,
  type DataSource,
  type LoopPhase,
  loopPhase,
  type PhaseData,
  phaseOf,
} from "./phases.ts";
import { samplePredictions, vocabularyOf } from "./sample_predictions.ts";
import type { PretrainSettings } from "./settings.ts";

/** Held-out examples whose masked tokens are predicted for people to read. */
const SAMPLES = 4;
/** Tensors that the log of a warm start names. */
const WARM_START_NAMES = 4;

/** What a pretraining run trains on. */
export interface PretrainingOptions extends PhaseData {
  /** Settings of the run. */
  readonly settings: PretrainSettings;
  /** Weights of a shallower or narrower model to start from. */
  readonly initialWeights?: Safetensors;
  /** Tokenizer files, by which samples are written as text. */
  readonly files: ReadonlyMap<string, Uint8Array | string>;
  /** Receives a line if workers cannot be used. */
  readonly log?: (line: string) => void;
}

/** Makes pretraining a task of the training loop. Training throws a {@linkcode RangeError} if the text is too short for one example. */
export function pretrainingTask(options: PretrainingOptions): Task<PretrainingStepBatch> {
  const { sources, settings, initialWeights, files, log } = options;
  let split: readonly LoopPhase[] | undefined;
  // On first use, since tables of a large corpus take time: a task may be made to plan its memory only.
  const phases = () =>
    split ??= settings.phases.map((phase) => loopPhase(options, settings, phase));
  const phaseAt = (step: number) => phases()[phaseOf(phases(), step)];
  const vocabulary = vocabularyOf(files);
  const baselines = new Map<string, ContextFreeBaseline>();
  let built: StepBatches | undefined;

  /** The baseline of a held-out set, which is the same in all phases. */
  function baselineOf(name: string, { corpus, documents }: ExampleDataset): ContextFreeBaseline {
    const known = baselines.get(name) ?? contextFreeBaseline(corpus, documents);
    baselines.set(name, known);
    return known;
  }

  async function evaluate(context: EvaluationContext): Promise<Evaluation> {
    const { device, encoder, group, step } = context;
    const { heldOut, shape } = phaseAt(step);
    const results = new Map<string, PretrainingEvaluation>();
    for (const [name, source] of heldOut) {
      const count = Math.min(settings.evalExamples, source.examplesInEpoch(0));
      if (count === 0) continue;
      const { microBatchSize } = settings;
      results.set(
        name,
        await evaluatePretraining(device, encoder, source, count, microBatchSize, shape, group),
      );
    }
    const samples = group.rank === 0 ? await samplesOf(context) : undefined;
    return {
      metrics: Object.assign(
        {},
        ...[...results].map(([name, result]) =>
          fields(name, result, baselineOf(name, heldOut.get(name)!))
        ),
      ),
      files: new Map(),
      reviews: [],
      ...(samples !== undefined && { samples }),
      summary: [...results].map(([name, result]) => summary(name, result)).join("; "),
      ...(results.size > 0 && { details: { ...[...results.values()][0] } }),
    };
  }

  async function samplesOf(
    { device, encoder, step }: EvaluationContext,
  ): Promise<SamplePrediction[] | undefined> {
    const { heldOut, shape } = phaseAt(step);
    const [source] = heldOut.values();
    const count = Math.min(SAMPLES, source?.examplesInEpoch(0) ?? 0);
    if (count === 0 || vocabulary === null) return undefined;
    const examples = Array.from({ length: count }, (_, i) => source.exampleAt(i));
    return await samplePredictions(device, encoder, examples, shape, vocabulary);
  }

  return {
    ...PRETRAINING,
    name: "pretraining",
    best: { metric: "loss", direction: "lowest" },
    logsTensorNorms: true,
    writesResults: false,
    configExtra: {},
    determinants: {
      dataFingerprint: dataFingerprint(sources),
      phases: settings.phases,
      initialWeights: settings.initialWeights ?? null,
      validationFraction: settings.validationFraction,
    },
    rankFacts: {
      vocabulary: sources[0].data.corpus.vocabulary.fingerprint,
      evalExamples: settings.evalExamples,
    },
    architecture: pretrainingArchitecture,
    card: (config, step, evaluation) => card(config, step, evaluation, sources, settings),
    initialize({ parameters, config: { initializerRange } }, seed) {
      if (initialWeights === undefined) {
        initialize(parameters, seed, initializerRange);
        return [];
      }
      const report = warmStart(
        parameters,
        initialWeights,
        seed,
        initializerRange,
      );
      return [warmStartLine(report)];
    },
    async batches(step, part) {
      built ??= stepBatches(
        batchPlan(phases(), settings, part),
        settings.dataloaderNumWorkers,
        log,
      );
      return stepBatchesOf(await built.at(step), part.start);
    },
    largestBatch(config, examples) {
      const longest = settings.phases.map((phase) => phase.examples)
        .reduce((a, b) => b.maxSeqLength > a.maxSeqLength ? b : a);
      return largestPretrainingBatch(config, examples, {
        sequenceLength: longest.maxSeqLength,
        maxPredictions: longest.maxPredictionsPerSeq,
        padId: config.padTokenId,
      });
    },
    evaluate,
    close: () => built?.close(),
  };
}

/** Counts the tensors by their source, and names those that were not copied whole. */
function warmStartLine({ copied, grown, cropped, initialized }: WarmStartReport): string {
  const part = (names: readonly string[], what: string) => {
    const shown = names.slice(0, WARM_START_NAMES).join(", ");
    const more = names.length > WARM_START_NAMES ? ", …" : "";
    return `${names.length} ${what}${names.length > 0 ? ` (${shown}${more})` : ""}`;
  };
  return [
    `Warm start: ${copied.length} tensors copied`,
    part(grown, "grown"),
    ...(cropped.length > 0 ? [part(cropped, "cropped")] : []),
    part(initialized, "newly initialized"),
  ].join(", ");
}

/** Identifies the data and, in a mixture, its weights. */
function dataFingerprint(sources: readonly DataSource[]): string {
  if (sources.length === 1) return sources[0].data.index.fingerprint;
  return sources.map(({ data, weight }) => `${weight}·${data.index.fingerprint}`).join(" + ");
}

/** The metrics of a held-out set. The log leaves out those that are NaN. */
function fields(
  name: string,
  result: PretrainingEvaluation,
  baseline: ContextFreeBaseline,
): Record<string, number> {
  const prefix = name === "" ? "" : `${name}_`;
  return {
    [`${prefix}loss`]: result.maskedLoss + result.pairLoss,
    [`${prefix}loss_mlm`]: result.maskedLoss,
    [`${prefix}accuracy_mlm`]: result.maskedAccuracy,
    [`${prefix}baseline_loss_mlm`]: baseline.loss,
    [`${prefix}baseline_accuracy_mlm`]: baseline.accuracy,
    [`${prefix}loss_pair`]: result.pairLoss,
    [`${prefix}accuracy_pair`]: result.pairAccuracy,
    ...(result.wholePairs > 0 && {
      [`${prefix}accuracy_pair_whole`]: result.wholePairAccuracy,
      [`${prefix}pairs_whole`]: result.wholePairs,
    }),
    [`${prefix}examples`]: result.examples,
  };
}

function summary(name: string, result: PretrainingEvaluation): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  return `held-out ${name === "" ? "" : `${name} `}masked-LM loss ${
    result.maskedLoss.toFixed(3)
  }, accuracy ${percent(result.maskedAccuracy)}` +
    (result.pairs > 0 ? `, pair accuracy ${percent(result.pairAccuracy)}` : "");
}

function card(
  config: ModelConfig,
  step: number,
  evaluation: CardEvaluation | null,
  sources: readonly DataSource[],
  { phases, batchSize, optimizer, schedule, seed }: PretrainSettings,
): string {
  const tokens = sources.reduce((sum, { data }) => sum + data.corpus.tokenCount, 0);
  const lengths = phases.map(({ examples }) => examples.maxSeqLength).join(", then ");
  return modelCard(config, {
    title: `${groupDigits(step)} pretraining steps`,
    text: `Pretrained with [@albert-lab/albert](https://jsr.io/@albert-lab/albert) on ${
      groupDigits(tokens)
    } tokens of text.`,
    architecture: pretrainingArchitecture(config),
    evaluation,
    rows: [
      ["embedding size, vocabulary", `${config.embeddingSize}, ${groupDigits(config.vocabSize)}`],
      ["sharing", `${config.share}, ${config.numHiddenGroups} group(s)`],
      ["pair objective", config.pairObjective],
      ["batch, sequence length", `${batchSize}, ${lengths}`],
      ["optimizer, peak learning rate", `${optimizer.kind}, ${schedule.peakLearningRate}`],
      ["seed", `${seed}`],
    ],
  });
}
