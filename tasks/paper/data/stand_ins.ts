/**
 * Data that stands in for what the paper used. Who has made such data says so, and every table that shows a number from it is marked.
 *
 * @module
 */

/** Lists a data folder's stand-ins, one a line: `race/high  passages of another examination`. */
const STAND_INS_FILE = "STAND-INS";

/** The parts that the data folder or the caller declares to be stand-ins. */
export async function readStandIns(
  root: string,
  declared: readonly string[],
): Promise<readonly string[]> {
  const text = await Deno.readTextFile(`${root}/${STAND_INS_FILE}`).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  const listed = text.split("\n")
    .map((line) => line.trim().split(/\s+/)[0])
    .filter((part) => part !== "" && !part.startsWith("#"));
  return [...new Set([...listed, ...declared])].sort();
}

/** Which of a benchmark's parts stand in for others. */
export function standInsAmong(parts: readonly string[], standIns: readonly string[]): string[] {
  return standIns.filter((part) => parts.includes(part));
}
