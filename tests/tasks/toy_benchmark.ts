import { encoderSpecs, initialValues } from "../../src/model/mod.ts";
import { writeModelFolder } from "../../src/train/disk.ts";
import { tokenizer, toyConfig } from "../train/toy_task.ts";

/** First line of RTE's files. */
export const HEADER = "index\tsentence1\tsentence2\tlabel";
/** RTE's classes. */
export const LABELS = ["entailment", "not_entailment"];

function rteFile(count: number, first: number): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const word = (i + first) % 2 === 0 ? "good" : "bad";
    return `${i}\tone two ${word}\tthree ${first + i}\t${LABELS[(i + first) % 2]}`;
  });
  return [HEADER, ...rows, ""].join("\n");
}

/** Writes `model`, a small checkpoint, and the official files of RTE and RACE in `glue` and `race`. */
export async function writeToyBenchmark(folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/model`);
  await writeModelFolder(`${folder}/model`, {
    config: toyConfig,
    architecture: "AlbertModel",
    tensors: new Map(
      encoderSpecs(toyConfig).map((spec) => [
        spec.name,
        { shape: spec.shape, data: initialValues(spec, 1, 0.1) },
      ]),
    ),
    files: new Map(Object.entries(tokenizer.toFiles())),
    card: "",
  });
  await Deno.mkdir(`${folder}/glue/RTE`, { recursive: true });
  const test = "index\tsentence1\tsentence2\n0\tone good\ttwo\n1\tone bad\ttwo\n";
  const files = { train: rteFile(12, 0), dev: rteFile(7, 100), test };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/glue/RTE/${name}.tsv`, text);
  }
  for (const split of ["train", "dev"]) {
    await Deno.mkdir(`${folder}/race/${split}/middle`, { recursive: true });
    const passage = {
      article: "one two three",
      questions: ["four _ ?", "what ?"],
      options: [["one", "two", "three", "four"], ["five", "six", "seven", "good"]],
      answers: ["B", "D"],
      id: "middle1.txt",
    };
    await Deno.writeTextFile(`${folder}/race/${split}/middle/1.txt`, JSON.stringify(passage));
  }
}

/** Calls a function with a temporary folder of {@linkcode writeToyBenchmark}. */
export async function withToyBenchmark(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await writeToyBenchmark(folder);
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
