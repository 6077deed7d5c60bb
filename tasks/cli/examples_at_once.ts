/**
 * `--micro-batch-size N|auto`: how many examples the device holds at once.
 *
 * @module
 */
import type { Device, DeviceLimits, MemoryUse } from "../../src/device/mod.ts";
import { fromRank0, type ProcessGroup } from "../../src/distributed/mod.ts";
import { fittingExamples } from "../../src/train/mod.ts";

/** What is known of a run whose examples are to be fitted. */
export interface Fitting {
  readonly device: Device;
  readonly group: ProcessGroup;
  /** Examples of an update. */
  readonly batchSize: number;
  /** Memory of a step that holds so many examples at once. */
  plan(examples: number, limits: DeviceLimits): MemoryUse;
  /** Told what was chosen. */
  say(line: string): void;
}

/** As many of a rank's examples as fit; every rank takes what rank 0 finds. Collective. */
export async function fitExamples(
  { device, group, batchSize, plan, say }: Fitting,
): Promise<number> {
  const part = Math.ceil(batchSize / group.size);
  const examples = await fromRank0(
    group,
    () => fittingExamples(device, part, plan, group.size),
  );
  say(`--micro-batch-size auto: ${examples} of ${part} examples at once`);
  return examples;
}
