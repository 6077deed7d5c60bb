/**
 * What a screen reader hears: starts, ends and errors of runs and downloads, rare progress, and answers once the visitor has paused.
 *
 * @module
 */
import { signal } from "@preact/signals";
import type { RunEvent } from "../protocol.ts";
import type { RunView } from "./state.ts";

/** Milliseconds without another answer after which an answer is announced. */
const PAUSE = 1000;
/** Number of announcements of the progress of a run, with its end. */
const PARTS = 4;

/** The last announcement, and its number, since the same text may be announced twice. */
export const announcement = signal({ text: "", number: 0 });

/** Announces a text. */
export function announce(text: string): void {
  announcement.value = { text, number: announcement.value.number + 1 };
}

let waiting: number | undefined;

/** Announces an answer unless another one follows soon, as while the visitor types. */
export function announceAnswer(text: string): void {
  clearTimeout(waiting);
  waiting = setTimeout(announce, PAUSE, text);
}

/** What is to be announced of an event of a run; null for most events. `name` is the name of the run if there are several. */
export function newsOf(view: RunView, event: RunEvent, name: string | null): string | null {
  const news = newsWithoutName(view, event);
  return news === null || name === null ? news : `${name}: ${news}`;
}

function newsWithoutName(
  { points, settings: { steps } }: RunView,
  event: RunEvent,
): string | null {
  const step = points.at(-1)?.step ?? 0;
  const at = (step: number) => `step ${step.toLocaleString("en")} of ${steps.toLocaleString("en")}`;
  if (event.type === "metrics") {
    const next = event.points.at(-1)!.step;
    const part = (step: number) => Math.floor(PARTS * step / steps);
    return next < steps && part(next) > part(step) ? `Training, ${at(next)}.` : null;
  }
  if (event.type !== "state") return null;
  switch (event.state) {
    case "preparing":
      return "Preparing the training.";
    case "running":
      return step === 0 ? "Training has started." : `Training continues at ${at(step)}.`;
    case "finished":
      return `Training is finished, ${at(step)}.`;
    case "paused":
    case "stopped":
      return `Training is ${event.state} at ${at(step)}.`;
    case "failed":
      return `Training has failed. ${event.message ?? ""}`;
  }
}
