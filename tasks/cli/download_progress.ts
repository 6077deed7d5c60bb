import type { DownloadObserver } from "../../src/weights/hub/mod.ts";
import { createProgress, type Progress } from "./progress.ts";

const MEGABYTE = 1e6;
/** What is smaller is here before a bar is seen. */
const SMALL = MEGABYTE / 10;

/** Shows how a model of the hub comes; a model that is already here shows nothing. */
export function downloadProgress({ quiet }: { readonly quiet?: boolean }): DownloadObserver {
  let bar: Progress | undefined;
  let shown = -1;
  const megabytes = (bytes: number) => Math.round(bytes / MEGABYTE * 10) / 10;
  return {
    progress(done, total) {
      if (total < SMALL) return;
      bar ??= createProgress({
        quiet,
        title: "downloading",
        total: megabytes(total),
        unit: "megabyte",
      });
      if (megabytes(done) !== shown) bar.update(megabytes(done));
      shown = megabytes(done);
      if (done < total) return;
      bar.end();
      bar = undefined;
    },
    say(sentence) {
      if (!quiet) console.error(`albert: ${sentence}`);
    },
  };
}
