/**
 * Predictions of the best evaluation: confusion matrix, answer lengths, and the worst errors.
 *
 * @module
 */
import { formatCount } from "../json/mod.ts";
import type { MissedExample, NamedReview, PredictionReview } from "../runs/mod.ts";
import { collapsedClass } from "./baselines.ts";
import { drawBars } from "./draw.ts";
import { formatPercent } from "./format.ts";
import { type Html, html } from "./html.ts";
import { legendEntry } from "./page.ts";
import type { RunRecord } from "./run_record.ts";

/** Errors shown of a collapsed classifier, which have almost the same confidence. */
const COLLAPSED_ERRORS = 5;

/** Draws the section; it is empty for a run without predictions. */
export function reviewSection({ review }: RunRecord): Html {
  if (review === null) return html``;
  return html`
    <h2>Predictions of the best evaluation, step ${formatCount(review.step)}</h2>
    ${review.sets.map(oneSet)}
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
            html`<th class="n">predicted ${label}</th>`
          )}<th class="n">recall</th></tr>
        </thead>
        <tbody>${counts.map((row, gold) =>
          confusionRow(`truly ${labels[gold] ?? ""}`, row, gold)
        )}</tbody>
      </table>
    </div>
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
  const collapsed = confusion !== undefined && collapsedClass(confusion) !== null;
  const shown = collapsed ? worst.slice(0, COLLAPSED_ERRORS) : worst;
  const title = confusion !== undefined
    ? "Errors with the highest confidence"
    : answerWords !== undefined
    ? "Answers with the lowest F1"
    : "Scores with the largest error";
  const note = collapsed
    ? html`
      <p
        class="quiet">The model gives almost the same answer to every example, so its errors differ little.</p>
    `
    : answerWords !== undefined
    ? html`
      <p
        class="quiet">In the text, the <mark class="gold">gold answer</mark> and the <mark class="predicted">prediction</mark> are highlighted.</p>
    `
    : html``;
  return html`
    <h3>${title} <small class="quiet">${shown.length} of ${formatCount(missed)}</small></h3>
    ${note}
    <ol class="worst">${shown.map((example) => worstRow(example, answerWords !== undefined))}</ol>
  `;
}

function worstRow({ id, texts, gold, predicted, confidence }: MissedExample, spans: boolean): Html {
  const [first, ...rest] = texts;
  const shown = spans
    ? [html`${first}`, ...rest.map((text) => highlighted(text, gold, predicted))]
    : texts;
  return html`
    <li>
      <div>${shown.map((text) => html`<div>${text}</div>`)}<small class="quiet">${id}</small></div>
      <dl>
        <div>
          <dt>gold</dt>
          <dd class="right">${gold}</dd>
        </div>
        <div>
          <dt>predicted</dt>
          <dd class="wrong">${predicted}${confidence === undefined ? "" : html`
            <small class="quiet">confidence ${formatPercent(confidence)}</small>
          `}</dd>
        </div>
      </dl>
    </li>
  `;
}

/** Characters of a paragraph before the gold answer, if the paragraph was cut; see the review of SQuAD. */
const LEAD = 100;

/** A paragraph with the gold and the predicted answer marked where they are. */
function highlighted(text: string, gold: string, predicted: string): Html {
  const goldAt = gold.split(" / ").map((answer) => place(text, answer))
    .find((span) => span !== null) ?? null;
  const predictedAt = place(text, predicted);
  const inside = (span: Span | null, i: number) => span !== null && i >= span.start && i < span.end;
  const edges = [goldAt, predictedAt].flatMap((span) =>
    span === null ? [] : [span.start, span.end]
  );
  const cuts = [...new Set([0, ...edges, text.length])].sort((a, b) => a - b);
  return html`${
    cuts.slice(0, -1).map((start, i) => {
      const part = text.slice(start, cuts[i + 1]);
      const classes = [
        ...(inside(goldAt, start) ? ["gold"] : []),
        ...(inside(predictedAt, start) ? ["predicted"] : []),
      ];
      return classes.length === 0 ? part : html`<mark class="${classes.join(" ")}">${part}</mark>`;
    })
  }`;
}

/** Characters from `start` to `end`. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** The occurrence of an answer that is nearest to where the gold answer is expected; null if there is none. */
function place(text: string, answer: string): Span | null {
  const expected = text.startsWith("…") ? LEAD : 0;
  let best: Span | null = null;
  const isLetter = (character = "") => /[\p{L}\p{N}]/u.test(character);
  for (let at = text.indexOf(answer); answer !== "" && at >= 0; at = text.indexOf(answer, at + 1)) {
    if (isLetter(text[at - 1]) || isLetter(text[at + answer.length])) continue; // A part of a word.
    if (best === null || Math.abs(at - expected) < Math.abs(best.start - expected)) {
      best = { start: at, end: at + answer.length };
    }
  }
  return best;
}
