/**
 * The text of a data folder: pretraining text, the development text for intrinsic metrics, and the vocabulary trained on it.
 *
 * @module
 */
import { findSquadFiles } from "../../../src/benchmarks/squad/disk.ts";
import { loadRace } from "../../../src/benchmarks/race/disk.ts";
import { type RaceLevel, readSquad, type SquadVersion } from "../../../src/benchmarks/mod.ts";
import { expandInputs, openInput } from "../../../src/data/disk/mod.ts";
import { readDocuments } from "../../../src/data/readers/mod.ts";
import { atomicWriteFile, ifExists, lacks } from "../../../src/files/mod.ts";
import {
  type SentencePieceModel,
  Tokenizer,
  writeSentencePieceModel,
} from "../../../src/text/mod.ts";
import {
  SentenceSampler,
  vocabularyListing,
  VocabularyTrainer,
} from "../../../src/text/training/mod.ts";
import { raceLevels, squadVersions } from "./benchmarks.ts";

/** Folders that correspond to the paper's BookCorpus and Wikipedia; all others are additional data. */
const PLAIN_TEXT = ["books", "wikipedia"];

/** Folders of pretraining text. */
export interface TextFolders {
  /** BookCorpus and Wikipedia; all folders if neither exists. */
  readonly plain: readonly string[];
  /** Additional text. */
  readonly extra: readonly string[];
}

/**
 * Finds the folders under `ROOT/text`.
 *
 * @param without parts to exclude, such as `text/web`
 * @throws {Error} If there are none; the message describes the expected layout.
 */
export async function findText(root: string, without: readonly string[]): Promise<TextFolders> {
  const entries = await ifExists(Array.fromAsync(Deno.readDir(`${root}/text`))) ?? [];
  const folders = entries.map(({ name }) => name)
    .filter((name) => !without.includes(`text/${name}`))
    .sort();
  if (folders.length === 0) {
    throw new Error(
      `${
        lacks(`${root}/text`, "pretraining text")
      }; put text files or folders there, such as text/books and text/wikipedia`,
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

/**
 * Documents of the development text: the passages of SQuAD's and RACE's development sets (§4.2.1), paragraphs separated by blank lines.
 *
 * @param without parts to exclude, such as `squad-1.1`, `race` and `race/high`
 */
export async function devDocuments(root: string, without: readonly string[]): Promise<string[]> {
  return [
    ...await squadArticles(root, squadVersions(without)),
    ...await racePassages(root, raceLevels(without)),
  ];
}

async function squadArticles(root: string, versions: readonly SquadVersion[]): Promise<string[]> {
  const articles = new Map<string, Set<string>>();
  for (const version of versions) {
    const path = devFile(root, version);
    if (path === null) continue;
    for (const { title, context } of readSquad(await Deno.readTextFile(path)).questions) {
      if (!articles.has(title)) articles.set(title, new Set());
      articles.get(title)!.add(context);
    }
  }
  return [...articles.values()].map((paragraphs) => [...paragraphs].join("\n\n"));
}

function devFile(root: string, version: SquadVersion): string | null {
  try {
    return findSquadFiles(`${root}/squad`, version).dev;
  } catch {
    return null;
  }
}

async function racePassages(root: string, levels: readonly RaceLevel[]): Promise<string[]> {
  const questions = await loadRace(`${root}/race`, "dev", levels)
    .then((data) => data.questions, () => []);
  return [...new Set(questions.map(({ article }) => article))];
}

/** Options of {@linkcode trainVocabulary}. */
export interface VocabularyOptions {
  /** Number of pieces. */
  readonly vocabSize: number;
  /** Number of lines to sample; all lines if absent. */
  readonly vocabSentences?: number;
  /** Seed of the sample. */
  readonly seed: number;
}

/** Trains a SentencePiece vocabulary on the files of some folders and saves it to another folder. */
export async function trainVocabulary(
  inputs: readonly string[],
  output: string,
  { vocabSize, vocabSentences, seed }: VocabularyOptions,
): Promise<void> {
  const paths = await expandInputs(inputs);
  const trainer = new VocabularyTrainer({ vocabSize });
  let lines = 0;
  if (vocabSentences !== undefined) await eachBlock(paths, () => lines++);
  const sampler = new SentenceSampler(lines, vocabSentences ?? 0, seed);
  await eachBlock(paths, (block) => {
    if (vocabSentences === undefined || sampler.take()) trainer.add(block);
  });
  await writeVocabulary(output, trainer.train());
}

/** Saves a vocabulary to a folder. */
export async function writeVocabulary(output: string, model: SentencePieceModel): Promise<void> {
  const bytes = writeSentencePieceModel(model);
  await Deno.mkdir(output, { recursive: true });
  const files = {
    ...Tokenizer.fromModel(bytes).toFiles(),
    "spiece.vocab": vocabularyListing(model.pieces),
    // Written last: if it exists, so do the others.
    "spiece.model": bytes,
  };
  for (const [name, content] of Object.entries(files)) {
    await atomicWriteFile(`${output}/${name}`, content);
  }
}

async function eachBlock(
  paths: readonly string[],
  take: (block: string) => void,
): Promise<void> {
  for (const path of paths) {
    for await (const { blocks } of readDocuments(openInput(path), path)) blocks.forEach(take);
  }
}

/** Documents as JSON Lines with the field `text`, a format that the readers accept. */
export function jsonLines(documents: readonly string[]): string {
  return documents.map((text) => `${JSON.stringify({ text })}\n`).join("");
}
