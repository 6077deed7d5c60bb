/**
 * Settings as rows of a table.
 *
 * @module
 */

import { isObject, quote } from "../json/mod.ts";

/** No setting of ours lies deeper; what somebody else put there is shown as it begins. */
const DEEPEST = 16;

/** Settings by their path: `settings.schedule.totalSteps`. */
export type SettingsRows = ReadonlyMap<string, string>;

/** Every leaf of a JSON value by its path: `phases[0].untilStep`. Lists of plain values are leaves. */
export function settingsRows(value: unknown): SettingsRows {
  const rows = new Map<string, string>();
  collect(value, "", rows, 0);
  return rows;
}

function collect(value: unknown, path: string, rows: Map<string, string>, depth: number): void {
  if (depth > DEEPEST) rows.set(path, quote(value));
  else if (Array.isArray(value) && value.some((item) => typeof item === "object")) {
    value.forEach((item, i) => collect(item, `${path}[${i}]`, rows, depth + 1));
  } else if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      collect(inner, path === "" ? key : `${path}.${key}`, rows, depth + 1);
    }
  } else rows.set(path, typeof value === "string" ? value : JSON.stringify(value) ?? "");
}

/** A setting that is not the same in all runs: its path, and each run's value (empty where it has none). */
export interface Difference {
  readonly path: string;
  readonly values: readonly string[];
}

/** What stands under two names in `run.json`, or says nothing about what was computed. */
const REPEATED = ["flags.", "started", "settings.", "device.", "adapter"];

/**
 * The settings in which runs differ. What determines the weights comes first; of the rest what is not a repetition of it.
 *
 * @param runs Each run's `run.json`.
 */
export function differences(runs: readonly unknown[]): Difference[] {
  const rows = runs.map(settingsRows);
  const paths = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  const differing = paths
    .map((path) => ({ path, values: rows.map((row) => row.get(path) ?? "") }))
    .filter(({ values }) => values.some((value) => value !== values[0]));
  const determining = new Set(
    differing.filter(({ path }) => path.startsWith("determinants."))
      .map(({ path }) => path.replace("determinants.", "")),
  );
  return differing
    .filter(({ path }) => {
      const repeated = REPEATED.find((prefix) => path.startsWith(prefix));
      if (repeated === undefined) return true;
      return repeated === "settings." && !determining.has(path.slice(repeated.length));
    })
    .map(({ path, values }) => ({ path: path.replace(/^(determinants|settings)\./, ""), values }));
}
