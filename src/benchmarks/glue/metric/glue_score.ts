/** Metrics of one task, as shares: `{ accuracy: 0.9, f1: 0.92 }`. */
export type TaskMetrics = Readonly<Record<string, number>>;

/** The nine tasks whose mean the score is, by their names on the command line; AX does not count. */
const NINE = ["cola", "sst-2", "mrpc", "sts-b", "qqp", "mnli", "qnli", "rte", "wnli"] as const;

/**
 * The GLUE score: the mean over the nine tasks, the metrics of a task averaged first (MNLI's matched and mismatched accuracy too).
 *
 * @param tasks metrics of each task by its name (`cola`, `sst-2`, `mrpc`, `sts-b`, `qqp`, `mnli`, `qnli`, `rte`, `wnli`)
 * @returns 0 to 100, or null while a task is missing
 */
export function glueScore(tasks: ReadonlyMap<string, TaskMetrics>): number | null {
  let sum = 0;
  for (const name of NINE) {
    const metrics = Object.values(tasks.get(name) ?? {});
    if (metrics.length === 0) return null;
    sum += metrics.reduce((total, value) => total + value, 0) / metrics.length;
  }
  return (100 * sum) / NINE.length;
}
