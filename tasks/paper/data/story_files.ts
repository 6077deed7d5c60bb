/**
 * The data folder of the preset `stories`: generated stories and questions about them.
 *
 * @module
 */
import { ifExists } from "../../../src/files/mod.ts";
import type { Preset } from "../presets/mod.ts";
import { stories, storyQuestions } from "./stories.ts";
import { type GeneratedFile, writeGenerated } from "./synthesize.ts";
import { jsonLines } from "./text.ts";

/** The seed of stories by part. They do not depend on the run's seed, so that all runs have the same text. */
export const STORY_SEEDS = { plain: 1, dev: 2, extra: 3, trainQuestions: 4, devQuestions: 5 };
/** Most words of a passage of a question with an option: at 32 tokens, three are special. */
const QUESTION_WORDS = 29;

type StoryCounts = NonNullable<Preset["stories"]>;

function questions(counts: StoryCounts, split: "train" | "dev"): object[] {
  const part = split === "train" ? "trainQuestions" : "devQuestions";
  return storyQuestions(counts[part], STORY_SEEDS[part], QUESTION_WORDS);
}

/** Numbers of questions for fine-tuning and evaluation. Not every story has one. */
export function questionCounts(counts: StoryCounts): readonly [train: number, dev: number] {
  return [questions(counts, "train").length, questions(counts, "dev").length];
}

/** The file that is written last. */
const STORIES_DONE = "STORIES";

/** Writes stories, and questions in place of RACE, in the layout of a data folder, unless they exist. */
export async function writeStories(root: string, counts: StoryCounts): Promise<void> {
  const content = `${JSON.stringify(counts)}\n`;
  if (await ifExists(Deno.readTextFile(`${root}/${STORIES_DONE}`)) === content) return;
  await Deno.remove(root, { recursive: true }).catch(() => {});
  const race = (split: "train" | "dev") =>
    questions(counts, split).map((file, i): GeneratedFile => [
      `race/${split}/middle/${i + 1}.txt`,
      `${JSON.stringify(file)}\n`,
    ]);
  const files: GeneratedFile[] = [
    ["text/books/stories.jsonl", jsonLines(stories(counts.plain, STORY_SEEDS.plain))],
    ["text/more/stories.jsonl", jsonLines(stories(counts.extra, STORY_SEEDS.extra))],
    ...race("train"),
    ...race("dev"),
    ["STAND-INS", "race  which sentence of a story comes next\n"],
  ];
  await writeGenerated(root, files, [STORIES_DONE, content]);
}
