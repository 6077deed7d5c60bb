/**
 * The results of a check as a Markdown table.
 *
 * @module
 */
import { formatBytes } from "../../../src/json/mod.ts";
import type { StepResult } from "./run_step.ts";

const HEADS = [
  "step",
  "rows",
  "parameters",
  "tokens",
  "memory, 1 example",
  "memory, preset",
  "loss before, after",
  "s per step",
  "device",
];

/**
 * The page of a preset.
 *
 * @param left number of steps that have not been checked
 */
export function checkTable(
  preset: string,
  results: readonly StepResult[],
  left: number,
): string {
  const completed = results.filter(({ missing }) => missing === undefined);
  const rows = new Set(results.flatMap((each) => each.rows));
  const adapters = [...new Set(results.map(({ adapter }) => adapter))];
  const lines = results.map((result) => `| ${cells(result, adapters).join(" | ")} |`);
  return [
    `# Two optimizer steps of every row, preset ${preset}`,
    "",
    `${completed.length} of ${results.length + left} distinct steps completed${
      left > 0 ? `, and ${left} have not been checked yet` : ""
    }. The table lists ${rows.size} rows. Each is two optimizer steps with one full-length synthetic example as the whole batch, at the learning rate of the preset without warm-up. The losses are those of the same example before and after the first update; dropout differs. Memory with one example is the planned one and, if it ran, the peak of the device's buffers; memory with the preset's micro-batch is planned. The time is that of the second step. Fine-tuning uses ALBERT-base of the preset.`,
    "",
    `Devices: ${
      adapters.map((adapter, i) => `${letter(i)} = ${adapter}`).join("; ")
    }. "recomputed": activations were recomputed in the backward pass (\`--recompute layers\`), because the step does not fit otherwise.`,
    "",
    `| ${HEADS.join(" | ")} |`,
    `| ${HEADS.map((_, i) => i === 0 || i === 1 || i === 8 ? "---" : "---:").join(" | ")} |`,
    ...lines,
    "",
  ].join("\n");
}

function cells(result: StepResult, adapters: readonly string[]): string[] {
  const { label, rows, parameters, sequenceLength, plannedBytes, presetBytes } = result;
  const { presetExamples, missing, peakBytes, seconds, losses, adapter, recomputed } = result;
  const device = letter(adapters.indexOf(adapter));
  const end = missing !== undefined ? ["", "", `${device}: ${missing}`] : [
    losses!.map((loss) => loss.toFixed(3)).join(", "),
    seconds!.at(-1)!.toFixed(1),
    recomputed ? `${device}, recomputed` : device,
  ];
  return [
    label,
    rowsText(rows),
    `${(parameters / 1e6).toPrecision(3)}M`,
    `${sequenceLength}`,
    `${formatBytes(plannedBytes)}${peakBytes === undefined ? "" : `; ${formatBytes(peakBytes)}`}`,
    `${formatBytes(presetBytes)} (${presetExamples})`,
    ...end,
  ];
}

/** Rows by experiment: `table-4: 64-all-shared, 64-not-shared`. */
function rowsText(rows: readonly string[]): string {
  const byExperiment = Map.groupBy(rows, (row) => row.split("/")[0]);
  return [...byExperiment].map(([id, own]) =>
    `${id}: ${own.map((row) => row.slice(id.length + 1)).join(", ")}`
  ).join("; ");
}

function letter(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}
