/**
 * Norms and trust ratios of every tensor over the course of a run.
 *
 * @module
 */
import { formatCount } from "../json/mod.ts";
import type { TensorFigures, TensorLine } from "../runs/mod.ts";
import { drawHeatMap, type HeatMap } from "./draw_maps.ts";
import { formatNumber } from "./format.ts";
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
  return html`<details><summary>Tensors <small>gradient norms, parameter norms and trust ratios of ${names.length} tensors</small></summary>
${remarks(lines, names).map((text) => html`<p>${text}</p>`)}
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

/** Hugging Face's name without the parts that most tensors share; layer and group are named if there are several. */
function shortName(name: string): string {
  return name
    .replace(/^[a-z]*berta?\./, "")
    .replace(
      /^encoder\.albert_layer_groups\.(\d+)\.albert_layers\.(\d+)\./,
      (_, group, layer) =>
        `${group === "0" ? "" : `group ${group} `}${layer === "0" ? "" : `layer ${layer} `}`,
    )
    .replace(/^encoder\.layer\.(\d+)\./, "layer $1 ")
    .replace(/^encoder\./, "");
}

/** A gradient norm below this fraction of the median of all tensors is called vanishing. */
const VANISHING = 1e-3;
/** Tensors named in a remark. */
const NAMED = 4;

/** What stands out in the gradients, in words. */
function remarks(lines: readonly TensorLine[], names: readonly string[]): string[] {
  const until = new Map<number, string[]>();
  let biases = 0;
  for (const name of names) {
    // A key bias adds the same number to all scores of a query, which softmax ignores.
    if (/\bkey\.bias$/.test(name)) {
      biases++;
      continue;
    }
    const small = lines.map((line) =>
      (line.tensors[name]?.gradient_norm ?? 0) < VANISHING * medianNorm(line)
    );
    const last = small.indexOf(false) < 0 ? lines.length - 1 : small.indexOf(false) - 1;
    if (last < 0) continue;
    const step = lines[last].step;
    until.set(step, [...until.get(step) ?? [], shortName(name)]);
  }
  const found = [...until].toSorted(([a], [b]) => b - a).map(([step, tensors]) => {
    const more = tensors.length > NAMED ? ` and ${tensors.length - NAMED} more` : "";
    const end = step === lines.at(-1)!.step ? "to the end" : `until step ${formatCount(step)}`;
    return `Almost no gradient from the start ${end}, less than 0.1% of the median tensor's: ${
      tensors.slice(0, NAMED).join(", ")
    }${more}.`;
  });
  const attention = [...until].some(([, tensors]) =>
    tensors.some((name) => /query|key/.test(name))
  );
  return [
    ...found,
    ...(attention
      ? [
        "Until then, attention does not learn to select tokens, so the model stays at word frequencies.",
      ]
      : []),
    ...(biases > 0
      ? [
        "Gradients of key biases are rounding errors: softmax ignores a constant added to all scores of a query.",
      ]
      : []),
  ];
}

function medianNorm({ tensors }: TensorLine): number {
  const norms = Object.values(tensors).map(({ gradient_norm }) => gradient_norm ?? 0)
    .toSorted((a, b) => a - b);
  return norms[Math.floor(norms.length / 2)] ?? 0;
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
