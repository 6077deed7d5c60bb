/**
 * The line of a progress bar.
 *
 * @module
 */
import { formatBytes } from "../../src/json/mod.ts";

/** What a line shows. */
export interface ProgressState {
  /** Name of the work: `pretraining`. */
  readonly title: string;
  /** Amount of work; if it is unknown, only the amount done is shown. */
  readonly total?: number;
  /** Unit of the amounts: `step`, `line`; `byte` is shown in kB and MB. */
  readonly unit?: string;
  readonly done: number;
  /** Amount done at the time from which seconds are counted. */
  readonly from: number;
  readonly note: string;
}

/** The properties of a terminal that the line depends on. */
export interface LineStyle {
  /** Whether a line can be overwritten. */
  readonly terminal: boolean;
  /** Whether the terminal shows colors. */
  readonly colors: boolean;
  /** Width in characters. */
  readonly columns: number;
}

/** Clears the line of a bar. */
export const CLEAR_LINE = "\r\x1b[2K";

/** A part of the line. Parts of a higher rank are left out first if the line is too long. */
interface Part {
  readonly text: string;
  readonly rank: number;
  readonly style?: string;
}

const BOLD = "1", DIM = "2", GREEN = "32";

/** The line after `seconds`. On a terminal it has at most its width, and the first part of the note is never left out. */
export function progressLine(
  { title, total, unit = "step", done, from, note }: ProgressState,
  seconds: number,
  style: LineStyle,
): string {
  const rate = seconds > 0 ? (done - from) / seconds : 0;
  const parts: Part[] = [{ text: title, rank: 5 }];
  const count = (n: number) => unit === "byte" ? formatBytes(n) : String(n);
  if (total === undefined) {
    parts.push({ text: count(done) + (unit === "byte" ? "" : ` ${unit}s`), rank: 0 });
  } else {
    const share = total > 0 ? Math.min(1, done / total) : 1;
    if (style.terminal) {
      parts.push({ text: bar(share, 20), rank: 7, style: GREEN });
      parts.push({ text: bar(share, 10), rank: 4, style: GREEN });
    }
    parts.push({ text: `${count(done)}/${count(total)}`, rank: 0 });
    parts.push({ text: `${Math.floor(share * 100)}%`, rank: 6 });
  }
  if (rate > 0) parts.push({ text: rateText(rate, unit), rank: 8, style: DIM });
  if (total !== undefined && done < total) {
    if (rate > 0) parts.push({ text: `${duration((total - done) / rate)} left`, rank: 2 });
    else if (style.terminal && seconds >= 1) parts.push({ text: duration(seconds), rank: 2 });
  }
  const [first, ...others] = note === "" ? [] : note.split(", ");
  if (!style.terminal) {
    return [...fitting(parts, Infinity), ...note === "" ? [] : [{ text: note }]].map(({ text }) =>
      text
    ).join("  ");
  }
  if (first !== undefined) parts.push({ text: first, rank: 1, style: BOLD });
  parts.push(...others.map((text) => ({ text, rank: 3, style: DIM })));
  const columns = Math.max(10, style.columns - 1);
  const shown = fitting(parts, columns);
  const plain = shown.map(({ text }) => text).join("  ");
  if (!style.colors || plain.length > columns) return plain.slice(0, columns);
  return shown.map(({ text, style }) => style === undefined ? text : `\x1b[${style}m${text}\x1b[0m`)
    .join("  ");
}

/** The parts that fit into a number of columns; of the two bars only one. */
function fitting(parts: readonly Part[], columns: number): readonly Part[] {
  const isBar = ({ text }: Part) => /^[█░]+$/.test(text);
  for (let limit = 9; limit > 0; limit--) {
    const kept = parts.filter(({ rank }) => rank < limit || rank === 0);
    const [long, short] = kept.filter(isBar);
    const once = short === undefined ? kept : kept.filter((part) => part === long || !isBar(part));
    const length = once.reduce((sum, { text }) => sum + text.length + 2, -2);
    if (length <= columns) return once;
  }
  return parts.filter(({ rank }) => rank === 0);
}

function rateText(rate: number, unit: string): string {
  if (unit === "byte") return `${formatBytes(rate)}/s`;
  return rate >= 1 ? `${figure(rate)} ${unit}s/s` : `${figure(1 / rate)} s/${unit}`;
}

function bar(share: number, width: number): string {
  const full = Math.round(share * width);
  return "█".repeat(full) + "░".repeat(width - full);
}

/** Formats a positive number with at least three digits. */
export function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Formats `75` as `1:15` and `3725` as `1:02:05`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
