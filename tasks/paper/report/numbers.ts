/**
 * Numbers in the format of the paper.
 *
 * @module
 */
import { formatBytes } from "../../../src/json/mod.ts";
import type { Measure } from "../experiment.ts";

/** Parameters: `11.7M`, `334M`, `85k`. */
export function parameters(value: number): string {
  if (value >= 99.95e6) return `${Math.round(value / 1e6)}M`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)}M`;
  return value >= 1e4 ? `${Math.round(value / 1e3)}k` : `${Math.round(value)}`;
}

/** Steps: `125k`, `1.5M`, `800`. */
function steps(value: number): string {
  if (value >= 1e6 && value % 1e5 === 0) return `${value / 1e6}M`;
  return value >= 1e4 && value % 1e3 === 0 ? `${value / 1e3}k` : `${Math.round(value)}`;
}

/** Hours: `32h`, `1.4h`, `12 min`, `4.1 min`, `40 s`. */
export function hours(value: number): string {
  if (value >= 9.95) return `${Math.round(value)}h`;
  if (value >= 1) return `${value.toFixed(1)}h`;
  const seconds = value * 3600;
  if (seconds >= 597) return `${Math.round(seconds / 60)} min`;
  if (seconds >= 59.5) return `${(seconds / 60).toFixed(1)} min`;
  return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

/** A number of a column, with its unit and the paper's number of digits. */
export function columnNumber(measure: Measure, value: number): string {
  if (!Number.isFinite(value)) return "not a number";
  switch (measure.kind) {
    case "parameters":
      return parameters(value);
    case "cost":
      return formatBytes(value);
    case "speed-up":
      return `${value < 9.95 ? value.toFixed(1) : Math.round(value)}x`;
    case "training":
      return measure.of === "steps" ? steps(value) : hours(value);
    case "config":
      return `${value}`;
    case "recipe":
      return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : `${value}`;
    case "finetune":
    case "intrinsic":
    case "average":
    case "curve":
      return value.toFixed(1);
  }
}

/** The numbers of a cell, separated by slashes; “–” for a missing one, so that the others keep their places. */
export function cellNumbers(measure: Measure, values: readonly (number | null)[]): string {
  return values.map((value) => value === null ? "–" : columnNumber(measure, value)).join("/");
}

/** A number with its sign, `+` included. */
export function signed(value: number, digits = 2): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? "−" : "+"}${text}`;
}
