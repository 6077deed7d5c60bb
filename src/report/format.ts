/**
 * Numbers as text for reports.
 *
 * @module
 */
import { formatCount, formatPercent } from "../json/mod.ts";

export { formatPercent };

/** A measured value with four significant digits. */
export function formatNumber(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return `${value}`;
  const size = Math.abs(value);
  return size >= 1e-4 && size < 1e6 ? `${Number(value.toPrecision(4))}` : value.toExponential(2);
}

/** A duration in its two largest units: `3 h 12 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days ${hours % 24} h`;
}

/** The value of a field of `events.jsonl`. */
export function formatField(field: string, value: unknown): string {
  if (typeof value !== "number") return value === null ? "not a number" : `${value}`;
  if (field.includes("accuracy")) return formatPercent(value);
  return Number.isInteger(value) ? formatCount(value) : formatNumber(value);
}
