/**
 * Axes, labels and the frame of all drawings. Text cannot be measured without a browser, so the widths of labels are estimates.
 *
 * @module
 */
import { element, type Html, pixel } from "./html.ts";

/** Size of a line or bar chart in pixels, before the page scales it. */
export const CHART_SIZE = { width: 400, height: 230 } as const;
/** Upper edge of the plotting area of a line or bar chart. */
export const TOP = 10;
/** Lower edge of the plotting area of a line or bar chart. */
export const BOTTOM = CHART_SIZE.height - 42;
/** Space at the right of the plotting area. */
export const RIGHT_MARGIN = 16;

/** A label of an axis, and its middle in pixels. */
export interface Label {
  readonly text: string;
  readonly place: number;
}

/** Font size of labels in pixels. */
const FONT_SIZE = 12;
const MIN_LABEL_SPACE = 46;
/** Average width of a character relative to the font size. */
const CHARACTER = 0.56;

/** Estimated width of a text in pixels. */
export function textWidth(text: string, fontSize: number = FONT_SIZE): number {
  return text.length * fontSize * CHARACTER;
}

/** Estimated width of the longest of some texts in pixels. */
export function widest(texts: readonly string[], fontSize?: number): number {
  return Math.max(...texts.map((text) => textWidth(text, fontSize)));
}

/** Space for labels at the left of a chart in pixels. Short labels get the same space, so that the axes of neighboring charts are aligned. */
export function labelSpace(labels: readonly Label[]): number {
  return Math.max(MIN_LABEL_SPACE, 12 + widest(labels.map(({ text }) => text)));
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
        (textWidth(text) + textWidth(kept[i - 1].text)) / 2 + 8
    );
    if (fit) return kept;
  }
}

/** A vertical axis: grid lines over the width of a chart, with labels at the left. */
export function verticalAxis(labels: readonly Label[], left: number, right: number): Html[] {
  const every = Math.ceil((FONT_SIZE + 2) * labels.length / (BOTTOM - TOP));
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

/** A drawing. The page sets its size unless it has its natural size; the view box keeps the aspect ratio. */
export function svg(
  { width, height }: { width: number; height: number },
  content: readonly Html[],
  natural = false,
  attributes: Readonly<Record<string, string>> = {},
): Html {
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  return element("svg", {
    xmlns: "http://www.w3.org/2000/svg",
    ...(natural && { width: w, height: h }),
    viewBox: `0 0 ${w} ${h}`,
    fill: "none",
    "font-family": "system-ui, sans-serif",
    "font-size": 12,
    ...attributes,
  }, content);
}
