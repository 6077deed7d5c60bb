/**
 * Scales, ticks and labels of charts as SVG. Text cannot be measured without a browser, so the widths of labels are estimates.
 *
 * @module
 */
import { escapeHtml, Html } from "./html.ts";

/** How the values of an axis are written: five significant digits, percent, integers with separators, or `k`, `M`, `G`, `T` for powers of a thousand. */
export type ValueFormat = "number" | "percent" | "integer" | "si";

/** Maps values to pixels. */
export interface Scale {
  /** Values with a label. */
  readonly ticks: readonly number[];
  /** Returns the place of a value in pixels. */
  place(value: number): number;
}

/** A range of values, or of pixels. */
export type Range = readonly [from: number, to: number];

/** Font size of labels in pixels. */
const FONT_SIZE = 12;
/** Average width of a character relative to the font size. */
const CHARACTER = 0.56;
/** Least distance between two labels in pixels. */
const LABEL_GAP = 8;

const SI_UNITS: readonly (readonly [number, string])[] = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

/** Formats a value of an axis. */
export function formatTick(value: number, format: ValueFormat): string {
  if (format === "percent") return `${Number((value * 100).toPrecision(3))}%`;
  if (format === "integer") return Math.round(value).toLocaleString("en-US");
  const [unit, letter] = SI_UNITS.find(([unit]) => Math.abs(value) >= unit) ?? [1, ""];
  if (format === "si") return `${Number((value / unit).toPrecision(5))}${letter}`;
  return `${Number(value.toPrecision(5))}`;
}

/** Estimates the width of a text in pixels. */
export function textWidth(text: string, fontSize: number = FONT_SIZE): number {
  return text.length * fontSize * CHARACTER;
}

/** The greatest width of several texts in pixels. */
export function widest(texts: readonly string[], fontSize?: number): number {
  return Math.max(...texts.map((text) => textWidth(text, fontSize)));
}

/**
 * A linear scale with ticks at multiples of 1, 2 or 5 times a power of ten.
 *
 * @param values from the least to the greatest value
 * @param pixels where these two are placed
 * @param options `count` is about the number of intervals between ticks, `nice` extends the values to ticks, `leastStep` is the smallest distance of ticks
 */
export function linearScale(
  values: Range,
  pixels: Range,
  { count, nice = false, leastStep = 0 }: { count: number; nice?: boolean; leastStep?: number },
): Scale {
  let [least, most] = values;
  if (least === most) {
    [least, most] = [least - (Math.abs(least) / 2 || 1), most + (Math.abs(most) / 2 || 1)];
  }
  const step = Math.max(tickStep((most - least) / count), leastStep);
  if (nice) [least, most] = [Math.floor(least / step) * step, Math.ceil(most / step) * step];
  // Multiples of a step have rounding errors of about 1e-16.
  const first = Math.ceil(least / step - 1e-9), last = Math.floor(most / step + 1e-9);
  const ticks = Array.from(
    { length: last - first + 1 },
    (_, i) => Number(((first + i) * step).toPrecision(12)),
  );
  const [from, to] = pixels;
  return { ticks, place: (value) => from + (to - from) * (value - least) / (most - least) };
}

/** The largest of 1, 2, 5 and 10 times a power of ten that is near a distance. */
function tickStep(distance: number): number {
  const power = 10 ** Math.floor(Math.log10(distance));
  const ratio = distance / power;
  const factor = [[Math.sqrt(50), 10], [Math.sqrt(10), 5], [Math.SQRT2, 2]]
    .find(([least]) => ratio >= least)?.[1] ?? 1;
  return factor * power;
}

/** A logarithmic scale from a power of ten to another, with a tick at each. */
export function logScale([least, most]: Range, [from, to]: Range): Scale {
  const first = Math.floor(Math.log10(least));
  const last = Math.max(Math.ceil(Math.log10(most)), first + 1);
  return {
    ticks: Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`)),
    place: (value) => from + (to - from) * (Math.log10(value) - first) / (last - first),
  };
}

/** A label of an axis. */
export interface Label {
  readonly text: string;
  /** Its middle in pixels. */
  readonly place: number;
}

/** The labels of the ticks of a scale. */
export function tickLabels(scale: Scale, format: ValueFormat): Label[] {
  return scale.ticks.map((tick) => ({ text: formatTick(tick, format), place: scale.place(tick) }));
}

/** A horizontal axis: labels below `top`, and a title below them. Leaves out labels that would overlap the one before. */
export function horizontalAxis(
  labels: readonly Label[],
  { left, right, top, title, ticks = true }: {
    left: number;
    right: number;
    top: number;
    title: string;
    ticks?: boolean;
  },
): Html[] {
  const marks = labels.map(({ place }) => `M${pixel(place)},${pixel(top)}v5`);
  const line = `M${pixel(left)},${pixel(top)}H${pixel(right)}${marks.join("")}`;
  return [
    ...(ticks ? [element("path", { stroke: "var(--grid)", d: line })] : []),
    element("g", { fill: "currentColor", "text-anchor": "middle" }, [
      ...apart(labels).map(({ text, place }) => element("text", { x: place, y: top + 18 }, text)),
      element("text", { x: (left + right) / 2, y: top + 34 }, title),
    ]),
  ];
}

/** Every label, every second, every third … until none overlaps the next. */
function apart(labels: readonly Label[]): readonly Label[] {
  for (let every = 1;; every++) {
    const kept = labels.filter((_, i) => i % every === 0);
    const fit = kept.every(({ text, place }, i) =>
      i === 0 || place - kept[i - 1].place >=
        (textWidth(text) + textWidth(kept[i - 1].text)) / 2 + LABEL_GAP
    );
    if (fit) return kept;
  }
}

/** A vertical axis: grid lines from `left` to `right`, with labels to the left. */
export function verticalAxis(
  labels: readonly Label[],
  { left, right }: { left: number; right: number },
): Html[] {
  const every = Math.ceil((FONT_SIZE + 2) * labels.length / span(labels));
  const lines = labels.map(({ place }) => `M${pixel(left)},${pixel(place)}H${pixel(right)}`);
  return [
    element("path", { stroke: "var(--grid)", d: lines.join("") }),
    element(
      "g",
      { fill: "currentColor", "text-anchor": "end" },
      labels.filter((_, i) => i % every === 0).map(({ text, place }) =>
        element("text", { x: left - 6, y: place, dy: ".34em" }, text)
      ),
    ),
  ];
}

function span(labels: readonly Label[]): number {
  const places = labels.map(({ place }) => place);
  return Math.max(...places) - Math.min(...places) || Infinity;
}

/** A length in pixels, to a hundredth. */
export function pixel(value: number): number {
  return Math.round(value * 100) / 100;
}

/** An SVG element. Numbers are lengths in pixels, and text is escaped. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: string | readonly Html[] = [],
): Html {
  const written = Object.entries(attributes).map(([key, value]) =>
    ` ${key}="${typeof value === "number" ? pixel(value) : escapeHtml(value)}"`
  );
  const inner = typeof content === "string"
    ? escapeHtml(content)
    : content.map(({ text }) => text).join("");
  return new Html(`<${name}${written.join("")}>${inner}</${name}>`);
}
