/**
 * Norms and trust ratios of every tensor over the course of a run.
 *
 * @module
 */
import type { TensorFigures, TensorLine } from "../runs/mod.ts";
import { drawHeatMap, type HeatMap } from "./draw.ts";
import { formatCount, formatNumber } from "./format.ts";
import { type Html, html } from "./html.ts";

const MAPS: readonly (readonly [keyof TensorFigures, string])[] = [
  ["gradient_norm", "Gradient norm per tensor"],
  ["parameter_norm", "Parameter norm per tensor"],
  ["trust_ratio", "LAMB trust ratio per tensor"],
];

/** Draws the section; it is empty for a run without norms. */
export function tensorsSection(lines: readonly TensorLine[]): Html {
  const last = lines.at(-1);
  if (last === undefined) return html``;
  const names = Object.keys(last.tensors);
  const maps: Html[] = [];
  for (const [field, title] of MAPS) {
    const map = heatMap(lines, names, field);
    if (map.rows.length === 0) continue;
    maps.push(html`
      <figure>
        <figcaption><b>${title}</b></figcaption>
        <div class="scroll">${drawHeatMap(map)}</div>
      </figure>
    `);
  }
  return html`<details open><summary>Tensors <small>${names.length}, at each evaluation</small></summary>
<section class="maps">${maps}</section>
${lastFigures(last)}</details>`;
}

function heatMap(
  lines: readonly TensorLine[],
  names: readonly string[],
  field: keyof TensorFigures,
): HeatMap {
  const value = (line: TensorLine, name: string) => line.tensors[name]?.[field] ?? 0;
  const rows = names.filter((name) => lines.some((line) => value(line, name) > 0));
  return {
    rows: rows.map(shortName),
    steps: lines.map(({ step }) => step),
    values: rows.map((name) => lines.map((line) => value(line, name))),
  };
}

/** Hugging Face's name without the parts that most tensors share. */
function shortName(name: string): string {
  return name
    .replace(/^[a-z]*berta?\./, "")
    .replace(/^encoder\.albert_layer_groups\.(\d+)\.albert_layers\.(\d+)\./, "$1.$2 ")
    .replace(/^encoder\.layer\.(\d+)\./, "$1 ")
    .replace(/^encoder\./, "");
}

function lastFigures({ step, tensors }: TensorLine): Html {
  return html`
    <details>
      <summary><small>Values at step ${formatCount(step)}</small></summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th>tensor</th>
              <th class="n">gradient norm</th>
              <th class="n">parameter norm</th>
              <th class="n">trust ratio</th>
            </tr>
          </thead>
          <tbody>${Object.entries(tensors).map((
            [name, { gradient_norm, parameter_norm, trust_ratio }],
          ) =>
            html`
              <tr>
                <td><code>${name}</code></td>
                <td class="n">${formatNumber(gradient_norm)}</td>
                <td class="n">${formatNumber(parameter_norm)}</td>
                <td class="n">${trust_ratio === undefined ? "" : formatNumber(trust_ratio)}</td>
              </tr>
            `
          )}</tbody>
        </table>
      </div>
    </details>
  `;
}
