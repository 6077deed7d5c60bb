/**
 * Predictions of the best evaluation: which classes were confused, how long answers are, what went most wrong.
 *
 * @module
 */
import type { MissedExample, NamedReview, PredictionReview } from "../runs/mod.ts";
import { drawBars } from "./draw.ts";
import { count, percent } from "./figures.ts";
import { type Html, html } from "./html.ts";
import { key } from "./page.ts";
import type { ReviewLine } from "./run_record.ts";

/** The section, empty for a run without predictions. */
export async function reviewSection(line: ReviewLine | null): Promise<Html> {
  if (line === null) return html``;
  const sets: Html[] = [];
  for (const set of line.sets) sets.push(await oneSet(set));
  return html`
    <h2>Predictions of the best evaluation, step ${count(line.step)}</h2>
    ${sets}
  `;
}

async function oneSet({ name, ...review }: NamedReview): Promise<Html> {
  const { confusion, answerWords } = review;
  return html`
    ${name === "" ? html`` : html`<h3>Held-out set ${name}</h3>`}
    ${confusion === undefined ? html`` : confusionTable(confusion)}
    ${answerWords === undefined ? html`` : await answerLengths(answerWords)}
    ${worstTable(review)}
  `;
}

/** Shaded by the share of the row. */
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
    <p class="quiet">Rows are the right classes, columns what the model said.</p>
  `;
}

function confusionRow(label: string, row: readonly number[], gold: number): Html {
  const total = row.reduce((sum, n) => sum + n, 0);
  const cells = row.map((n, predicted) => {
    const color = predicted === gold ? "var(--curve-1)" : "var(--curve-2)";
    const share = Math.round(60 * n / Math.max(total, 1));
    return html`
      <td class="n"
        style="background:color-mix(in srgb,${color} ${share}%,transparent)">${count(n)}</td>
    `;
  });
  const recall = total === 0 ? "–" : percent(row[gold] / total);
  return html`<tr><th>${label}</th>${cells}<td class="n">${recall}</td></tr>`;
}

async function answerLengths(
  { gold, predicted }: NonNullable<PredictionReview["answerWords"]>,
): Promise<Html> {
  const last = gold.length - 1;
  const bars = gold.map((n, words) =>
    [words === last ? `${words}+` : `${words}`, n, predicted[words]] as const
  );
  const title = "Words of an answer";
  const svg = await drawBars({ title, axis: "words, articles left out; 0 is no answer", bars });
  const legend = ["right answers", "the model's"].map((label, color) => key({ label, color }));
  return html`
    <section class="charts">
      <figure><figcaption><b>${title}</b><span>${legend}</span></figcaption>${svg}</figure>
    </section>
  `;
}

function worstTable({ missed, worst, confusion, answerWords }: PredictionReview): Html {
  if (worst.length === 0) return html`<p class="quiet">Every answer is right.</p>`;
  const sure = worst.some(({ confidence }) => confidence !== undefined);
  const title = confusion !== undefined
    ? "Wrong answers that the model was surest of"
    : answerWords !== undefined
    ? "Answers that are farthest off"
    : "Scores that are farthest off";
  return html`
    <h3>${title} <small class="quiet">${worst.length} of ${count(missed)}</small></h3>
    <div class="scroll">
      <table class="worst">
        <thead>
          <tr>
            <th>id</th><th>text</th><th>right</th><th>model</th>
            ${sure ? html`<th class="n">sure by</th>` : html``}
          </tr>
        </thead>
        <tbody>${worst.map((example) => worstRow(example, sure))}</tbody>
      </table>
    </div>
  `;
}

function worstRow({ id, texts, gold, predicted, confidence }: MissedExample, sure: boolean): Html {
  const shown = confidence === undefined ? "" : percent(confidence);
  return html`
    <tr>
      <td class="quiet">${id}</td>
      <td>${texts.map((text) => html`<div>${text}</div>`)}</td>
      <td>${gold}</td>
      <td>${predicted}</td>
      ${sure ? html`<td class="n">${shown}</td>` : html``}
    </tr>
  `;
}
