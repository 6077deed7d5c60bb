/**
 * The intrinsic development text: passages of SQuAD's and RACE's development sets, as in the paper's §4.2.1.
 *
 * @module
 */
import { findSquadFiles } from "../../../src/benchmarks/squad/disk.ts";
import { loadRace, type RaceSplit } from "../../../src/benchmarks/race/disk.ts";
import type { RaceLevel } from "../../../src/benchmarks/mod.ts";
import { readSquad } from "../../../src/benchmarks/mod.ts";

/** Documents of the development text, paragraphs parted by blank lines. */
export async function devDocuments(root: string, levels: readonly RaceLevel[]): Promise<string[]> {
  return [...await squadArticles(root), ...await racePassages(root, "dev", levels)];
}

async function squadArticles(root: string): Promise<string[]> {
  const articles = new Map<string, Set<string>>();
  for (const version of ["1.1", "2.0"] as const) {
    const path = pathOf(() => findSquadFiles(`${root}/squad`, version).dev);
    if (path === null) continue;
    for (const { title, context } of readSquad(await Deno.readTextFile(path)).questions) {
      if (!articles.has(title)) articles.set(title, new Set());
      articles.get(title)!.add(context);
    }
  }
  return [...articles.values()].map((paragraphs) => [...paragraphs].join("\n\n"));
}

async function racePassages(
  root: string,
  split: RaceSplit,
  levels: readonly RaceLevel[],
): Promise<string[]> {
  const questions = await loadRace(`${root}/race`, split, levels)
    .then((data) => data.questions, () => []);
  return [...new Set(questions.map(({ article }) => article))];
}

function pathOf(find: () => string): string | null {
  try {
    return find();
  } catch {
    return null;
  }
}
