/**
 * The page of a lesson: the paper's claim next to the outcome, and the curves of both models. It follows the runs while they train.
 *
 * @module
 */
import {
  axesData,
  type Chart,
  chartControls,
  figures,
  type Html,
  html,
  type LiveReport,
  page,
  type RunRecord,
  stepAxes,
} from "../../../src/report/mod.ts";
import type { Lesson, LessonCurve } from "./lesson.ts";
import { type LessonOutcome, lessonOutcome, type LessonState } from "./lesson_state.ts";
import {
  type EvidenceText,
  evidenceTexts,
  outcomeText,
  recipeText,
  sizeRows,
} from "./lesson_words.ts";

/** The file of the page in the folder of a lesson. */
export const LESSON_PAGE = "index.html";

/** A lesson as a live report. */
export class LiveLesson implements LiveReport {
  readonly name: string;
  readonly reportPath: string;
  #state: LessonState | null = null;
  #version = 0;

  constructor({ title }: Lesson, output: string) {
    this.name = title;
    this.reportPath = `${output}/${LESSON_PAGE}`;
  }

  get version(): number {
    return this.#version;
  }

  update(state: LessonState): void {
    this.#state = state;
    this.#version++;
  }

  body(): string {
    return this.#state === null
      ? html`
        <main>
          <p class="quiet">Preparing the text.</p>
        </main>
      `.text
      : lessonBody(this.#state).text;
  }

  report(): string {
    return this.#state === null ? page(this.name, html`<main></main>`) : lessonPage(this.#state);
  }
}

/** The whole page. */
export function lessonPage(state: LessonState): string {
  return page(`${state.lesson.title} – lesson`, lessonBody(state));
}

function lessonBody(state: LessonState): Html {
  const { lesson, text } = state;
  const outcome = lessonOutcome(state);
  const records = state.runs.flatMap(({ record }) => record === null ? [] : [record]);
  const axes = stepAxes(records);
  const charts = lesson.curves.flatMap((curve) => chartOf(state, curve));
  return html`<main data-axes="${axesData(axes)}">
<header>
<h1>${lesson.title}</h1>
<p class="what">${lesson.watch}</p>
</header>
${outcomeBox(outcome)}
<section>
<h2>The paper and this lesson</h2>
<blockquote>${lesson.claim} <span class="quiet">(${lesson.source})</span></blockquote>
${evidenceTable(outcome)}
</section>
<section>
<h2>Curves</h2>
<div class="legend">${
    lesson.models.map(({ label }, color) =>
      html`<span><span class="key"><i style="background:var(--curve-${
        color + 1
      })"></i></span>${label}</span>`
    )
  }</div>
${
    charts.length === 0
      ? html`<p class="quiet">No model has been evaluated yet.</p>`
      : html`${chartControls(axes)}${figures(charts, axes, "large")}`
  }
</section>
<section>
<h2>The models</h2>
${sizesTable(state)}
<p class="quiet">Each model learns from scratch from ${text}: ${
    recipeText(state)
  }. Both models of a seed see the same text.</p>
</section>
</main>`;
}

function outcomeBox({ verdict, ...rest }: LessonOutcome): Html {
  const mood = verdict === "reproduced" ? "good" : verdict === "opposite" ? "bad" : "warn";
  const { title, text } = outcomeText({ verdict, ...rest });
  return html`<div class="verdict ${mood}"><b>${title}</b><p>${text}</p></div>`;
}

function evidenceTable(outcome: LessonOutcome): Html {
  return html`
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th></th>
            <th class="n">here</th>
            <th class="n">95% interval</th>
            <th class="n">seeds</th>
            <th class="n">paper</th>
            <th>verdict</th>
          </tr>
        </thead>
        <tbody>${evidenceTexts(outcome).map(evidenceRow)}</tbody>
      </table>
    </div>
  `;
}

function evidenceRow(
  { label, effect, interval, seeds, paper, verdict }: EvidenceText,
): Html {
  return html`
    <tr>
      <th>${label}</th>
      <td class="n">${effect}</td>
      <td class="n">${interval}</td>
      <td class="n">${seeds}</td>
      <td class="n">${paper}</td>
      <td class="word">${verdict}</td>
    </tr>
  `;
}

function sizesTable(state: LessonState): Html {
  const { lesson: { models } } = state;
  return html`
    <div class="scroll">
      <table>
        <thead>
          <tr><th></th>${models.map(({ label }) => html`<th class="n">${label}</th>`)}</tr>
        </thead>
        <tbody>${sizeRows(state).map(([name, ...values]) =>
          html`<tr><th>${name}</th>${values.map((value) => html`<td class="n">${value}</td>`)}</tr>`
        )}</tbody>
      </table>
    </div>
  `;
}

/** A chart with a curve per run; models have one color each. Empty before the first evaluation. */
function chartOf({ lesson: { models }, runs }: LessonState, curve: LessonCurve): Chart[] {
  const { field, title, baseline } = curve;
  const started = runs.flatMap(({ model, record, seed }) =>
    record === null ? [] : [{ model, record, seed }]
  );
  const curves = started.flatMap(({ model, record }, run) => {
    const series = record.series.get(field);
    if (series === undefined || series.count === 0) return [];
    return [{
      label: "",
      color: models.findIndex(({ id }) => id === model.id),
      kind: "marked" as const,
      buckets: series.buckets,
      run,
    }];
  });
  if (curves.length === 0) return [];
  const level = baseline?.value ?? lastOf(started[0].record, baseline?.field);
  return [{
    title,
    curves,
    format: ".0%",
    legend: false,
    ...(baseline !== undefined && level !== undefined && {
      references: [{ label: baseline.label, value: level }],
      includes: [level],
    }),
  }];
}

function lastOf(record: RunRecord, field: string | undefined): number | undefined {
  const bucket = field === undefined ? undefined : record.series.get(field)?.buckets.at(-1);
  return bucket === undefined ? undefined : bucket.sum / bucket.count;
}
