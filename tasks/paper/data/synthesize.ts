/**
 * Synthetic data in the official layouts, for tests of the machinery without real data.
 *
 * @module
 */
import { atomicWriteFile } from "../../../src/files/mod.ts";
import { RandomStream } from "../../../src/tensor/random/mod.ts";

/** The file that is written last. */
const DONE = "MADE-UP";

/** Writes synthetic text and benchmarks to a folder, unless they exist. Equal seeds give equal bytes. */
export async function synthesize(root: string, seed: number): Promise<void> {
  const notice = `All data in this folder is synthetic, generated from seed ${seed}.\n`;
  if (await Deno.readTextFile(`${root}/${DONE}`).catch(() => "") === notice) return;
  const language = new Language(seed);
  const folders: [string, Map<string, string>][] = [
    ["text", textFiles(language)],
    ["glue", glueFiles(language)],
    ["squad", squadFiles(language)],
    ["race", raceFiles(language)],
  ];
  const files = folders.flatMap(([folder, own]) =>
    [...own].map(([name, text]) => [`${folder}/${name}`, text] as const)
  );
  await writeGenerated(root, files, [DONE, notice]);
}

/** A file's path in a data folder, and its content. */
export type GeneratedFile = readonly [name: string, text: string];

/** Writes the files of a data folder; `last` exists only if all others do. */
export async function writeGenerated(
  root: string,
  files: readonly GeneratedFile[],
  [last, content]: GeneratedFile,
): Promise<void> {
  for (const [name, text] of files) {
    const path = `${root}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, text);
  }
  await atomicWriteFile(`${root}/${last}`, content);
}

/** Random stream id, distinct from every other use of the seed. */
const STREAM = 0x6d616465;

const SYLLABLES = ["ba", "del", "fi", "gor", "ku", "lan", "mi", "no", "per", "ra", "su", "tem"];
const ENDINGS = ["", "s", "ing", "ed", "er"];
const WORDS = 160;

/** An artificial language: enough structure for readers, tokenizers and tasks, and a pure function of the seed. */
class Language {
  readonly #seed: number;
  readonly #words: readonly string[];

  constructor(seed: number) {
    this.#seed = seed;
    const random = new RandomStream(seed, STREAM, 0);
    const words = new Set<string>();
    while (words.size < WORDS) {
      const syllables = Array.from(
        { length: 1 + random.integer(3) },
        () => pick(SYLLABLES, random),
      );
      words.add(syllables.join("") + pick(ENDINGS, random));
    }
    this.#words = [...words];
  }

  /** An independent random stream for a name. */
  random(name: string): RandomStream {
    let hash = 1;
    for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) >>> 0;
    return new RandomStream(this.#seed, STREAM, hash);
  }

  /** A word from a skewed frequency distribution. */
  word(random: RandomStream): string {
    return this.#words[Math.floor(WORDS * random.uniform() ** 2)];
  }

  /** A sequence in which each word makes a certain next word more likely. */
  words(random: RandomStream, count: number): string[] {
    let place = random.integer(WORDS);
    return Array.from({ length: count }, () => {
      place = random.uniform() < 0.7
        ? (place * 7 + 3) % WORDS
        : this.#words.indexOf(this.word(random));
      return this.#words[place];
    });
  }

  /** `Gorlan mi baned del.` */
  sentence(random: RandomStream, words = 4 + random.integer(5)): string {
    const [first, ...rest] = this.words(random, words);
    return [first[0].toUpperCase() + first.slice(1), ...rest].join(" ") + ".";
  }

  paragraph(random: RandomStream, sentences: number): string {
    return Array.from({ length: sentences }, () => this.sentence(random)).join(" ");
  }
}

/** A random element of a list. */
function pick<T>(list: readonly T[], random: RandomStream): T {
  return list[random.integer(list.length)];
}

const BOOKS = 4;
const ARTICLES = 12;

/** Pretraining text as plain text, Wikipedia extracts and JSON lines. Returns files by path under `text/`. */
function textFiles(language: Language): Map<string, string> {
  const files = new Map<string, string>();
  const random = language.random("text");
  const chapter = () => Array.from({ length: 8 }, () => language.paragraph(random, 5)).join("\n\n");
  for (let book = 1; book <= BOOKS; book++) files.set(`books/book-${book}.txt`, `${chapter()}\n`);
  const article = (id: number) => {
    const title = language.sentence(random, 2).slice(0, -1);
    const text = [language.paragraph(random, 4), language.paragraph(random, 4)].join("\n");
    return `<doc id="${id}" url="https://example.org/${id}" title="${title}">\n${title}\n\n${text}\n</doc>\n`;
  };
  files.set(
    "wikipedia/AA_wiki_00",
    Array.from({ length: ARTICLES }, (_, i) => article(i + 1)).join(""),
  );
  const line = () => `${JSON.stringify({ text: language.paragraph(random, 8) })}\n`;
  files.set("web/pages.jsonl", Array.from({ length: ARTICLES }, line).join(""));
  return files;
}

const GLUE_TRAIN_ROWS = 24;
const GLUE_DEV_ROWS = 12;

/** Generates the columns of a row. */
type MakeRow = (language: Language, random: RandomStream, index: number) => readonly string[];

/** The columns of a GLUE task, as in its official files. */
interface Layout {
  readonly folder: string;
  readonly header?: readonly string[];
  readonly row: MakeRow;
}

const BINARY = ["0", "1"];
const ENTAILMENT = ["entailment", "not_entailment"];

function indexedPair(
  folder: string,
  first: string,
  second: string,
  labels: readonly string[],
): Layout {
  return {
    folder,
    header: ["index", first, second, "label"],
    row: (language, random, index) => [
      String(index),
      language.sentence(random),
      language.sentence(random),
      pick(labels, random),
    ],
  };
}

const LAYOUTS: readonly Layout[] = [
  {
    folder: "CoLA",
    row: (language, random) => ["gj04", pick(BINARY, random), "", language.sentence(random)],
  },
  {
    folder: "SST-2",
    header: ["sentence", "label"],
    row: (language, random) => [language.sentence(random), pick(BINARY, random)],
  },
  {
    folder: "MRPC",
    header: ["Quality", "#1 ID", "#2 ID", "#1 String", "#2 String"],
    row: (language, random, index) => [
      pick(BINARY, random),
      String(2 * index),
      String(2 * index + 1),
      language.sentence(random),
      language.sentence(random),
    ],
  },
  {
    folder: "STS-B",
    header: [
      ...["index", "genre", "filename", "year", "old_index", "source1", "source2"],
      ...["sentence1", "sentence2", "score"],
    ],
    row: (language, random, index) => [
      ...[String(index), "main", "made-up", "2020", String(index), "none", "none"],
      language.sentence(random),
      language.sentence(random),
      (random.integer(51) / 10).toFixed(3),
    ],
  },
  {
    folder: "QQP",
    header: ["id", "qid1", "qid2", "question1", "question2", "is_duplicate"],
    row: (language, random, index) => [
      ...[String(index), String(2 * index), String(2 * index + 1)],
      language.sentence(random),
      language.sentence(random),
      pick(BINARY, random),
    ],
  },
  indexedPair("QNLI", "question", "sentence", ENTAILMENT),
  indexedPair("RTE", "sentence1", "sentence2", ENTAILMENT),
  indexedPair("WNLI", "sentence1", "sentence2", BINARY),
];

/** GLUE with official columns, headers and labels. Returns files by path under `glue/`. */
function glueFiles(language: Language): Map<string, string> {
  const files = new Map<string, string>();
  for (const { folder, header, row } of LAYOUTS) {
    for (const [name, rows] of [["train", GLUE_TRAIN_ROWS], ["dev", GLUE_DEV_ROWS]] as const) {
      const random = language.random(`${folder} ${name}`);
      const lines = Array.from({ length: rows }, (_, i) => row(language, random, i).join("\t"));
      files.set(
        `${folder}/${name}.tsv`,
        `${[...header === undefined ? [] : [header.join("\t")], ...lines].join("\n")}\n`,
      );
    }
  }
  files.set("MNLI/train.tsv", inferenceFile(language, "train", GLUE_TRAIN_ROWS, 1));
  files.set("MNLI/dev_matched.tsv", inferenceFile(language, "dev_matched", GLUE_DEV_ROWS, 5));
  files.set("MNLI/dev_mismatched.tsv", inferenceFile(language, "dev_mismatched", GLUE_DEV_ROWS, 5));
  return files;
}

/** MNLI, whose training rows have the labels of one annotator and whose held-out rows those of five, before the gold label. */
function inferenceFile(
  language: Language,
  name: string,
  rows: number,
  annotators: number,
): string {
  const random = language.random(`MNLI ${name}`);
  const labels = Array.from({ length: annotators }, (_, i) => `label${i + 1}`);
  const parses = ["binary_parse", "parse"].flatMap((parse) => [
    `sentence1_${parse}`,
    `sentence2_${parse}`,
  ]);
  const before = ["index", "promptID", "pairID", "genre", ...parses];
  const header = [...before, "sentence1", "sentence2", ...labels, "gold_label"];
  const lines = Array.from({ length: rows }, (_, i) => {
    const label = pick(["contradiction", "entailment", "neutral"], random);
    return [
      ...before.map(() => String(i)),
      language.sentence(random),
      language.sentence(random),
      ...labels.map(() => label),
      label,
    ].join("\t");
  });
  return `${[header.join("\t"), ...lines].join("\n")}\n`;
}

const TRAIN_ARTICLES = 4;
const DEV_ARTICLES = 3;
const PARAGRAPHS = 2;
const SQUAD_QUESTIONS = 3;

/** SQuAD 1.1 and 2.0 with answers that are words of their paragraph. Returns files by path under `squad/`. */
function squadFiles(language: Language): Map<string, string> {
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
            { length: SQUAD_QUESTIONS },
            (_, i) => question(context, `${version}-${name}-${article}-${paragraph}-${i}`),
          ),
        };
      }),
    })),
  };
}

const PASSAGES = { train: 4, dev: 2, test: 2 };
const RACE_QUESTIONS = 2;

/** RACE with one passage per file and four options per question. Returns files by path under `race/`. */
function raceFiles(language: Language): Map<string, string> {
  const files = new Map<string, string>();
  for (const [split, passages] of Object.entries(PASSAGES)) {
    for (const level of ["middle", "high"]) {
      const random = language.random(`race ${split} ${level}`);
      for (let passage = 1; passage <= passages; passage++) {
        const each = <T>(make: () => T): T[] => Array.from({ length: RACE_QUESTIONS }, make);
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
