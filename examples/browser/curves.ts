/** The losses of a step. */
export interface LossPoint {
  step: number;
  maskedLoss: number;
  pairLoss: number;
}

const LEFT = 34, RIGHT = 590, TOP = 24, BOTTOM = 184;

/** The content of an `<svg viewBox="0 0 600 210">` with the curves of both losses. */
export function curves(points: readonly LossPoint[], steps: number): string {
  const highest = Math.ceil(Math.max(1, ...points.map(({ maskedLoss }) => maskedLoss)));
  const x = (step: number) => (LEFT + (RIGHT - LEFT) * step / steps).toFixed(1);
  const y = (loss: number) => (BOTTOM - (BOTTOM - TOP) * loss / highest).toFixed(1);
  const line = (name: string, loss: (point: LossPoint) => number) =>
    `<polyline class="${name}" points="${
      points.map((point) => `${x(point.step)},${y(loss(point))}`).join(" ")
    }"/>`;
  const grid = Array.from(
    { length: highest + 1 },
    (_, loss) =>
      `<line x1="${LEFT}" x2="${RIGHT}" y1="${y(loss)}" y2="${y(loss)}"/>` +
      `<text x="${LEFT - 8}" y="${y(loss)}" dy="4" text-anchor="end">${loss}</text>`,
  );
  const last = points.at(-1);
  return [
    ...grid,
    line("words", ({ maskedLoss }) => maskedLoss),
    line("order", ({ pairLoss }) => pairLoss),
    `<text class="words" x="${LEFT}" y="14">MLM loss ${last?.maskedLoss.toFixed(2) ?? ""}</text>`,
    `<text class="order" x="200" y="14">SOP loss ${last?.pairLoss.toFixed(2) ?? ""}</text>`,
    `<text x="${LEFT}" y="204">step 0</text>`,
    `<text x="${RIGHT}" y="204" text-anchor="end">${steps}</text>`,
  ].join("");
}
