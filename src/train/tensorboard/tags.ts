/**
 * Under which names TensorBoard shows what `events.jsonl` says.
 *
 * @module
 */
import type { EventContent } from "./event_message.ts";

/** Fields that say where and when, and draw no curve. */
const PLACES = new Set(["step", "time"]);
const HELD_OUT = "eval_";

/**
 * A line of `events.jsonl` as scalars: `loss` becomes `train/loss`, `eval_loss` becomes `eval/loss`. What is no number is left out.
 *
 * @param event The line.
 * @returns Step and scalars by tag.
 */
export function eventScalars(event: Readonly<Record<string, unknown>>): EventContent {
  const scalars: Record<string, number> = {};
  for (const [field, value] of Object.entries(event)) {
    if (typeof value !== "number" || PLACES.has(field)) continue;
    const tag = field.startsWith(HELD_OUT)
      ? `eval/${field.slice(HELD_OUT.length)}`
      : `train/${field}`;
    scalars[tag] = value;
  }
  return { step: Number(event.step), scalars };
}
