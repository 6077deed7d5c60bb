import { assertEquals, assertStringIncludes } from "@std/assert";
import { lockOutput } from "../../src/files/mod.ts";
import { loadTokenizer } from "../../src/text/disk/mod.ts";
import { syntheticSentences } from "../text/training/synthetic_text.ts";
import { exists } from "../../tasks/launch/files.ts";
import { runAlbert } from "./albert_process.ts";

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("albert vocab train writes a folder that can be loaded, with the same bytes every time", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/text.txt`, syntheticSentences(600).join("\n"));
    const train = (output: string, ...more: string[]) =>
      runAlbert([
        ...["vocab", "train", "--input", `${folder}/*.txt`, "--vocab-size", "60"],
        ...["--output", `${folder}/${output}`, "--json", ...more],
      ]);
    const first = await train("first", "--input-sentence-size", "200");
    assertEquals(first.code, 0, first.stderr);
    assertEquals(JSON.parse(first.stdout), {
      output: `${folder}/first`,
      pieces: 60,
      sentences: 200,
      tooLong: 0,
      reserved: 0,
      formats: { sentences: 1 },
      emptyFiles: [],
    });
    const names = Array.from(Deno.readDirSync(`${folder}/first`), ({ name }) => name).sort();
    assertEquals(names, [
      "special_tokens_map.json",
      "spiece.model",
      "spiece.vocab",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    assertEquals((await train("second", "--input-sentence-size", "200")).code, 0);
    for (const name of names) {
      const [one, two] = ["first", "second"].map((run) =>
        Deno.readFileSync(`${folder}/${run}/${name}`)
      );
      assertEquals(one, two, name);
    }
    {
      using _lock = await lockOutput(`${folder}/other`);
      const { code, stderr } = await train("other");
      assertEquals(code, 1);
      assertStringIncludes(stderr, "/other is being written by process ");
    }
    await train("other", "--input-sentence-size", "200", "--seed", "7");
    assertEquals(await exists(`${folder}/other.lock`), false);
    const model = (run: string) => Deno.readFileSync(`${folder}/${run}/spiece.model`);
    assertEquals(model("first").join() === model("other").join(), false);

    const text = "The painters were (not) answering, 17 times!";
    const fromModel = (await loadTokenizer(`${folder}/first/spiece.model`)).encodeIds(text);
    const fromJson = (await loadTokenizer(`${folder}/first/tokenizer.json`)).encodeIds(text);
    assertEquals(fromModel, fromJson);
    const listing = Deno.readTextFileSync(`${folder}/first/spiece.vocab`).split("\n");
    assertEquals(listing.slice(0, 6), [
      "<pad>\t0",
      "<unk>\t0",
      "[CLS]\t0",
      "[SEP]\t0",
      "[MASK]\t0",
      "(\t0",
    ]);
    assertEquals(listing.length, 61);
  }));

Deno.test("albert vocab train skips the markup of documents", () =>
  inFolder(async (folder) => {
    const sentences = syntheticSentences(600);
    const marked = sentences.map((text, id) =>
      `<doc id="${id}" url="?curid=${id}" title="qqq">\nQqq\n\n${text}\n</doc>\n`
    );
    await Deno.writeTextFile(`${folder}/wiki_00`, marked.join(""));
    const { code, stderr } = await runAlbert([
      ...["vocab", "train", "--input", folder, "--vocab-size", "60"],
      ...["--output", `${folder}/vocabulary`, "--character-coverage", "1"],
    ]);
    assertEquals(code, 0, stderr);
    const listing = await Deno.readTextFile(`${folder}/vocabulary/spiece.vocab`);
    assertEquals(/[<>=]|doc|curid/.test(listing.replace("<pad>", "").replace("<unk>", "")), false);
  }));

Deno.test("albert vocab train detects the format of standard input as of files", () =>
  inFolder(async (folder) => {
    const sentences = syntheticSentences(600);
    await Deno.writeTextFile(`${folder}/plain.txt`, sentences.join("\n"));
    const train = async (input: string, output: string, stdin?: string) => {
      const words = ["vocab", "train", "--input", input, "--vocab-size", "60"];
      const run = await runAlbert([...words, "--output", `${folder}/${output}`], { stdin });
      assertEquals(run.code, 0, run.stderr);
      return { ...run, listing: await Deno.readTextFile(`${folder}/${output}/spiece.vocab`) };
    };
    const { listing } = await train(`${folder}/plain.txt`, "plain");
    const json = sentences.map((text, id) => JSON.stringify({ id, url: `u/${id}`, text }));
    const marked = sentences.map((text, id) => `<doc id="${id}" title="q">\nq\n\n${text}\n</doc>`);
    const forms = { jsonl: json.join("\n"), json: `[${json}]`, wikiextractor: marked.join("\n") };
    for (const [format, text] of Object.entries(forms)) {
      const piped = await train("-", format, text);
      assertEquals(piped.listing, listing, format);
      assertStringIncludes(piped.stderr, `Format of standard input: ${format}`);
    }
  }));

Deno.test("albert vocab train rejects invalid input with one sentence", () =>
  inFolder(async (folder) => {
    const refuse = async (words: string[], code: number, message: string): Promise<void> => {
      const run = await runAlbert([
        ...["vocab", "train", "--quiet", "--output", `${folder}/v`],
        ...words,
      ]);
      assertEquals([run.code, run.stdout], [code, ""]);
      assertStringIncludes(run.stderr, message);
      assertEquals(run.stderr.trimEnd().split("\n").length, 1, run.stderr);
    };
    const [latin, empty, short] = ["latin", "empty", "short"].map((name) =>
      `${folder}/${name}.txt`
    );
    await Deno.writeFile(latin, new Uint8Array([...new TextEncoder().encode("caf"), 0xe9, 0x0a]));
    await Deno.writeFile(empty, new Uint8Array());
    await Deno.writeTextFile(short, syntheticSentences(20).join("\n"));
    await refuse(
      ["--input", latin, "--vocab-size", "100"],
      1,
      `Cannot read ${latin}: byte 0xE9 at offset 3 is not valid UTF-8`,
    );
    await refuse(["--input", empty, "--vocab-size", "100"], 1, `${empty} is empty`);
    await refuse(["--input", short, "--vocab-size", "900"], 1, "it supports at most ");
    await refuse(["--input", short, "--vocab-size", "0"], 2, "--vocab-size must be a whole number");
    await refuse(["--input", short], 2, "--vocab-size");

    // A folder whose vocabulary is in use: its files stay as they are.
    await Deno.mkdir(`${folder}/v`);
    for (const [name, content] of [["config.json", "a model"], ["index.json", "prepared data"]]) {
      await Deno.writeTextFile(`${folder}/v/${name}`, "{}");
      await refuse(["--input", short, "--vocab-size", "60"], 1, `v contains ${content} (${name})`);
    }
    assertEquals([...Deno.readDirSync(`${folder}/v`)].length, 2);
  }));

Deno.test("albert vocab train leaves no file of an older vocabulary that would be read with the new one", () =>
  inFolder(async (folder) => {
    const lines = Array.from({ length: 300 }, (_, i) => `a cat paid ${i} € for the mat`);
    await Deno.writeTextFile(`${folder}/text.txt`, lines.join("\n"));
    const output = `${folder}/v`;
    const train = (size: string, ...more: string[]) =>
      runAlbert([
        ...["vocab", "train", "--input", `${folder}/text.txt`, "--vocab-size", size],
        ...["--output", output, "--quiet", ...more],
      ]);
    const first = await train("45");
    assertEquals(first.code, 0, first.stderr);
    assertEquals((await loadTokenizer(output)).vocabularySize, 45);

    // No tokenizer.json can express these rules, because € is a user-defined symbol.
    await Deno.writeTextFile(`${folder}/rules.tsv`, "20AC\t45 55 52\n");
    const second = await train("40", "--normalization-rule-name", `${folder}/rules.tsv`);
    assertEquals(second.code, 0, second.stderr);
    assertEquals(await exists(`${output}/tokenizer.json`), false);
    assertEquals((await loadTokenizer(output)).vocabularySize, 40);

    for (const name of ["added_tokens.json", "vocab.txt"]) {
      await Deno.writeTextFile(`${output}/${name}`, "{}");
      const { code, stderr } = await train("50");
      assertEquals(code, 1);
      assertStringIncludes(stderr, `${output} contains ${name} of another tokenizer`);
      await Deno.remove(`${output}/${name}`);
      assertEquals((await loadTokenizer(output)).vocabularySize, 40);
    }
  }));
