/**
 * What a preset ran, in words: the sizes of rows and the protocol of its runs.
 *
 * @module
 */
import { formatCount } from "../../../src/json/mod.ts";
import type { Variation } from "../experiment.ts";
import { PAPER_PRESETS, PAPER_STEPS, rowConfig } from "../presets/mod.ts";
import type { MeasuredExperiment } from "../result.ts";

/**
 * Adds the preset's size to a label that names the paper's: `24 layers` → `24 layers → 5`. Other labels, and all at the paper's size, are unchanged.
 *
 * @param variation the row's model; undefined for quoted rows
 */
export function labelAtSize(
  label: string,
  variation: Variation | undefined,
  presetName: string,
): string {
  const preset = PAPER_PRESETS.find(({ name }) => name === presetName);
  if (preset === undefined || variation === undefined) return label;
  const config = rowConfig(preset, variation, preset.vocabSize);
  const sizes = [
    [/(\d+) layers?$/, variation.layers, config.numHiddenLayers],
    [/\bH=(\d+)$/, variation.hiddenSize, config.hiddenSize],
    [/\bE=(\d+)$/, variation.embeddingSize, config.embeddingSize],
  ] as const;
  for (const [pattern, printed, own] of sizes) {
    const named = Number(pattern.exec(label)?.[1]);
    if (named === printed && own !== printed) return `${label} → ${own}`;
  }
  return label;
}

/** What was run at this size, instead of the paper's protocol; empty at the paper's size. */
export function presetProtocol(
  { experiment, preset: presetName, cells }: MeasuredExperiment,
): string {
  const preset = PAPER_PRESETS.find(({ name }) => name === presetName);
  if (preset === undefined || presetName === "paper") return "";
  const { steps, longest, batchSize, maxSeqLength, maskedLmProb } = preset.pretraining;
  const measures = experiment.columns.map(({ measure }) => measure);
  const trained = measures.some(({ kind }) =>
    ["finetune", "intrinsic", "training", "curve"].includes(kind)
  );
  if (!trained) return "";
  const tuned = cells.flatMap(({ column: { measure }, seeds }) =>
    measure.kind === "finetune" && seeds.length > 0 ? [measure.benchmark] : []
  );
  const parts = [...new Set(tuned)].map((benchmark) => {
    const { maxTrainSamples, maxEvalSamples } = preset.finetuning(benchmark);
    const some = (count: number | undefined) => count === undefined ? "all" : formatCount(count);
    return `${benchmark} (${some(maxTrainSamples)}, ${some(maxEvalSamples)})`;
  });
  const words = preset.stories === undefined
    ? "on the text of the run, which stands in for BookCorpus and Wikipedia"
    : `on ${formatCount(preset.stories.plain)} generated stories (${
      formatCount(preset.stories.plain + preset.stories.extra)
    } with additional data), evaluated on ${formatCount(preset.stories.dev)} others`;
  const masked = maskedLmProb === undefined
    ? ""
    : `, ${Math.round(100 * maskedLmProb)}% of them masked,`;
  const isLonger = experiment.rows.some(({ variation }) =>
    variation?.equalTimeWith === undefined && variation?.steps !== undefined &&
    variation.steps > longest * PAPER_STEPS
  );
  const most = isLonger ? ` (at most ${formatCount(longest * steps)} for longer rows)` : "";
  return [
    `Here (${presetName}): ${
      formatCount(steps)
    } steps of ${batchSize} × ${maxSeqLength} tokens${masked} for a row of ${
      formatCount(PAPER_STEPS)
    } steps${most}, with a vocabulary of ${formatCount(preset.vocabSize)} pieces, ${words}.`,
    ...(parts.length === 0 ? [] : [
      `Fine-tuned and evaluated on at most these numbers of examples (training, development): ${
        parts.join(", ")
      }.`,
    ]),
  ].join(" ");
}
