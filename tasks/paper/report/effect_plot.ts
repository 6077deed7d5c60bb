/**
 * An effect as a small drawing: its interval, the border that it should be past, the paper's effect.
 *
 * @module
 */
import type { Evidence } from "../findings/mod.ts";
import { type Html, html } from "../../../src/report/mod.ts";

const WIDTH = 200;
const HEIGHT = 22;
const MIDDLE = HEIGHT / 2;
/** Left free at both ends. */
const MARGIN = 8;

/** Draws an effect: a dot in its interval, a diamond for the paper, a broken line for the border, the expected side shaded. */
export function effectPlot({ estimate, paper, test }: Evidence): Html {
  const above = "above" in test.expect;
  const border = "above" in test.expect ? test.expect.above : test.expect.below;
  const { low, high } = estimate?.interval ?? { low: NaN, high: NaN };
  const shown = [border, paper, estimate?.mean, low, high]
    .filter((value): value is number => Number.isFinite(value));
  const least = Math.min(...shown), most = Math.max(...shown);
  const span = most - least || 1;
  const at = (value: number) => (MARGIN + (value - least) / span * (WIDTH - 2 * MARGIN)).toFixed(1);
  const edge = at(border);
  const side = above ? { x: edge, width: WIDTH - Number(edge) } : { x: 0, width: edge };
  return html`
    <svg class="effect" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}"
      aria-hidden="true"><rect class="expected" x="${side.x}" y="1" width="${side
        .width}" height="${HEIGHT -
        2}" rx="2"/><line class="border" x1="${edge}" x2="${edge}" y1="0" y2="${HEIGHT}"/>${Number
          .isFinite(low)
        ? html`
          <path class="reach"
            d="M${at(low)} ${MIDDLE}H${at(high)}M${at(low)} ${MIDDLE - 4}v8M${at(high)} ${MIDDLE -
              4}v8" />
        `
        : ""}${paper === null ? "" : html`
        <path class="theirs" d="M${at(paper)} ${MIDDLE - 5}l5 5l-5 5l-5 -5z" />
      `}${estimate === null ? "" : html`
        <circle class="ours" cx="${at(estimate.mean)}" cy="${MIDDLE}" r="3.5" />
      `}</svg>
  `;
}
