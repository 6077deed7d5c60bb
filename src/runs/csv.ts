/**
 * The events of a run as CSV, for spreadsheets and data frames.
 *
 * @module
 */
import { tableField } from "../json/mod.ts";
import type { RunEvent } from "./lines.ts";

/** Prefix of the fields of evaluations. */
const EVALUATION = "eval_";

/** A kind of events; each has its own columns. */
export type EventKind = "train" | "eval";

/** Whether an event is a logged step or an evaluation. */
export function eventKind(event: RunEvent): EventKind {
  return Object.keys(event).some((field) => field.startsWith(EVALUATION)) ? "eval" : "train";
}

/** Columns that come first. */
const FIRST = ["run", "step", "time"];

/** The columns of some events: the name of the run if there is one, step and time, then the other fields in order of their first appearance. */
export function csvColumns(events: Iterable<RunEvent>): string[] {
  const fields = new Set<string>(["step", "time"]);
  for (const event of events) for (const field of Object.keys(event)) fields.add(field);
  return [
    ...FIRST.filter((name) => fields.has(name)),
    ...[...fields].filter((name) => !FIRST.includes(name)),
  ];
}

/**
 * One line of CSV (RFC 4180) without the line break. Fields that the event does not have are empty.
 *
 * @param columns names of the columns
 * @param values by column
 */
export function csvLine(
  columns: readonly string[],
  values: Readonly<Record<string, unknown>>,
): string {
  return columns.map((column) => tableField(`${values[column] ?? ""}`)).join(",");
}

/** The events as CSV with a header. */
export function eventsCsv(events: readonly RunEvent[]): string {
  const columns = csvColumns(events);
  const lines = [csvLine(columns, Object.fromEntries(columns.map((name) => [name, name])))];
  for (const event of events) lines.push(csvLine(columns, event));
  return `${lines.join("\n")}\n`;
}
