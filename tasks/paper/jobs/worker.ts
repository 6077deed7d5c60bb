/**
 * The thread of a {@linkcode WorkerRunner}.
 *
 * @module
 */
import { LocalRunner } from "./local_runner.ts";
import type { FromWorker, ToWorker } from "./worker_runner.ts";

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
  close(): void;
};
let stopping = false;
let runner: Promise<LocalRunner> | undefined;

function tell(message: FromWorker): void {
  scope.postMessage(message);
}

scope.onmessage = async ({ data }) => {
  try {
    if (data.kind === "stop") stopping = true;
    else if (data.kind === "start") {
      runner = LocalRunner.open(data.setting, {
        stopRequested: () => stopping,
        progress: (job, step, steps) => tell({ kind: "progress", job, step, steps }),
      });
      await runner;
    } else if (data.kind === "run") {
      tell({ kind: "outcome", outcome: await (await runner!).run(data.job) });
    } else {
      await (await runner!).close();
      scope.close();
    }
  } catch (error) {
    tell({ kind: "error", message: (error as Error).message });
  }
};
