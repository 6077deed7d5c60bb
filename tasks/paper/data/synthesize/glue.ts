/**
 * Made-up GLUE files: the official columns, headers and labels, and sentences that mean nothing.
 *
 * @module
 */
import type { RandomStream } from "../../../../src/tensor/random/mod.ts";
import { type Language, pick } from "./language.ts";

const TRAIN_ROWS = 24;
const DEV_ROWS = 12;

/** Makes the columns of one row. */
type MakeRow = (language: Language, random: RandomStream, index: number) => readonly string[];

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

/** Files by path under `glue/`. */
export function glueFiles(language: Language): Map<string, string> {
  const files = new Map<string, string>();
  for (const { folder, header, row } of LAYOUTS) {
    for (const [name, rows] of [["train", TRAIN_ROWS], ["dev", DEV_ROWS]] as const) {
      const random = language.random(`${folder} ${name}`);
      const lines = Array.from({ length: rows }, (_, i) => row(language, random, i).join("\t"));
      files.set(
        `${folder}/${name}.tsv`,
        `${[...header === undefined ? [] : [header.join("\t")], ...lines].join("\n")}\n`,
      );
    }
  }
  files.set("MNLI/train.tsv", inferenceFile(language, "train", TRAIN_ROWS, 1));
  files.set("MNLI/dev_matched.tsv", inferenceFile(language, "dev_matched", DEV_ROWS, 5));
  files.set("MNLI/dev_mismatched.tsv", inferenceFile(language, "dev_mismatched", DEV_ROWS, 5));
  return files;
}

/** MNLI: training rows have one annotator's label, held-out rows five, before the gold label. */
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
