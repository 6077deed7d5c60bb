/**
 * Masked-LM predictions on held-out text over the course of a run.
 *
 * @module
 */
import { areWordPieces, spaceAndText } from "../data/mod.ts";
import { formatCount } from "../json/mod.ts";
import type { SampleLine, SampleMask, SamplePrediction } from "../runs/mod.ts";
import { element, type Html, html } from "./html.ts";
import { formatPercent } from "./format.ts";

/** Guesses shown per mask. */
const GUESSES = 3;
/** Width of the strips in pixels, and height of a row. */
const STRIP = { width: 132, height: 15 } as const;

/** Draws the section; it is empty for a run without samples. */
export function samplesSection(lines: readonly SampleLine[]): Html {
  const last = lines.at(-1);
  if (last === undefined || last.samples.length === 0) return html``;
  const pieces = last.samples.flatMap(({ pieces, masks }) => [
    ...pieces.filter((piece) => piece !== null),
    ...masks.flatMap(({ truth, guesses }) => [truth, ...guesses.map(({ piece }) => piece)]),
  ]);
  const wordPiece = areWordPieces(pieces);
  const shown = last.samples.map((sample, i) => oneSample(sample, i, lines, wordPiece));
  return html`
    <h2>Sample predictions on held-out text <small class="quiet">at step ${formatCount(
      last.step,
    )}</small></h2>
    <p
      class="quiet">Highlighted pieces were hidden from the model: the more certain the model is of the hidden piece, the stronger the color. The strips show that probability from the first evaluation to the last.</p>
    ${scale()}
    <section class="samples">${shown}</section>
  `;
}

/** The color scale. */
function scale(): Html {
  const shares = [0, 0.05, 0.2, 0.5, 1];
  return html`<p class="scale quiet">probability of the hidden piece ${
    shares.map((share) =>
      html`<span class="p" style="${shade(share)}">${formatShare(share)}</span>`
    )
  }</p>`;
}

/** Opacity grows with the root of the probability, so that small ones can be distinguished. */
function opacity(probability: number): number {
  return Math.round(85 * Math.sqrt(Math.min(Math.max(probability, 0), 1)));
}

function shade(probability: number): string {
  return `background:color-mix(in srgb,var(--hit) ${opacity(probability)}%,var(--miss))`;
}

function formatShare(share: number): string {
  return `${Math.round(100 * share)}%`;
}

function oneSample(
  sample: SamplePrediction,
  i: number,
  lines: readonly SampleLine[],
  wordPiece: boolean,
): Html {
  // Samples differ between evaluations only if the run was restarted with other settings or by another version.
  const same = lines.filter(({ samples }) => samples[i]?.masks.length === sample.masks.length);
  const right = sample.masks.filter(({ truth, guesses }) => guesses[0]?.piece === truth).length;
  return html`
    <div class="sample">
      <p>${sampleText(sample, wordPiece)}</p>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th></th>
              <th>hidden</th>
              <th>predicted <small>${right} of ${sample.masks.length} right</small></th>
              <th>probability of the hidden piece</th>
            </tr>
          </thead>
          <tbody>${sample.masks.map((mask, m) =>
            html`
              <tr>
                <td class="n quiet">${m + 1}</td>
                <td>${shownPiece(mask.truth, wordPiece)}</td>
                <td>${guessList(mask, wordPiece)}</td>
                <td class="strip">${strip(
                  same.map(({ samples }) => samples[i].masks[m].probability),
                )} ${formatPercent(mask.probability)}</td>
              </tr>
            `
          )}</tbody>
        </table>
      </div>
    </div>
  `;
}

function guessList({ truth, guesses }: SampleMask, wordPiece: boolean): Html {
  return html`${
    guesses.slice(0, GUESSES).map(({ piece, probability }, i) =>
      html`${i > 0 ? ", " : ""}<span class="${piece === truth ? "right" : i > 0 ? "quiet" : ""}">${
        shownPiece(piece, wordPiece)
      } ${formatShare(probability)}</span>`
    )
  }`;
}

/** A probability over the evaluations as a strip of colors. */
function strip(probabilities: readonly number[]): Html {
  const width = STRIP.width / Math.max(probabilities.length, 1);
  const cells = probabilities.map((probability, i) =>
    element("rect", {
      ...{ x: i * width, y: 0, width: width + 0.3, height: STRIP.height },
      style: `fill:color-mix(in srgb,var(--hit) ${opacity(probability)}%,var(--miss))`,
    })
  );
  const from = probabilities[0] ?? 0, to = probabilities.at(-1) ?? 0;
  return element("svg", {
    ...{ width: STRIP.width, height: STRIP.height, role: "img" },
    "aria-label": `from ${formatPercent(from)} to ${formatPercent(to)}`,
    "preserveAspectRatio": "none",
  }, cells);
}

/** The pieces as text; hidden ones are numbered and colored by the probability that they got. */
function sampleText({ pieces, masks }: SamplePrediction, wordPiece: boolean): Html {
  let m = 0;
  return html`${
    pieces.map((piece) => {
      // Earlier versions left masks without a prediction in the text.
      if (piece === "[MASK]") {
        return html`
          <span class="quiet">[MASK]</span>
        `;
      }
      if (piece !== null) return spaceAndText(piece, wordPiece).join("").replaceAll("▁", " ");
      const { truth, probability } = masks[m++];
      const [space] = spaceAndText(truth, wordPiece);
      return html`${space}<mark style="${shade(probability)}">${
        shownPiece(truth, wordPiece)
      }</mark><sub>${m}</sub>`;
    })
  }`;
}

/** A piece without its word-boundary marker; the marker alone is kept. */
function shownPiece(piece: string, wordPiece: boolean): string {
  return spaceAndText(piece, wordPiece)[1] || piece;
}
