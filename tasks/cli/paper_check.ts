/**
 * The work of `albert paper check`.
 *
 * @module
 */
import { openDevice } from "../../src/device/mod.ts";
import { checkExperiments } from "../paper/disk.ts";
import { paperPreset } from "../paper/mod.ts";
import { onInterrupt } from "./interrupt.ts";
import { deadlineOf } from "./options.ts";
import type { PaperCheckFlags } from "./paper.ts";
import { experimentsOf } from "./paper_plan.ts";
import { printNotice } from "./progress.ts";

/** Checks the steps of experiments and prints a summary. */
export async function checkPaper(flags: PaperCheckFlags, words: readonly string[]): Promise<void> {
  const { output, device, blas, quiet, json } = flags;
  const experiments = experimentsOf(words);
  const deadline = deadlineOf(flags);
  const log = (line: string) => quiet || printNotice(line);
  let stop = false;
  const endInterrupt = onInterrupt(() => {
    stop = true;
    log("Stopping after this optimizer step. Press Ctrl-C again to quit now.");
  });
  // The choice of a device is reported once, not for every step.
  const noticed = new Set<string>();
  const onNotice = (line: string) => {
    if (!noticed.has(line)) log(line);
    noticed.add(line);
  };
  try {
    const summary = await checkExperiments({
      output,
      preset: paperPreset(flags.preset),
      experiments,
      open: () => openDevice({ device, blas, onNotice }),
      log,
      stopRequested: () => stop || performance.now() > deadline,
    });
    if (json) return console.log(JSON.stringify(summary));
    const { completed, lacking, left } = summary;
    log(`${completed} steps completed, ${lacking} lack a resource, ${left} left`);
    if (left > 0) {
      log(`To continue, run the same command again: albert paper check … --output ${output}`);
    }
    if (!quiet) console.log(`${output}/${flags.preset}.md`);
  } finally {
    endInterrupt();
  }
}
