/**
 * Pretraining as a task of the training loop: the objective with prepared data.
 *
 * @module
 */
import { type ExampleDataset, uncutPairs } from "../data/mod.ts";
import { type StepBatches, stepBatches } from "../data/workers/mod.ts";
import { formatCount, formatPercent } from "../json/mod.ts";
import {
  initialize,
  type ModelConfig,
  pretrainingArchitecture,
  warmStart,
  type WarmStartReport,
} from "../model/mod.ts";
import { PLATEAU_MARGIN, plateauAdvice, wilson } from "../report/mod.ts";
import type { SamplePrediction } from "../runs/mod.ts";
import {
  type CardEvaluation,
  type Evaluation,
  type EvaluationContext,
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
import { pairCueAccuracy } from "./pair_cues.ts";
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

/** Fewer pairs show little but chance. */
const MIN_PAIRS = 100;

/** The pairs of a held-out set. */
interface HeldOutPairs {
  /** Pairs whose lengths and cuts reveal nothing; null if there are none. */
  readonly uncut: ExampleDataset | null;
  /** See {@linkcode pairCueAccuracy}. */
  readonly cueAccuracy: number;
}

/** The results on a held-out set. */
interface HeldOutResult extends PretrainingEvaluation {
  readonly uncut: PretrainingEvaluation | null;
  readonly cueAccuracy: number;
}

/** What a pretraining run trains on. */
export interface PretrainingOptions extends PhaseData {
  /** Settings of the run. */
  readonly settings: PretrainSettings;
  /** Weights of a shallower or narrower model to start from. */
  readonly initialWeights?: Safetensors;
  /** Tokenizer files, by which samples are written as text. */
  readonly files: ReadonlyMap<string, Uint8Array | string>;
  /** Receives lines for people: if workers cannot be used, or nothing was learned from context. */
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
  const pairs = new Map<ExampleDataset, HeldOutPairs>();
  let built: StepBatches | undefined;
  let warned = false;

  /** The baseline of a held-out set, which is the same in all phases. */
  function baselineOf(name: string, { corpus, documents }: ExampleDataset): ContextFreeBaseline {
    const known = baselines.get(name) ?? contextFreeBaseline(corpus, documents);
    baselines.set(name, known);
    return known;
  }

  async function evaluate(context: EvaluationContext): Promise<Evaluation> {
    const { device, encoder, group, step } = context;
    const phase = phaseAt(step);
    const { heldOut, shape } = phase;
    const { evalExamples, microBatchSize } = settings;
    const results = new Map<string, HeldOutResult>();
    const evaluateOn = (source: ExampleDataset, most: number) => {
      const count = Math.min(most, source.examplesInEpoch(0));
      return evaluatePretraining(device, encoder, source, count, microBatchSize, shape, group);
    };
    for (const [name, source] of heldOut) {
      if (source.examplesInEpoch(0) === 0) continue;
      const { uncut, cueAccuracy } = pairsOf(phase, source);
      results.set(name, {
        ...await evaluateOn(source, evalExamples),
        uncut: uncut && await evaluateOn(uncut, Infinity),
        cueAccuracy,
      });
    }
    const samples = group.rank === 0 ? await samplesOf(context) : undefined;
    if (group.rank === 0) warnOfPlateau(step, results.get("")?.maskedLoss, heldOut.get(""));
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
      ...(results.size > 0 && { details: details([...results.values()][0]) }),
    };
  }

  /** Logs once, after the warm-up, that the model knows at most the frequencies of pieces. */
  function warnOfPlateau(step: number, loss = NaN, source?: ExampleDataset): void {
    // A loss that is not finite has other causes, and ends the run at its next step.
    if (warned || source === undefined || !Number.isFinite(loss)) return;
    const { loss: baseline } = baselineOf("", source);
    if (step <= settings.schedule.warmupSteps || loss <= baseline - PLATEAU_MARGIN) return;
    warned = true;
    log?.(
      `Still at the unigram plateau after the warm-up: the held-out masked-LM loss is ${
        loss.toFixed(3)
      }, and ${baseline.toFixed(3)} needs no context. ${
        plateauAdvice(settings.phases[0].examples)
      }`,
    );
  }

  /** The pairs of a held-out set in a phase, and what their lengths and cuts reveal. */
  function pairsOf({ train }: LoopPhase, source: ExampleDataset): HeldOutPairs {
    const known = pairs.get(source);
    if (known !== undefined) return known;
    const { evalExamples } = settings;
    const made = {
      uncut: uncutPairs(source, evalExamples),
      // The accuracy of fewer pairs is not shown.
      cueAccuracy: evalExamples < MIN_PAIRS || source.settings.pairObjective === "none"
        ? NaN
        : pairCueAccuracy(train, source),
    };
    pairs.set(source, made);
    return made;
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
  result: HeldOutResult,
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
    [`${prefix}baseline_accuracy_pair`]: result.cueAccuracy,
    ...(result.uncut !== null && {
      [`${prefix}accuracy_pair_whole`]: result.uncut.pairAccuracy,
      [`${prefix}pairs_whole`]: result.uncut.pairs,
    }),
    [`${prefix}examples`]: result.examples,
  };
}

/** One line for people: `held-out masked-LM loss 6.012, accuracy 9.5%, pair accuracy 61.9% (58.5% by lengths and cuts alone), …`. */
function summary(name: string, result: HeldOutResult): string {
  const parts = [
    `held-out ${name === "" ? "" : `${name} `}masked-LM loss ${result.maskedLoss.toFixed(3)}`,
    `accuracy ${formatPercent(result.maskedAccuracy)}`,
  ];
  const { pairs, pairAccuracy, cueAccuracy, uncut } = result;
  if (pairs > 0) {
    const cue = Number.isNaN(cueAccuracy)
      ? ""
      : ` (${formatPercent(cueAccuracy)} by lengths and cuts alone)`;
    parts.push(`pair accuracy ${formatPercent(pairAccuracy)}${cue}`);
  }
  if (uncut !== null && uncut.pairs >= MIN_PAIRS) {
    const { low, high } = wilson(uncut.pairAccuracy, uncut.pairs);
    parts.push(
      `on ${uncut.pairs} uncut pairs ${formatPercent(uncut.pairAccuracy)} [${formatPercent(low)}, ${
        formatPercent(high)
      }]`,
    );
  }
  return parts.join(", ");
}

/** The result under the names that `--json` prints. */
function details({ uncut, cueAccuracy, ...result }: HeldOutResult): Record<string, number> {
  return {
    ...result,
    wholePairAccuracy: uncut?.pairAccuracy ?? NaN,
    wholePairs: uncut?.pairs ?? 0,
    ...(Number.isNaN(cueAccuracy) ? {} : { pairBaseline: cueAccuracy }),
  };
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
    title: `${formatCount(step)} pretraining steps`,
    text: `Pretrained with [@albert-lab/albert](https://jsr.io/@albert-lab/albert) on ${
      formatCount(tokens)
    } tokens of text.`,
    architecture: pretrainingArchitecture(config),
    evaluation,
    rows: [
      ["embedding size, vocabulary", `${config.embeddingSize}, ${formatCount(config.vocabSize)}`],
      ["sharing", `${config.share}, ${config.numHiddenGroups} group(s)`],
      ["pair objective", config.pairObjective],
      ["batch, sequence length", `${batchSize}, ${lengths}`],
      ["optimizer, peak learning rate", `${optimizer.kind}, ${schedule.peakLearningRate}`],
      ["seed", `${seed}`],
    ],
  });
}
