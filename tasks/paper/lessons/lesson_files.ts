/**
 * Writes the page and the Markdown file of a lesson.
 *
 * @module
 */
import { atomicWriteFile } from "../../../src/files/mod.ts";
import { LESSON_PAGE, lessonPage } from "./lesson_page.ts";
import { lessonOutcome, type LessonState } from "./lesson_state.ts";
import { evidenceTexts, outcomeText, recipeText, sizeRows } from "./lesson_words.ts";

/** What a lesson cost. */
export interface LessonCost {
  /** The command, for readers. */
  readonly command: string;
  /** Of this process: time on all cores, and elapsed time. */
  readonly cpuSeconds: number;
  readonly seconds: number;
}

/** Writes `index.html` and `README.md` and returns their paths. */
export async function writeLesson(
  output: string,
  state: LessonState,
  cost: LessonCost,
): Promise<string[]> {
  const files = { [LESSON_PAGE]: lessonPage(state), "README.md": lessonMarkdown(state, cost) };
  for (const [name, content] of Object.entries(files)) {
    await atomicWriteFile(`${output}/${name}`, content);
  }
  return Object.keys(files).map((name) => `${output}/${name}`);
}

function lessonMarkdown(
  state: LessonState,
  { command, cpuSeconds, seconds }: LessonCost,
): string {
  const { lesson, runs, text } = state;
  const outcome = lessonOutcome(state);
  const { title, text: result } = outcomeText(outcome);
  const adapters = new Set(runs.flatMap(({ result }) => result?.adapter ?? []));
  return [
    `# ${lesson.title}`,
    "",
    `> ${lesson.claim} (${lesson.source})`,
    "",
    `**${title}.** ${result}`,
    "",
    ...table(
      ["", "here", "95% interval", "seeds", "paper", "verdict"],
      evidenceTexts(outcome).map(({ label, effect, interval, seeds, paper, verdict }) => [
        label,
        effect,
        interval,
        seeds,
        paper,
        verdict,
      ]),
    ),
    "",
    ...table(["", ...lesson.models.map(({ label }) => label)], sizeRows(state)),
    "",
    `Both models learn from scratch from ${text}: ${recipeText(state)}. ${
      [...adapters].join("; ")
    }, one thread per model. This command took ${Math.round(seconds)} s, and ${
      Math.round(cpuSeconds)
    } s on all cores.`,
    "",
    "```sh",
    command,
    "```",
    "",
  ].join("\n");
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map((_, i) => i === 0 ? "---" : "---:")), ...rows.map(line)];
}
