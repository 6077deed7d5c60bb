/** A folder for readers that need files; it goes with the process. */

let folder: string | undefined;

/** A path in the scratch folder. */
export function scratch(name: string): string {
  if (folder === undefined) {
    const made = folder = Deno.makeTempDirSync({ prefix: "fuzz-" });
    globalThis.addEventListener("unload", () => Deno.removeSync(made, { recursive: true }));
  }
  return `${folder}/${name}`;
}

/** An empty folder of this name. */
export function emptyFolder(name: string): string {
  const path = scratch(name);
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  Deno.mkdirSync(path);
  return path;
}
