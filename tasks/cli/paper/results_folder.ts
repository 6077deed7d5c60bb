/**
 * Where results are kept with the project.
 *
 * @module
 */

/** `--results`, or `docs/results/PRESET` of the checkout that the user stands in, if there is such a folder. */
export async function resultsFolder(
  { results, preset }: { results?: string; preset: string },
): Promise<string | undefined> {
  if (results !== undefined) return results;
  const folder = `docs/results/${preset}`;
  const found = await Deno.stat(folder).then(({ isDirectory }) => isDirectory, () => false);
  return found ? folder : undefined;
}
