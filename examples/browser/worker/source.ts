/**
 * Where a model's files come from: the visitor, or a server.
 *
 * @module
 */
import { type ReadFile, remoteFiles } from "@albert-lab/albert";
import type { LoadProgress, ModelSource } from "../protocol.ts";

/** Least number of milliseconds between two reports. */
const REPORT_INTERVAL = 50;

/**
 * Returns a function that reads the files of a source by name.
 *
 * @param onProgress receives the progress of downloads
 */
export function readerOf(
  source: ModelSource,
  onProgress: (progress: Omit<LoadProgress, "model">) => void,
): ReadFile {
  if (source.kind === "files") {
    return async (name) => {
      const file = source.files.get(name);
      return file instanceof Blob ? new Uint8Array(await file.arrayBuffer()) : file ?? null;
    };
  }
  const { url, cache, ahead = [] } = source;
  let reported = 0;
  const read = remoteFiles(url, {
    cache,
    onProgress: ({ name, done, total }) => {
      const now = performance.now();
      if (now - reported < REPORT_INTERVAL && done < total) return;
      reported = now;
      onProgress({ file: name, done, total });
    },
  });
  const requested = new Map(ahead.map((name) => [name, read(name)]));
  // An error is reported to whoever reads the file.
  for (const file of requested.values()) file.catch(() => {});
  return (name) => requested.get(name) ?? read(name);
}
