/**
 * Where a model's files come from: the visitor, or a server.
 *
 * @module
 */
import {
  type ReadFile,
  remoteFiles,
  type RemoteOptions,
  type RemoteProgress,
} from "@albert-lab/albert";
import { modelFolder } from "../model_folder.ts";
import { Problem, readFile } from "../problem.ts";
import type { LoadProgress, ModelSource } from "../protocol.ts";
import { unzipFiles } from "./archive.ts";
import { HUB, hubFiles } from "./hub.ts";

/** Least number of milliseconds between two reports. */
const REPORT_INTERVAL = 50;

/**
 * Returns a function that reads the files of a source by name.
 *
 * @param onProgress receives the progress of downloads
 * @throws {Problem} if the files contain no model, or the hub has none of that name
 */
export async function readerOf(
  source: ModelSource,
  onProgress: (progress: Omit<LoadProgress, "model">) => void,
): Promise<ReadFile> {
  if (source.kind === "files") return await fileReader(source.files);
  let reported = 0;
  let waiting: number | undefined;
  const report = ({ name, done, total }: RemoteProgress) => {
    reported = performance.now();
    onProgress({ file: name, done, total });
  };
  const options: RemoteOptions = {
    onProgress(progress) {
      clearTimeout(waiting);
      const pause = reported + REPORT_INTERVAL - performance.now();
      if (pause <= 0 || progress.done >= progress.total) report(progress);
      else waiting = setTimeout(report, pause, progress); // If the download stalls, its last progress is shown.
    },
  };
  if (source.kind === "hub") return await hubFiles(source.name, source.hub ?? HUB, options);
  const { url, cache, files } = source;
  const fetched = remoteFiles(url, { ...options, cache });
  const read: ReadFile = (name) =>
    fetched(name).catch((cause) => {
      const message = `${name} cannot be loaded. Check the connection, then reload the page.`;
      throw new Problem(message, { cause });
    });
  if (files === undefined) return read;
  const requested = new Map(files.map((name) => [name, read(name)]));
  // An error is reported to whoever reads the file.
  for (const file of requested.values()) file.catch(() => {});
  return (name) => requested.get(name) ?? Promise.resolve(null);
}

type File = Blob | Uint8Array<ArrayBuffer>;

async function fileReader(files: ReadonlyMap<string, File>): Promise<ReadFile> {
  const [path, only] = [...files][0] ?? [""];
  const isZip = files.size === 1 && path.endsWith(".zip");
  const found = modelFolder<File>(isZip ? unzip(path, await bytesOf(only!)) : files);
  return async (name) => {
    const file = found.get(name);
    return file === undefined ? null : await bytesOf(file);
  };
}

function unzip(path: string, bytes: Uint8Array): Map<string, File> {
  try {
    return unzipFiles(bytes);
  } catch (cause) {
    throw new Problem(`${path} cannot be unpacked: it is damaged, or not a zip file.`, { cause });
  }
}

async function bytesOf(file: File): Promise<Uint8Array> {
  if (!(file instanceof Blob)) return file;
  return new Uint8Array(await readFile(file, (file) => file.arrayBuffer()));
}
