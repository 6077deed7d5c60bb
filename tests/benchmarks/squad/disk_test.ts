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

Deno.test("findSquadFiles() finds the official files in the folder or in a subfolder for each version", () =>
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
        ["both", undefined, "contains SQuAD 1.1 and 2.0; select one with --task"],
        ["flat", "1.1", "does not contain dev-v1.1.json"],
        [
          "none",
          undefined,
          "does not contain dev-v1.1.json or dev-v2.0.json",
        ],
      ] as const
    ) {
      assertThrows(() => findSquadFiles(`${folder}/${name}`, version), SquadFormatError, sentence);
    }
    await Promise.resolve();
  }));

Deno.test("loadSquadData() rejects shared questions, other versions and empty files", () =>
  withFolder({
    "train-v2.0.json": one("q1", "v2.0"),
    "dev-v2.0.json": one("q2", "v2.0"),
    "old.json": one("q3", "1.1"),
    "empty.json": squadFile("x", [], "v2.0"),
    "latin": "\xff",
  }, async (folder) => {
    const logged: string[] = [];
    const options = { log: (sentence: string) => logged.push(sentence) };
    const files = findSquadFiles(folder);
    const { train, dev, sha256 } = await loadSquadData(files, options);
    assertEquals([train.questions[0].id, dev.questions[0].id, sha256.length], ["q1", "q2", 64]);
    for (
      const [dev, sentence] of [
        [files.train, "the first is q1: scores on training questions are meaningless"],
        [`${folder}/old.json`, "old.json is SQuAD 1.1, expected 2.0"],
        [`${folder}/empty.json`, "empty.json has no questions"],
      ]
    ) {
      await assertRejects(
        () => loadSquadData({ ...files, dev }, options),
        SquadFormatError,
        sentence,
      );
    }
    assertEquals(logged, []);
  }));

Deno.test("readSquadFile() logs misplaced answers with the file name, and throws if strict", () => {
  const text = squadFile("x y", [{ id: "q", answers: [{ text: "y", answer_start: 0 }] }]);
  return withFolder({ "dev.json": text }, async (folder) => {
    const logged: string[] = [];
    const options = { log: (sentence: string) => logged.push(sentence) };
    await readSquadFile(`${folder}/dev.json`, options);
    const sentence = `${folder}/dev.json: question q: the answer "y" is not at its answer_start 0`;
    assertEquals(logged, [`${sentence} (1 in total)`]);
    await assertRejects(
      () => readSquadFile(`${folder}/dev.json`, { ...options, strict: true }),
      SquadFormatError,
      sentence,
    );
  });
});
