/**
 * Predictions of the best evaluation: confusion matrix, answer lengths, and the worst errors.
 *
 * @module
 */
import type { MissedExample, NamedReview, PredictionReview, ReviewLine } from "../runs/mod.ts";
import { drawBars } from "./draw.ts";
import { formatCount, formatPercent } from "./format.ts";
import { type Html, html } from "./html.ts";
import { legendEntry } from "./page.ts";

/** Draws the section; it is empty for a run without predictions. */
export function reviewSection(line: ReviewLine | null): Html {
  if (line === null) return html``;
  return html`
    <h2>Predictions of the best evaluation, step ${formatCount(line.step)}</h2>
    ${line.sets.map(oneSet)}
  `;
}

function oneSet({ name, ...review }: NamedReview): Html {
  const { confusion, answerWords } = review;
  return html`
    ${name === "" ? html`` : html`<h3>Held-out set ${name}</h3>`}
    ${confusion === undefined ? html`` : confusionTable(confusion)}
    ${answerWords === undefined ? html`` : answerLengths(answerWords)}
    ${worstTable(review)}
  `;
}

/** Cells are shaded by their fraction of the row. */
function confusionTable({ labels, counts }: NonNullable<PredictionReview["confusion"]>): Html {
  return html`
    <div class="scroll">
      <table class="confusion">
        <thead>
          <tr><th></th>${labels.map((label) =>
            html`<th class="n">${label}</th>`
          )}<th class="n">recall</th></tr>
        </thead>
        <tbody>${counts.map((row, gold) => confusionRow(labels[gold] ?? "", row, gold))}</tbody>
      </table>
    </div>
    <p class="quiet">Rows are gold labels, columns are predictions.</p>
  `;
}

function confusionRow(label: string, row: readonly number[], gold: number): Html {
  const total = row.reduce((sum, n) => sum + n, 0);
  const cells = row.map((n, predicted) => {
    const color = predicted === gold ? "var(--curve-1)" : "var(--curve-2)";
    const percentage = Math.round(60 * n / Math.max(total, 1));
    return html`
      <td class="n"
        style="background:color-mix(in srgb,${color} ${percentage}%,transparent)">${formatCount(
          n,
        )}</td>
    `;
  });
  const recall = total === 0 ? "–" : formatPercent(row[gold] / total);
  return html`<tr><th>${label}</th>${cells}<td class="n">${recall}</td></tr>`;
}

function answerLengths(
  { gold, predicted }: NonNullable<PredictionReview["answerWords"]>,
): Html {
  const last = gold.length - 1;
  const bars = gold.map((n, words) =>
    [words === last ? `${words}+` : `${words}`, n, predicted[words]] as const
  );
  const title = "Answer length";
  const svg = drawBars({ title, axis: "words without articles (0: no answer)", bars });
  const legend = ["gold answers", "predictions"].map((label, color) =>
    legendEntry({ label, color })
  );
  return html`
    <section class="charts">
      <figure><figcaption><b>${title}</b><span>${legend}</span></figcaption>${svg}</figure>
    </section>
  `;
}

function worstTable({ missed, worst, confusion, answerWords }: PredictionReview): Html {
  if (worst.length === 0) return html`<p class="quiet">No errors.</p>`;
  const withConfidence = worst.some(({ confidence }) => confidence !== undefined);
  const title = confusion !== undefined
    ? "Errors with the highest confidence"
    : answerWords !== undefined
    ? "Answers with the lowest F1"
    : "Scores with the largest error";
  return html`
    <h3>${title} <small class="quiet">${worst.length} of ${formatCount(missed)}</small></h3>
    <div class="scroll">
      <table class="worst">
        <thead>
          <tr>
            <th>ID</th><th>text</th><th>gold</th><th>predicted</th>
            ${withConfidence ? html`<th class="n">confidence</th>` : html``}
          </tr>
        </thead>
        <tbody>${worst.map((example) => worstRow(example, withConfidence))}</tbody>
      </table>
    </div>
  `;
}

function worstRow(
  { id, texts, gold, predicted, confidence }: MissedExample,
  withConfidence: boolean,
): Html {
  const shown = confidence === undefined ? "" : formatPercent(confidence);
  return html`
    <tr>
      <td class="quiet">${id}</td>
      <td>${texts.map((text) => html`<div>${text}</div>`)}</td>
      <td>${gold}</td>
      <td>${predicted}</td>
      ${withConfidence ? html`<td class="n">${shown}</td>` : html``}
    </tr>
  `;
}
