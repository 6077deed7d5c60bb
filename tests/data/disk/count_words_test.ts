// Counting on many threads: the same words, wherever files are cut.
import { assertEquals, assertRejects } from "@std/assert";
import { gzipSync } from "node:zlib";
import { BROKEN_WORKERS, withBrokenWorkers } from "../../support/broken_workers.ts";
import {
  countWords,
  findReadOnce,
  readPiece,
  sizeOfInputs,
  textPieces,
} from "../../../src/data/disk/mod.ts";
import { type CountedText, VocabularyTrainer } from "../../../src/text/training/mod.ts";

const TRAINING = { vocabSize: 100 };
const SETTINGS = { format: "auto", textField: "text" } as const;
const LINES = Array.from(
  { length: 500 },
  (_, i) => `Zeile ${i}: größer als ${i % 7} “Wörter”, ${i}`,
);

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Plain text without an end of its last line, JSON lines, and a packed file. */
async function writeTexts(folder: string): Promise<string[]> {
  const paths = [`${folder}/a.txt`, `${folder}/b.jsonl`, `${folder}/c.txt.gz`];
  await Deno.writeTextFile(paths[0], LINES.join("\n"));
  await Deno.writeTextFile(paths[1], LINES.map((text) => JSON.stringify({ text })).join("\n"));
  await Deno.writeFile(paths[2], gzipSync(LINES.join("\n")));
  return paths;
}

async function counted(paths: string[], workers: number): Promise<CountedText> {
  const trainer = new VocabularyTrainer(TRAINING);
  await countWords(trainer, { ...SETTINGS, paths, training: TRAINING, workers, onBytes() {} });
  const { within, final, ...numbers } = trainer.counted;
  return { ...numbers, within: new Map([...within].sort()), final: new Map([...final].sort()) };
}

Deno.test("countWords() counts the same with any number of workers", async () =>
  await withFolder(async (folder) => {
    const paths = await writeTexts(folder);
    const expected = await counted(paths, 0);
    assertEquals(expected.sentences, 3 * LINES.length);
    for (const workers of [1, 2, 3, 5]) assertEquals(await counted(paths, workers), expected);
  }));

Deno.test("textPieces() splits plain files between lines at any size", async () =>
  await withFolder(async (folder) => {
    const paths = await writeTexts(folder);
    for (const size of [1, 37, 1000, 9999]) {
      const pieces = await textPieces(paths, SETTINGS, size);
      assertEquals(pieces.filter(({ path }) => path !== paths[0]).length, 2);
      const lines: string[] = [];
      for (const piece of pieces.filter(({ path }) => path === paths[0])) {
        await readPiece(piece, SETTINGS, (line) => lines.push(line), () => {});
      }
      assertEquals(lines, LINES);
    }
  }));

Deno.test("Pieces of a file are read as the whole file is, with the same error", async () =>
  await withFolder(async (folder) => {
    const path = `${folder}/a.txt`;
    const read = async (size: number) => {
      const lines: string[] = [];
      for (const piece of await textPieces([path], SETTINGS, size)) {
        await readPiece(piece, SETTINGS, (line) => lines.push(line), () => {});
      }
      return lines;
    };
    const marks = ["One line here.", "\uFEFFtwo", "%PDF-three", "four\rfive"];
    await Deno.writeTextFile(path, marks.join("\n"));
    assertEquals(await read(1), await read(1000));
    const good = new TextEncoder().encode(LINES.join("\n") + "\n");
    await Deno.writeFile(path, Uint8Array.of(...good, 0xff, 0x0a));
    const message = `byte 0xFF at offset ${good.length} is not valid UTF-8`;
    for (const size of [1000, 100_000]) await assertRejects(() => read(size), SyntaxError, message);
  }));

Deno.test("textPieces() reports the format of each file, and reads tables and arrays", async () =>
  await withFolder(async (folder) => {
    const files = {
      "a.csv": `id,text\n${LINES.map((line, i) => `${i},"${line}"`).join("\n")}`,
      "b.json": JSON.stringify(LINES.map((text) => ({ text }))),
      "c.txt": LINES.join("\n"),
      "d.txt": `<doc id="1" title="T">\n${LINES.join("\n")}\n</doc>\n`,
    };
    const formats: string[] = [];
    const settings = { ...SETTINGS, onFormat: (format: string) => formats.push(format) };
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
      const lines: string[] = [];
      for (const piece of await textPieces([`${folder}/${name}`], settings)) {
        await readPiece(piece, settings, (line) => lines.push(line), () => {});
      }
      assertEquals(lines, LINES, name);
    }
    assertEquals(formats, ["csv", "json", "sentences", "wikiextractor"]);
  }));

Deno.test({
  name: "countWords() reads a pipe once, in any format and next to files",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withFolder(async (folder) => {
      const [file, ...packed] = await writeTexts(folder);
      const long = `${folder}/long.txt`, pipe = `${folder}/pipe`;
      // More than the buffer of a pipe, so that a second reader would get a part.
      await Deno.writeTextFile(long, new Array(20).fill(LINES.join("\n")).join("\n"));
      await new Deno.Command("mkfifo", { args: [pipe] }).output();
      for (const path of [file, long, ...packed]) {
        const expected = await counted([file, path], 0);
        const writer = new Deno.Command("sh", { args: ["-c", `cat ${path} > ${pipe}`] }).spawn();
        assertEquals(await counted([file, pipe], 2), expected, path);
        assertEquals((await writer.status).success, true);
      }
      assertEquals(await sizeOfInputs([file, pipe]), 0);
      assertEquals(await findReadOnce([file, pipe, "-"]), pipe);
    }),
});

Deno.test("countWords() names the file that a worker cannot read", async () =>
  await withFolder(async (folder) => {
    const paths = await writeTexts(folder);
    const whole = await Deno.readFile(paths[2]);
    await Deno.writeFile(paths[2], whole.subarray(0, whole.length / 2));
    await assertRejects(() => counted(paths, 2), SyntaxError, "c.txt.gz");
  }));

for (const { how, url, cause } of BROKEN_WORKERS) {
  Deno.test(`if the word-counting worker ${how}, countWords() is rejected with the cause`, () =>
    withBrokenWorkers(url, () =>
      withFolder(async (folder) => {
        const paths = await writeTexts(folder);
        const message = `The word-counting worker ${cause}`;
        await assertRejects(() => counted(paths, 2), Error, message);
      })));
}
