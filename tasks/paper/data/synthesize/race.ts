/**
 * Made-up RACE files: a passage a file, four options a question.
 *
 * @module
 */
import { type Language, pick } from "./language.ts";

const PASSAGES = { train: 4, dev: 2, test: 2 };
const QUESTIONS = 2;

/** Files by path under `race/`. */
export function raceFiles(language: Language): Map<string, string> {
  const files = new Map<string, string>();
  for (const [split, passages] of Object.entries(PASSAGES)) {
    for (const level of ["middle", "high"]) {
      const random = language.random(`race ${split} ${level}`);
      for (let passage = 1; passage <= passages; passage++) {
        const each = <T>(make: () => T): T[] => Array.from({ length: QUESTIONS }, make);
        const text = {
          id: `${level}${passage}.txt`,
          article: language.paragraph(random, 5),
          questions: each(() => language.sentence(random, 5).replace(/\.$/, " _ .")),
          options: each(() => Array.from({ length: 4 }, () => language.words(random, 2).join(" "))),
          answers: each(() => pick(["A", "B", "C", "D"], random)),
        };
        files.set(`${split}/${level}/${passage}.txt`, `${JSON.stringify(text)}\n`);
      }
    }
  }
  return files;
}
