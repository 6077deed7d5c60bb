/**
 * What a data folder offers, by the official layouts: `text/books text/wikipedia text/…`, `glue/…`, `squad/…`, `race/…`.
 *
 * @module
 */
import { GLUE_TASK_NAMES, type GlueTaskName } from "../../../src/benchmarks/mod.ts";
import type { BenchmarkId } from "../experiment.ts";

/** Folders of text that are the paper's BookCorpus and Wikipedia; every other one is additional data. */
const PLAIN_TEXT = ["books", "wikipedia"];

/** Text to pretrain on, by what the paper calls it. */
export interface TextParts {
  /** Folders of BookCorpus and Wikipedia; all folders where neither is there. */
  readonly plain: readonly string[];
  /** Folders of additional text. */
  readonly extra: readonly string[];
}

/**
 * The folders of text.
 *
 * @throws {Error} when there is none, saying what is expected.
 */
export async function findText(root: string, without: readonly string[]): Promise<TextParts> {
  const folders = (await entriesOf(`${root}/text`))
    .filter((name) => !without.includes(`text/${name}`))
    .sort();
  if (folders.length === 0) {
    throw new Error(
      `${root}/text holds no text to pretrain on; put text files or folders of them there, as text/books and text/wikipedia`,
    );
  }
  const named = folders.filter((name) => PLAIN_TEXT.includes(name));
  const plain = named.length === 0 ? folders : named;
  const path = (name: string) => `${root}/text/${name}`;
  return {
    plain: plain.map(path),
    extra: folders.filter((name) => !plain.includes(name)).map(path),
  };
}

/** Where a benchmark's files are looked for: `squad/v1.1`, `race`, `glue/SST-2`. */
export function benchmarkFolder(root: string, benchmark: BenchmarkId): string {
  if (benchmark === "race") return `${root}/race`;
  if (benchmark.startsWith("squad-")) return `${root}/squad`;
  return `${root}/glue`;
}

/** A GLUE benchmark's name as GLUE's readers have it; null for SQuAD and RACE. */
export function glueNameOf(benchmark: BenchmarkId): Exclude<GlueTaskName, "ax"> | null {
  const known = (GLUE_TASK_NAMES as readonly string[]).includes(benchmark);
  return known ? benchmark as Exclude<GlueTaskName, "ax"> : null;
}

/** What may stand in for something else, or be left out: parts of benchmarks and of the text. */
export function partsOf(benchmark: BenchmarkId): readonly string[] {
  if (benchmark === "race") return ["race", "race/middle", "race/high"];
  return [benchmark];
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
