/**
 * Tokens and time of training as horizontal axes of charts over steps.
 *
 * @module
 */
import { short, type StepAxis, type StepValues } from "./draw.ts";
import type { RunRecord } from "./run_record.ts";
import { settingsRows } from "./run_settings.ts";

/** The axes of some runs; none unless every run has logged its throughput. */
export function stepAxes(records: readonly RunRecord[]): StepAxis[] {
  if (records.some(({ trainingSeconds }) => trainingSeconds === 0)) return [];
  const hours = Math.max(...records.map(({ trainingSeconds }) => trainingSeconds)) > 2 * 3600;
  const unit = hours ? 3600 : 60;
  return [
    ...(records.every(({ step, tokensAt }) => tokensAt(step) > 0)
      ? [{ id: "tokens", name: "tokens", title: "tokens", runs: records.map(tokensOf) }]
      : []),
    {
      id: "time",
      name: "time",
      title: hours ? "hours of training" : "minutes of training",
      runs: records.map(({ seconds }) =>
        seconds.buckets.map(({ last, high }) => [last, short(high / unit)] as const)
      ),
    },
  ];
}

/** Tokens at the ends of phases, between which each step has the same number. */
function tokensOf({ settings, step, tokensAt }: RunRecord): StepValues {
  const rows = settingsRows(settings);
  const ends: number[] = [];
  for (let i = 0; rows.has(`settings.phases[${i}].untilStep`); i++) {
    ends.push(Number(rows.get(`settings.phases[${i}].untilStep`)));
  }
  return [...ends.filter((end) => end < step), step].map((end) => [end, tokensAt(end)] as const);
}

/** The axes for the script of the page; times are in minutes. */
export function axesData(axes: readonly StepAxis[]): string {
  const inMinutes = ({ title, runs }: StepAxis) =>
    title.startsWith("hours")
      ? runs.map((values) => values.map(([step, hours]) => [step, 60 * hours]))
      : runs;
  return JSON.stringify(Object.fromEntries(axes.map((axis) => [axis.id, inMinutes(axis)])));
}
