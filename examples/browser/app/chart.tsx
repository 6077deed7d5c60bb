/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * A line chart that follows a run.
 *
 * @module
 */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";

/** A curve of a chart. */
export interface Curve {
  readonly label: string;
  /** A CSS variable, such as `--masked`. */
  readonly color: string;
  /** One value per x; null leaves a gap. */
  readonly values: readonly (number | null)[];
  /** Dashes for baselines. */
  readonly dash?: readonly number[];
}

/** Properties of {@linkcode Chart}. */
export interface ChartProps {
  /** Describes the chart to a screen reader, with the last values. */
  readonly label: string;
  readonly x: readonly number[];
  /** What x counts: steps by default. */
  readonly xLabel?: string;
  readonly curves: readonly Curve[];
  /** Fixed range of x, such as all steps of the run. */
  readonly range?: readonly [number, number];
  /** Lowest and highest value of y; those of the curves if absent. */
  readonly from?: number;
  readonly to?: number;
  /** Formats values of y. */
  readonly format?: (value: number) => string;
}

/** Height in pixels. */
const HEIGHT = 190;

/** Draws curves over steps. The values under the pointer are in the legend. */
export function Chart(
  { label, x, xLabel = "step", curves, range, from, to, format = short }: ChartProps,
) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const names = curves.map(({ label }) => label).join();
  useEffect(() => {
    const parent = place.current!;
    const axis = {
      stroke: () => colorOf(parent, "--faint"),
      grid: { stroke: () => colorOf(parent, "--line"), width: 1 },
      ticks: { show: false },
      font: "12px system-ui",
    };
    plot.current = new uPlot(
      {
        width: parent.clientWidth,
        height: HEIGHT,
        scales: {
          x: { time: false, ...(range && { range: [...range] as [number, number] }) },
          ...((from ?? to) !== undefined && {
            y: { range: (_, least, most) => [from ?? least ?? 0, to ?? (1.05 * (most ?? 1) || 1)] },
          }),
        },
        axes: [{ ...axis, size: 30, incrs: WHOLE }, {
          ...axis,
          size: 46,
          values: (_, values) => values.map(format),
        }],
        legend: { markers: { width: 0, fill: (_, i) => markerOf(curves[i - 1]) } },
        cursor: { points: { size: 6 }, drag: { x: false, y: false } },
        series: [
          { label: xLabel },
          ...curves.map(({ label, color, dash }) => ({
            label,
            stroke: () => colorOf(parent, color),
            width: dash ? 1.25 : 2,
            dash: dash ? [...dash] : undefined,
            points: { show: false },
            value: (_: uPlot, value: number | null) => value === null ? "–" : format(value),
          })),
        ],
      },
      dataOf(x, curves),
      parent,
    );
    const observer = new ResizeObserver(() => {
      plot.current?.setSize({ width: parent.clientWidth, height: HEIGHT });
      queueMicrotask(() => showLast(plot.current));
    });
    observer.observe(parent);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const redraw = () => plot.current?.redraw();
    scheme.addEventListener("change", redraw);
    return () => {
      observer.disconnect();
      scheme.removeEventListener("change", redraw);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [names, range?.join()]);
  useEffect(() => {
    plot.current?.setData(dataOf(x, curves));
    queueMicrotask(() => showLast(plot.current));
  }, [x, curves]);
  return <div class="chart" role="img" aria-label={label} ref={place} />;
}

/** Shows the last values in the legend if there is no pointer. uPlot draws in a microtask, which clears the legend. */
function showLast(plot: uPlot | null): void {
  const last = (plot?.data[0].length ?? 0) - 1;
  if (plot !== null && last >= 0 && (plot.cursor.left ?? -1) < 0) plot.setLegend({ idx: last });
}

/** The background of a curve's mark in the legend. A variable follows the color scheme. The first series is x, which has no mark. */
function markerOf(curve: Curve | undefined): string {
  if (curve === undefined) return "none";
  const color = `var(${curve.color})`;
  if (curve.dash === undefined) return color;
  return `repeating-linear-gradient(90deg, ${color} 0 0.25rem, transparent 0.25rem 0.4rem)`;
}

/** Distances between two ticks of x, which are numbers of steps or layers. */
const WHOLE = Array.from({ length: 7 }, (_, i) => [1, 2, 5].map((digit) => digit * 10 ** i)).flat();

/** The color of a CSS variable, which may depend on the color scheme. A canvas does not resolve variables. */
function colorOf(parent: HTMLElement, variable: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${variable})`;
  parent.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function dataOf(x: readonly number[], curves: readonly Curve[]): uPlot.AlignedData {
  return [[...x], ...curves.map(({ values }) => [...values])];
}

function short(value: number): string {
  if (value > 0 && value < 0.001) return "< 0.001";
  return Number(value.toPrecision(3)).toString();
}
