/**
 * The profile of a run: time and memory of its profiled steps.
 *
 * @module
 */
import { formatCount } from "../json/mod.ts";
import type { RunProfile } from "../runs/disk.ts";
import { drawFlame, type FlameBar } from "./draw_maps.ts";
import { formatNumber, formatPercent } from "./format.ts";
import { type Html, html } from "./html.ts";

/** Rows per table. */
const MAX_ROWS = 20;
const MEBIBYTE = 2 ** 20;

/** Draws the section; it is empty for a run that was not profiled. */
export function profileSection(profile: RunProfile | null): Html {
  if (profile === null || profile.kernels.length === 0) return html``;
  const { firstStep, steps } = profile;
  return html`
    <details
      open><summary>Profile <small>${formatCount(
        steps,
      )} steps from step ${formatCount(
        firstStep,
      )}, each kernel run timed separately; open profile/trace.json in Perfetto</small></summary>
    <figure>
      <figcaption><b>Time per step by family, kernel and variant</b></figcaption>
      <div class="scroll">${drawFlame(flameBars(profile))}</div>
    </figure>
    ${kernelTable(profile)}
    ${holderTable(profile)}</details>
  `;
}

/** Bars for the step, its kernel families, their kernels and their variants; children are sorted by time. */
export function flameBars({ kernels, steps }: RunProfile): FlameBar[] {
  const bars: FlameBar[] = [];
  const add = (
    parts: readonly RunProfile["kernels"][number][],
    names: readonly string[],
    at: number,
  ) => {
    const milliseconds = parts.reduce((sum, part) => sum + part.milliseconds, 0) / steps;
    bars.push({ depth: names.length - 1, name: names.at(-1)!, start: at, milliseconds });
    const level = names.length - 1;
    if (level === LEVELS.length) return;
    const groups = Object.entries(Object.groupBy(parts, LEVELS[level]));
    const time = (group: typeof parts) => group.reduce((sum, part) => sum + part.milliseconds, 0);
    let start = at;
    for (const [name, group] of groups.sort(([, a], [, b]) => time(b!) - time(a!))) {
      add(group!, [...names, name], start);
      start += time(group!) / steps;
    }
  };
  add(kernels, ["step"], 0);
  return bars;
}

const LEVELS = [
  ({ kernel }: { kernel: string }) => kernel.split(".")[0],
  ({ kernel }: { kernel: string }) => kernel.split(".")[1] ?? kernel,
  ({ variant }: { variant: string }) => variant,
];

function kernelTable({ kernels, steps }: RunProfile): Html {
  const total = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return html`
    <table>
      <thead>
        <tr>
          <th>kernel</th>
          <th>variant</th>
          <th class="n">runs per step</th>
          <th class="n">ms per step</th>
          <th class="n">% of time</th>
          <th class="n">GFLOP/s</th>
          <th class="n">GB/s</th>
          <th class="n">MiB per step</th>
        </tr>
      </thead>
      <tbody>${kernels.slice(0, MAX_ROWS).map((
        { kernel, variant, calls, milliseconds, flops, bytes },
      ) =>
        html`<tr><td><code>${kernel}</code></td><td>${variant}</td>${
          [
            formatCount(Math.round(calls / steps)),
            formatNumber(milliseconds / steps),
            formatPercent(milliseconds / total),
            formatNumber(flops / milliseconds / 1e6),
            formatNumber(bytes / milliseconds / 1e6),
            formatNumber(bytes / steps / MEBIBYTE),
          ].map((cell) => html`<td class="n">${cell}</td>`)
        }</tr>`
      )}</tbody>
    </table>
  `;
}

function holderTable({ holders, memory }: RunProfile): Html {
  if (holders.length === 0) return html``;
  return html`
    <table>
      <thead>
        <tr>
          <th>allocations at the peak of ${formatNumber(memory.peakBytes / MEBIBYTE)} MiB</th>
          <th class="n">MiB</th>
        </tr>
      </thead>
      <tbody>${holders.slice(0, MAX_ROWS).map(({ label, bytes }) =>
        html`
          <tr>
            <td>${label}</td>
            <td class="n">${formatNumber(bytes / MEBIBYTE)}</td>
          </tr>
        `
      )}</tbody>
    </table>
  `;
}
