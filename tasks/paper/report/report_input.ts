/**
 * What a report of the paper is made from.
 *
 * @module
 */
import type { Finding } from "../findings/mod.ts";
import type { JobFailure, JobResult, MeasuredExperiment } from "../result.ts";

/** Everything that a report shows. */
export interface ReportInput {
  /** In the paper's order. */
  readonly measured: readonly MeasuredExperiment[];
  /** Of the same. */
  readonly findings: readonly Finding[];
  /** The command that makes the report's numbers again. */
  readonly command: string;
  /** Where a run's own report lies, relative to the page; null where there is none. */
  linkTo(result: JobResult): string | null;
  /** The end of a failed job's log; null where it is lost. */
  logOf(failure: JobFailure): string | null;
}

/** The paper. */
export const PAPER =
  "Lan, Chen, Goodman, Gimpel, Sharma, Soricut: ALBERT: A Lite BERT for Self-supervised Learning of Language Representations. ICLR 2020, arXiv 1909.11942 v6.";

/** `table-4` → `Table 4`. */
export function nameOf(id: string): string {
  return `${id[0].toUpperCase()}${id.slice(1)}`.replace("-", " ");
}
