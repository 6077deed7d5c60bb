import { assert, assertEquals } from "@std/assert";
import { openShards } from "../../src/data/disk/mod.ts";
import { ExampleDataset, exampleSettings, splitDocuments } from "../../src/data/mod.ts";
import { smallModelBytes, smallText } from "../data/small_tokenizer.ts";
import { runAlbert } from "./albert_process.ts";
import { fileURLToPath } from "node:url";

Deno.test("albert prepare and albert data: from text to readable examples", async (t) => {
  const folder = await Deno.makeTempDir();
  await Deno.writeFile(`${folder}/spiece.model`, smallModelBytes());
  await Deno.writeTextFile(`${folder}/a.txt`, smallText(1, 300));
  const words = ["prepare", "--input", "*.txt", "--vocab", "spiece.model", "--output", "data"];
  words.push("--validation-fraction", "0.1");
  const albert = (...words: string[]) => runAlbert(words, { cwd: folder });
  try {
    await t.step("prepare --stats prints counts and histograms", async () => {
      const { code, stdout, stderr } = await albert(...words, "--stats");
      assertEquals(code, 0, stderr);
      assert(/documents +300\n/.test(stdout), stdout);
      assert(stdout.includes("tokens a sentence") && stdout.includes("█"), stdout);
      assert(stderr.includes("data: 1 shard,"), stderr);
    });
    await t.step("prepare does not overwrite data, and prints no stack trace", async () => {
      const { code, stdout, stderr } = await albert(...words);
      assertEquals([code, stdout], [1, ""]);
      assertEquals(stderr.trim().split("\n").length, 1);
      assert(
        stderr.includes("data is not empty: choose another folder or add --overwrite"),
        stderr,
      );
    });
    await t.step("prepare reads standard input", async () => {
      const { code, stdout, stderr } = await runAlbert(
        ["prepare", "--input", "-", "--vocab", "spiece.model", "--output", "piped", "--json"],
        { cwd: folder, stdin: smallText(1, 300) },
      );
      assertEquals(code, 0, stderr);
      const { fingerprint } = JSON.parse(await Deno.readTextFile(`${folder}/data/index.json`));
      assertEquals(JSON.parse(stdout).fingerprint, fingerprint);
    });
    await t.step("prepare reports the format, and --dry-run shows sentences only", async () => {
      const blocks = "यह पहला वाक्य है।\nयह दूसरा है।\n\nयह तीसरा है।\nहाँ।\n";
      const dry = ["prepare", "--dry-run"];
      const { code, stdout, stderr } = await runAlbert([...dry, "--input", "-"], {
        cwd: folder,
        stdin: blocks,
      });
      assertEquals([code, stdout], [
        0,
        "-: sentences; 2 documents, 4 sentences\n" +
        "  यह पहला वाक्य है।\n  यह दूसरा है।\n  यह तीसरा है।\n",
      ], stderr);
      const lines = "One here. Two here.\nThree. Four.\nFive is here. So is six.\n";
      await Deno.writeTextFile(`${folder}/reviews`, lines);
      await Deno.writeTextFile(`${folder}/none`, "");
      const files = ["--input", "reviews", "none"];
      const hinted = await albert(...dry, ...files);
      assert(
        hinted.stdout.startsWith(
          "reviews: paragraphs (if each line is a document, use --format lines); 1 document, 6",
        ) && hinted.stdout.endsWith("none: no text; left out\n"),
        hinted.stdout,
      );
      const json = await albert(...dry, ...files, "--format", "lines", "--json");
      const { files: [reviews], emptyFiles } = JSON.parse(json.stdout);
      assertEquals([reviews.format, reviews.documents, reviews.sentences], ["lines", 3, 6]);
      assertEquals(emptyFiles, ["none"]);
      const missing = await albert("prepare", ...files, "--output", "missing");
      assertEquals(missing.code, 2);
      assert(missing.stderr.includes("--vocab is required without --dry-run"), missing.stderr);
      const run = await albert("prepare", ...files, ...words.slice(3, 5), "--output", "formats");
      assert(run.stderr.includes("Format of reviews: paragraphs (if each line"), run.stderr);
      assert(run.stderr.includes("Left out 1 file without text, such as none"), run.stderr);
      assert(!Array.from(Deno.readDirSync(folder)).some(({ name }) => name.startsWith("dry")));
    });
    await t.step("data show marks the masked tokens", async () => {
      const { code, stdout, stderr } = await albert(
        "data",
        "show",
        "--data",
        "data",
        "--count",
        "2",
      );
      assertEquals(code, 0, stderr);
      assertEquals(stdout.match(/^A: /gm)?.length, 2);
      assert(/tokens, \d+ to predict · /.test(stdout) && /\{[^}]+\}/.test(stdout), stdout);
    });
    await t.step("data stats prints statistics", async () => {
      const { code, stdout, stderr } = await albert(
        ...["data", "stats", "--data", "data", "--examples", "500", "--json"],
      );
      assertEquals(code, 0, stderr);
      const statistics = JSON.parse(stdout);
      assertEquals([statistics.examples, statistics.pairsAcrossDocuments], [500, 0]);
    });
    await t.step("data export writes the examples of pretraining, one per line", async () => {
      const { code, stderr } = await albert(
        ...["data", "export", "--data", "data", "--export-examples", "e.jsonl", "--count", "30"],
      );
      assertEquals(code, 0, stderr);
      const lines = (await Deno.readTextFile(`${folder}/e.jsonl`)).trim().split("\n");
      const examples = lines.map((line) => JSON.parse(line));
      assertEquals(examples.map(({ index }) => index), Array.from({ length: 30 }, (_, i) => i));
      for (const { tokens, input_ids, masked_lm_positions, masked_lm_ids } of examples) {
        assertEquals([tokens[0], tokens.at(-1)], ["[CLS]", "[SEP]"]);
        assertEquals(input_ids.length, tokens.length);
        assertEquals(masked_lm_positions.length, masked_lm_ids.length);
      }
      const piped = await albert(
        ...["data", "export", "--data", "data", "--export-examples", "/dev/stdout", "--count", "2"],
      );
      assertEquals([piped.stdout, piped.stderr], [
        lines.slice(0, 2).map((line) => `${line}\n`).join(""),
        "albert: /dev/stdout: 2 examples\n",
      ]);
      const { corpus } = await openShards(`${folder}/data`);
      const { train } = splitDocuments(corpus, 0.1);
      assert(train.length < corpus.documentCount);
      const dataset = new ExampleDataset(corpus, exampleSettings(128), 42, train);
      examples.forEach(({ input_ids }, i) =>
        assertEquals(input_ids, [...dataset.exampleAt(i).inputIds])
      );
    });
    await t.step("invalid input gives one sentence", async () => {
      await Deno.writeFile(`${folder}/latin1.txt`, new Uint8Array([65, 0xe9, 66]));
      const cases: [string[], number, string][] = [
        [["--input", "latin1.txt"], 1, "latin1.txt: byte 0xE9 at offset 1 is not valid UTF-8"],
        [["--input", "none*.txt"], 1, "No file matches none*.txt"],
        [["--input", "a.txt", "--format", "pdf"], 2, "pdf"],
      ];
      for (const [input, expected, message] of cases) {
        const { code, stdout, stderr } = await albert(
          ...["prepare", "--vocab", "spiece.model", "--output", "bad", ...input],
        );
        assertEquals([code, stdout], [expected, ""], stderr);
        assert(stderr.includes(message) && !stderr.includes("    at "), stderr);
      }
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("albert prepare, killed at any moment, continues and writes the same bytes", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeFile(`${folder}/spiece.model`, smallModelBytes());
  await Deno.writeTextFile(`${folder}/a.txt`, smallText(1, 2500));
  const script = fileURLToPath(new URL("../data/disk/prepare_process.ts", import.meta.url));
  const start = (output: string) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--quiet", script, folder, output],
      stdout: "null",
      stderr: "piped",
    }).spawn();
  const finish = async (output: string) => {
    const { success, stderr } = await start(output).output();
    assert(success, new TextDecoder().decode(stderr));
  };
  try {
    await finish("whole");
    for (let kill = 1; kill <= 4; kill++) {
      const process = start("parts");
      // Killed when this shard has been written.
      const shard = `${folder}/parts.partial/shard-0000${2 * kill}.bin`;
      while (!await Deno.stat(shard).then(() => true, () => false)) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      process.kill("SIGKILL");
      await process.output();
    }
    await finish("parts");
    for (const { name } of Deno.readDirSync(`${folder}/whole`)) {
      const [whole, parts] = ["whole", "parts"].map((f) =>
        Deno.readFileSync(`${folder}/${f}/${name}`)
      );
      assertEquals(parts, whole, name);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
