/**
 * What a model can do, and the requests for it.
 *
 * @module
 */
import { type Albert, ConfigError } from "@albert-lab/albert";
import type { TaskName } from "../protocol.ts";

/** Empty requests fail if the checkpoint lacks the head, and compute nothing otherwise. */
const PROBES: Readonly<Record<TaskName, (albert: Albert) => Promise<unknown>>> = {
  fill: (albert) => albert.fillMask([]),
  classify: (albert) => albert.classify([]),
  answer: (albert) => albert.answer([]),
  tag: (albert) => albert.tag([]),
};

/** Returns the tasks that the model has a head for. Every model computes embeddings. */
export async function tasksOf(albert: Albert): Promise<TaskName[]> {
  const found: TaskName[] = [];
  for (const [name, probe] of Object.entries(PROBES) as [TaskName, typeof PROBES[TaskName]][]) {
    try {
      await probe(albert);
      found.push(name);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
    }
  }
  return found;
}

/** Returns the cosine similarity of each pair of texts: one row per text. */
export async function similarities(albert: Albert, texts: readonly string[]): Promise<number[][]> {
  const vectors = await albert.embed(texts, { normalize: true });
  return vectors.map((a) => vectors.map((b) => a.reduce((sum, value, i) => sum + value * b[i], 0)));
}
