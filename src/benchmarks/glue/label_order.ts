/**
 * Whose class is which: published checkpoints list the classes in orders of their own.
 *
 * @module
 */
import { ConfigError, type ModelConfig } from "../../model/mod.ts";
import type { GlueTaskDefinition } from "./tasks.ts";

/**
 * Where each of the task's labels stands in a checkpoint's logits. A checkpoint without names (`LABEL_0`), or with names of its own, is taken to have the task's order.
 *
 * @throws {ConfigError} when the checkpoint has another number of classes.
 */
export function labelOrder(
  { folder, labels }: GlueTaskDefinition,
  { extra = {} }: ModelConfig,
): readonly number[] {
  const own = labels.map((_, id) => id);
  const id2label = extra.id2label as Record<string, string> | undefined;
  if (id2label === undefined || labels.length === 0) return own;
  const names = Object.keys(id2label).map((id) => id2label[id].toLowerCase());
  if (names.length !== labels.length) {
    throw new ConfigError(
      `the checkpoint has ${names.length} classes (${
        names.join(", ")
      }), ${folder} has ${labels.length} (${labels.join(", ")})`,
    );
  }
  const places = labels.map((label) => names.indexOf(label));
  return places.includes(-1) ? own : places;
}

/** Logits in the task's order. */
export function inLabelOrder(logits: Float32Array, order: readonly number[]): Float32Array {
  return order.length === 0 ? logits : Float32Array.from(order, (place) => logits[place]);
}
