/**
 * Masked-LM predictions on held-out text over the course of a run.
 *
 * @module
 */
import type { SampleLine, SampleMask, SamplePrediction } from "../runs/mod.ts";
import { formatCount, formatPercent } from "./format.ts";
import { type Html, html } from "./html.ts";

/** Evaluations shown per sample, including the first and the last. */
const ROWS = 6;
/** Masks shown per sample; more columns would not fit. */
const MASKS = 6;

/** Draws the section; it is empty for a run without samples. */
export function samplesSection(lines: readonly SampleLine[]): Html {
  const last = lines.at(-1);
  if (last === undefined || last.samples.length === 0) return html``;
  const shown = spread(lines, ROWS);
  return html`
    <h2>Sample predictions on held-out text</h2>
    <p
      class="quiet">Underlined pieces are masked in the model’s input. Each cell shows the most probable piece with its probability and, if it is wrong, the probability of the original piece below.</p>
    <section class="samples">${last.samples.map((sample, i) =>
      oneSample(sample, i, shown)
    )}</section>
  `;
}

function oneSample(sample: SamplePrediction, i: number, lines: readonly SampleLine[]): Html {
  const masks = sample.masks.slice(0, MASKS);
  // Samples differ between evaluations only if the run was restarted with other settings.
  const rows = lines.filter(({ samples }) => samples[i]?.masks.length === sample.masks.length);
  return html`
    <div class="sample">
      <p>${sampleText(sample)}</p>
      <div class="scroll">
        <table>
          <thead>
            <tr><th class="n">step</th>${masks.map(({ truth }, m) =>
              html`<th>${m + 1} ${shownPiece(truth)}</th>`
            )}</tr>
          </thead>
          <tbody>${rows.map(({ step, samples }) =>
            html`<tr><td class="n">${formatCount(step)}</td>${
              samples[i].masks.slice(0, MASKS).map((mask) => html`<td>${cell(mask)}</td>`)
            }</tr>`
          )}</tbody>
        </table>
      </div>
    </div>
  `;
}

function cell({ truth, guesses, probability }: SampleMask): Html {
  const [best] = guesses;
  if (best === undefined) return html``;
  const right = best.piece === truth;
  return html`<span class="${right ? "right" : ""}">${shownPiece(best.piece)}</span> ${
    formatPercent(best.probability)
  }${right ? "" : html`<br><small class="quiet">${formatPercent(probability)}</small>`}`;
}

/** The pieces as text; masked ones are underlined and numbered. */
function sampleText({ pieces, masks }: SamplePrediction): Html {
  let m = 0;
  return html`${
    pieces.map((piece) => {
      if (piece !== null) return piece.replaceAll("▁", " ");
      const { truth } = masks[m++];
      const space = truth.startsWith("▁") ? " " : "";
      return html`${space}<mark>${shownPiece(truth)}</mark><sub>${m}</sub>`;
    })
  }`;
}

/** A piece without its word-boundary marker; the marker alone is kept. */
function shownPiece(piece: string): string {
  return piece.length > 1 ? piece.replace(/^▁/, "") : piece;
}

/** At most `limit` items, evenly spaced; the first and the last are included. */
function spread<T>(items: readonly T[], limit: number): T[] {
  if (items.length <= limit) return [...items];
  const step = (items.length - 1) / (limit - 1);
  return Array.from({ length: limit }, (_, i) => items[Math.round(i * step)]);
}
