/**
 * A thread that trains models of a lesson on its own device, so that two models learn side by side.
 *
 * @module
 */
import { type Device, type DeviceName, openDevice } from "../../../src/device/mod.ts";
import { serve } from "../../../src/workers/mod.ts";
import { type LessonText, openLessonText } from "./lesson_text.ts";
import { type LessonRun, type LessonRunResult, trainLessonModel } from "./train_model.ts";

/** What a thread opens. */
export interface LessonThread {
  /** Folder of the prepared text. */
  readonly text: string;
  readonly device: DeviceName;
  readonly blas?: string;
}

/** Milliseconds between two reports. */
const REPORT_INTERVAL = 200;

let opened: { readonly device: Device; readonly text: LessonText } | undefined;
let stopping = false;

export const handlers = serve({
  async start({ text, device: name, blas }: LessonThread): Promise<string> {
    // Each model has one core; small matrices gain little from more.
    const device = await openDevice({ device: name, blas, workers: 1 });
    opened = { device, text: await openLessonText(text) };
    return device.description.adapter;
  },
  async run(run: LessonRun, report: (step: number) => void): Promise<LessonRunResult | null> {
    let reported = 0;
    return await trainLessonModel(run, opened!.text, opened!.device, {
      stopRequested: () => stopping,
      progress(step) {
        if (performance.now() < reported + REPORT_INTERVAL) return;
        reported = performance.now();
        report(step);
      },
    });
  },
  stop() {
    stopping = true;
  },
  async close(): Promise<void> {
    await opened?.device.destroy();
  },
});
