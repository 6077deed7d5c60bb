/**
 * Finds a model among the files that a visitor drops.
 *
 * @module
 */

import { Problem } from "./problem.ts";

const CONFIG = "config.json";
const WEIGHTS = /^model[^/]*\.safetensors$/;

/**
 * Returns the files of the model by their name in its folder. Of several folders with a model, such as the checkpoints of a run, the last one counts.
 *
 * @param files by path, such as `folder/config.json`
 * @throws {Problem} if no folder contains a configuration and weights
 */
export function modelFolder<F>(files: ReadonlyMap<string, F>): Map<string, F> {
  const folders = Map.groupBy(files, ([path]) => path.slice(0, path.lastIndexOf("/") + 1));
  const names = [...folders.keys()].filter((folder) =>
    files.has(`${folder}${CONFIG}`) &&
    folders.get(folder)!.some(([path]) => WEIGHTS.test(path.slice(folder.length)))
  );
  const depth = (folder: string) => folder.split("/").length;
  const [chosen] = names.sort((a, b) =>
    depth(a) - depth(b) || b.localeCompare(a, "en", { numeric: true })
  );
  if (chosen === undefined) {
    throw new Problem(
      `These files contain no model. Expected a Hugging Face folder: ${CONFIG}, model.safetensors, ` +
        `and tokenizer.json or spiece.model (got ${listed([...files.keys()])}).`,
    );
  }
  return new Map(
    [...files].filter(([path]) => path.startsWith(chosen))
      .map(([path, file]) => [path.slice(chosen.length), file]),
  );
}

function listed(paths: readonly string[]): string {
  if (paths.length === 0) return "no files";
  const names = paths.slice(0, 4).join(", ");
  return paths.length > 4 ? `${names} and ${paths.length - 4} more` : names;
}
