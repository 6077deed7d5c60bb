/**
 * Made-up SQuAD files of both versions: the official JSON, with answers that are words of their paragraph.
 *
 * @module
 */
import { type Language, pick } from "./language.ts";

const TRAIN_ARTICLES = 4;
const DEV_ARTICLES = 3;
const PARAGRAPHS = 2;
const QUESTIONS = 3;

/** Files by path under `squad/`. */
export function squadFiles(language: Language): Map<string, string> {
  const files = new Map<string, string>();
  for (const version of ["1.1", "2.0"]) {
    for (const [name, articles] of [["train", TRAIN_ARTICLES], ["dev", DEV_ARTICLES]] as const) {
      files.set(
        `v${version}/${name}-v${version}.json`,
        `${JSON.stringify(squadFile(language, version, name, articles))}\n`,
      );
    }
  }
  return files;
}

function squadFile(language: Language, version: string, name: string, articles: number): object {
  const random = language.random(`squad ${version} ${name}`);
  const question = (context: string, id: string) => {
    const words = [...context.matchAll(/[A-Za-z]+/g)];
    const answer = pick(words, random);
    const impossible = version === "2.0" && random.integer(3) === 0;
    const answers = [{ text: answer[0], answer_start: answer.index }];
    return {
      id,
      question: language.sentence(random, 5).replace(/\.$/, "?"),
      answers: impossible ? [] : answers,
      ...(version === "2.0" && { is_impossible: impossible }),
      ...(impossible && { plausible_answers: answers }),
    };
  };
  return {
    version: version === "2.0" ? "v2.0" : version,
    data: Array.from({ length: articles }, (_, article) => ({
      title: `Article_${name}_${article}`,
      paragraphs: Array.from({ length: PARAGRAPHS }, (_, paragraph) => {
        const context = language.paragraph(random, 4);
        return {
          context,
          qas: Array.from(
            { length: QUESTIONS },
            (_, i) => question(context, `${version}-${name}-${article}-${paragraph}-${i}`),
          ),
        };
      }),
    })),
  };
}
