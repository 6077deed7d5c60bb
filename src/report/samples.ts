/**
 * Masked held-out text and how the model filled it in over time.
 *
 * @module
 */
import { count, percent } from "./figures.ts";
import { type Html, html } from "./html.ts";
import type { SampleLine, SampleMask, SamplePrediction } from "./run_record.ts";

/** Evaluations shown of a sample: the first, the last and some between. */
const ROWS = 6;
/** Masks shown of a sample; more would not fit beside each other. */
const MASKS = 6;

/** The section, empty when a run kept no samples. */
export function samplesSection(lines: readonly SampleLine[]): Html {
  const last = lines.at(-1);
  if (last === undefined || last.samples.length === 0) return html``;
  const shown = spread(lines, ROWS);
  return html`
    <h2>Sample predictions on held-out text</h2>
    <p
      class="quiet">Underlined pieces were hidden from the model. Each cell is its likeliest piece with its probability, and below the probability of the hidden one.</p>
    <section class="samples">${last.samples.map((sample, i) =>
      oneSample(sample, i, shown)
    )}</section>
  `;
}

function oneSample(sample: SamplePrediction, i: number, lines: readonly SampleLine[]): Html {
  const masks = sample.masks.slice(0, MASKS);
  // Samples may differ between evaluations only if the run was started anew with other settings.
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
            html`<tr><td class="n">${count(step)}</td>${
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
    percent(best.probability)
  }${right ? "" : html`<br><small class="quiet">${percent(probability)}</small>`}`;
}

/** Pieces joined to text, with the hidden ones marked and numbered. */
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

/** A piece without its word marker; the marker alone stays to be seen. */
function shownPiece(piece: string): string {
  return piece.length > 1 ? piece.replace(/^▁/, "") : piece;
}

/** At most `most` of the items, first and last among them, evenly apart. */
export function spread<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  const step = (items.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => items[Math.round(i * step)]);
}
