import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  findSquadFiles,
  loadSquadData,
  readSquadFile,
} from "../../../src/benchmarks/squad/disk.ts";
import { SquadFormatError } from "../../../src/benchmarks/squad/mod.ts";
import { squadFile } from "./squad_file.ts";

async function withFolder(
  files: Record<string, string>,
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(`${folder}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const one = (id: string, version: string) => squadFile("x y", [{ id, answers: [] }], version);

Deno.test("the official files are found in their folder or in one for each version", () =>
  withFolder({
    "both/v1.1/dev-v1.1.json": "",
    "both/v2.0/dev-v2.0.json": "",
    "flat/dev-v2.0.json": "",
    "none/x": "",
  }, async (folder) => {
    assertEquals(findSquadFiles(`${folder}/flat`), {
      version: "2.0",
      train: `${folder}/flat/train-v2.0.json`,
      dev: `${folder}/flat/dev-v2.0.json`,
    });
    assertEquals(
      findSquadFiles(`${folder}/both`, "1.1").dev,
      `${folder}/both/v1.1/dev-v1.1.json`,
    );
    for (
      const [name, version, sentence] of [
        ["both", undefined, "holds SQuAD 1.1 and 2.0; say which"],
        ["flat", "1.1", "holds no dev-v1.1.json"],
        ["none", undefined, "holds no dev-v1.1.json or dev-v2.0.json"],
      ] as const
    ) {
      assertThrows(() => findSquadFiles(`${folder}/${name}`, version), SquadFormatError, sentence);
    }
    await Promise.resolve();
  }));

Deno.test("a held-out file that was trained on, and one of another version, are refused", () =>
  withFolder({
    "train-v2.0.json": one("q1", "v2.0"),
    "dev-v2.0.json": one("q2", "v2.0"),
    "old.json": one("q3", "1.1"),
    "empty.json": squadFile("x", [], "v2.0"),
    "latin": "\xff",
  }, async (folder) => {
    const said: string[] = [];
    const options = { say: (sentence: string) => said.push(sentence) };
    const files = findSquadFiles(folder);
    const { train, dev, sha256 } = await loadSquadData(files, options);
    assertEquals([train.questions[0].id, dev.questions[0].id, sha256.length], ["q1", "q2", 64]);
    for (
      const [dev, sentence] of [
        [files.train, "first q1: scores on them would mean nothing"],
        [`${folder}/old.json`, "old.json is SQuAD 1.1, expected 2.0"],
        [`${folder}/empty.json`, "empty.json has no question"],
      ]
    ) {
      await assertRejects(
        () => loadSquadData({ ...files, dev }, options),
        SquadFormatError,
        sentence,
      );
    }
    assertEquals(said, []);
  }));

Deno.test("misplaced answers are said once with the file's name, and stop where strict", () => {
  const text = squadFile("x y", [{ id: "q", answers: [{ text: "y", answer_start: 0 }] }]);
  return withFolder({ "dev.json": text }, async (folder) => {
    const said: string[] = [];
    const options = { say: (sentence: string) => said.push(sentence) };
    await readSquadFile(`${folder}/dev.json`, options);
    const sentence =
      `${folder}/dev.json: question q: the answer "y" does not stand at its answer_start 0`;
    assertEquals(said, [`${sentence} (1 in all)`]);
    await assertRejects(
      () => readSquadFile(`${folder}/dev.json`, { ...options, strict: true }),
      SquadFormatError,
      sentence,
    );
  });
});
