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

/**
 * A line of `tensors.jsonl` as scalars: `gradient_norm/NAME`, `parameter_norm/NAME`, `trust_ratio/NAME`.
 *
 * @param line The line.
 * @returns Step and scalars by tag.
 */
export function tensorScalars(
  { step, tensors }: {
    readonly step: number;
    readonly tensors: Readonly<Record<string, object>>;
  },
): EventContent {
  const scalars: Record<string, number> = {};
  for (const [name, figures] of Object.entries(tensors)) {
    for (const [field, value] of Object.entries(figures)) {
      if (typeof value === "number") scalars[`${field}/${name}`] = value;
    }
  }
  return { step, scalars };
}

/** Settings as the text page shows them: JSON in a Markdown code block. */
export function settingsText(settings: unknown): string {
  // Indented by four spaces, nothing within the text can end the block.
  return JSON.stringify(settings, null, 2).split("\n").map((line) => `    ${line}`).join("\n");
}
