/** Synthetic results of experiments, for tests of reports and findings. */
import type {
  Column,
  Curve,
  Experiment,
  JobFailure,
  JobResult,
  MeasuredCell,
  MeasuredExperiment,
  Row,
} from "../../tasks/paper/mod.ts";

/** A finished job. */
export function jobResult(address: string, rest: Partial<JobResult> = {}): JobResult {
  return {
    ...{ version: 1, address, kind: "finetune", label: `job ${address}`, preset: "smoke" },
    ...{ determinants: {}, seed: 1, runFolder: `runs/${address}`, status: "done" },
    ...{ finished: "2026-01-01T00:00:00Z", metrics: {}, curves: {}, steps: 10 },
    ...{ seconds: 90, trainingSeconds: 60, toolkit: "0.1.0", numericsVersion: 1 },
    ...{ dataFingerprint: "f".repeat(64), standIns: [], remarks: [] },
    device: { kind: "cpu", adapter: "test", numerics: {} },
    ...rest,
  } as JobResult;
}

/** A failed job. */
export function jobFailure(address: string, error: string): JobFailure {
  const { version, kind, label, preset, determinants, seed, runFolder, finished } = jobResult(
    address,
  );
  const record = { version, kind, label, preset, determinants, seed, runFolder, finished };
  return { ...record, address, status: "failed", error, log: `${runFolder}/log.txt` };
}

/** The content of a cell: the values of each seed from 1, a curve per seed, or any fields of the cell. */
export type CellContents =
  | readonly (readonly number[])[]
  | readonly Curve[]
  | Partial<MeasuredCell>;

/** An experiment with the given cells, named `"row/column"`; the others are empty. */
export function measuredExperiment(
  experiment: Experiment,
  contents: Readonly<Record<string, CellContents>>,
  preset = "smoke",
): MeasuredExperiment {
  const cells = experiment.rows.flatMap((row) =>
    experiment.columns.map((column) =>
      cell(row, column, contents[`${row.id}/${column.id}`] ?? { missing: "Not run." })
    )
  );
  const results = cells.flatMap(({ seeds, curves }) =>
    [...seeds, ...curves].flatMap(({ result }) => result ?? [])
  );
  return { experiment, preset, cells, results };
}

function cell(row: Row, column: Column, contents: CellContents): MeasuredCell {
  const empty = { row, column, seeds: [], curves: [], failures: [], standIns: [] };
  if (!Array.isArray(contents)) return { ...empty, ...contents as Partial<MeasuredCell> };
  const result = (i: number) =>
    jobResult(`${row.id}-${column.id}-${i + 1}`, { seed: i + 1, ...curveOf(column, contents[i]) });
  if (column.measure.kind === "curve") {
    const curves = (contents as Curve[]).map((curve, i) => ({
      ...{ seed: i + 1, curve, result: result(i) },
    }));
    return { ...empty, curves };
  }
  const counted = ["parameters", "config", "recipe"].includes(column.measure.kind);
  const seeds = (contents as number[][]).map((values, i) => ({
    ...{ seed: counted ? 0 : i + 1, values, ...(!counted && { result: result(i) }) },
  }));
  return { ...empty, seeds };
}

function curveOf({ measure }: Column, contents: unknown): Partial<JobResult> {
  return measure.kind === "curve" ? { curves: { [measure.curve]: contents as Curve } } : {};
}

/** Parses CSV according to RFC 4180. */
export function parseCsv(text: string): string[][] {
  const lines: string[][] = [[]];
  for (
    const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)
  ) {
    lines.at(-1)!.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "\r\n") lines.push([]);
  }
  return lines.slice(0, -1);
}
