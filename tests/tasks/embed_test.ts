import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parseSafetensors, toFloat32 } from "../../src/weights/mod.ts";
import { toyFiles } from "../inference/toy_model.ts";
import { albertHere } from "../faults/workbench.ts";
import { runAlbert } from "./albert_process.ts";

const folder = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
await Deno.mkdir(`${folder}/model`);
for (const [name, bytes] of toyFiles()) await Deno.writeFile(`${folder}/model/${name}`, bytes);

function embed(words: string[], stdin?: string) {
  const shared = ["embed", "--checkpoint", "model", "--device", "cpu"];
  return runAlbert([...shared, ...words], { cwd: folder, stdin });
}

interface Line {
  text: string;
  id?: number;
  embedding: number[];
}

function linesOf(text: string): Line[] {
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("albert embed gives the same vectors for arguments, lines, files and all formats", async () => {
  const texts = ["the cat sat", "a mat", "a dog, a cat"];
  const blank = await embed([], "the cat sat\n\na mat\n");
  assertEquals(linesOf(blank.stdout).map(({ text }) => text), ["the cat sat", "", "a mat"]);
  const [arguments_, lines] = await Promise.all([
    embed(texts),
    embed(["--batch-size", "2"], `${texts.join("\n")}\n`),
  ]);
  assertEquals([arguments_.code, lines.code], [0, 0], arguments_.stderr + lines.stderr);
  const wanted = linesOf(arguments_.stdout);
  assertEquals(wanted.map(({ text }) => text), texts);
  assertEquals(wanted.map(({ embedding }) => embedding.length), [16, 16, 16]);
  // The padded length of a batch changes the order of additions.
  const same = (actual: readonly number[], i: number) =>
    actual.forEach((value, k) => assert(Math.abs(value - wanted[i].embedding[k]) < 1e-6));
  linesOf(lines.stdout).forEach(({ embedding }, i) => same(embedding, i));

  const rows = texts.map((body, id) => ({ id, body }));
  await Deno.writeTextFile(`${folder}/a.jsonl`, rows.map((row) => JSON.stringify(row)).join("\n"));
  const csv = ["id,body", ...rows.map(({ id, body }) => `${id},"${body}"`)].join("\n");
  await Deno.writeTextFile(`${folder}/b.csv`, csv);
  const input = ["--input", "a.jsonl", "b.csv", "--text-field", "body"];
  const [json, npy, safe] = await Promise.all([
    embed([...input, "--output", "c.jsonl"]),
    embed([...input, "--output", "c.npy"]),
    embed([...input, "--output", "c.safetensors", "--json"]),
  ]);
  assertEquals([json.code, npy.code, safe.code], [0, 0, 0], json.stderr + npy.stderr + safe.stderr);
  assertStringIncludes(npy.stderr, "c.npy: 16 numbers per text, 6 texts in");
  assertEquals(JSON.parse(safe.stdout), { output: "c.safetensors", texts: 6, dimensions: 16 });
  const kept = linesOf(await Deno.readTextFile(`${folder}/c.jsonl`));
  assertEquals(kept.map(({ id }) => `${id}`), ["0", "1", "2", "0", "1", "2"]);
  kept.forEach(({ embedding }, i) => same(embedding, i % 3));
  const { tensors } = parseSafetensors(await Deno.readFile(`${folder}/c.safetensors`));
  const stored = tensors.get("embeddings")!;
  assertEquals(stored.shape, [6, 16]);
  const bytes = await Deno.readFile(`${folder}/c.npy`);
  const header = new TextDecoder("latin1").decode(bytes.subarray(0, 128));
  assertStringIncludes(header, "{'descr': '<f4', 'fortran_order': False, 'shape': (6, 16), }");
  for (
    const values of [toFloat32("embeddings", stored), new Float32Array(bytes.slice(128).buffer)]
  ) {
    assertEquals(values.length, 96);
    for (let i = 0; i < 6; i++) same([...values.subarray(16 * i, 16 * (i + 1))], i % 3);
  }
});

Deno.test("albert embed prints a vector as soon as its line has been read", async () => {
  const { prepareConfig } = await import("../../tasks/launch/config.ts");
  const { toolCommand, TOOLS } = await import("../../tasks/launch/tools.ts");
  const config = await prepareConfig(() => {});
  const words = ["embed", "--checkpoint", `${folder}/model`, "--device", "cpu"];
  const child = new Deno.Command(Deno.execPath(), {
    args: toolCommand(TOOLS.albert, config, words),
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  for (const text of ["the cat", "a dog"]) {
    await writer.write(new TextEncoder().encode(`${text}\n`));
    assertEquals(JSON.parse((await reader.read()).value!).text, text);
  }
  await writer.close();
  assertEquals((await reader.read()).done, true);
  assertEquals((await child.status).code, 0);
});

Deno.test("albert embed rejects bad input in one sentence", async () => {
  await Deno.writeTextFile(`${folder}/bad.jsonl`, '{"text": "a"}\n{"text": 3}\n');
  await Deno.writeTextFile(`${folder}/embedded.jsonl`, '{"text": "a", "embedding": [1]}\n');
  await Deno.writeTextFile(`${folder}/broken.jsonl`, '{"text": "a"}\n{"text": \n');
  await Deno.writeTextFile(`${folder}/ragged.csv`, "text,id\na,1\nb,2,3\n");
  const cases: [string[], number, string][] = [
    [
      ["--output", "none/x.npy", "a"],
      1,
      "albert: Cannot write none/x.npy: No such file or directory",
    ],
    [["--output", "x.txt"], 2, "--output must end in .jsonl, .npy or .safetensors (got"],
    [["--max-seq-length", "99"], 2, "--max-seq-length must be at most the model's"],
    [["--batch-size", "0"], 2, "--batch-size must be at least 1 (got 0)"],
    [["text", "--input", "a.jsonl"], 2, "Texts and --input exclude each other"],
    [["--input", "model"], 1, "model is a folder; name the files in it"],
    [["--input", "none.txt"], 1, "none.txt: No such file or directory"],
    [["--input", "bad.jsonl"], 1, 'field "text" of line 2 must be a string, got 3'],
    [
      ["--input", "bad.jsonl", "--text-field", "body"],
      1,
      'bad.jsonl: line 1 has no field "body"; its fields are "text"',
    ],
    [
      ["--input", "embedded.jsonl"],
      1,
      'embedded.jsonl: the record of line 1 already has the field "embedding", which the output',
    ],
    [["--input", "broken.jsonl", "--output", "y.npy"], 1, "broken.jsonl: line 2 is not valid JSON"],
    [["--input", "ragged.csv"], 1, "ragged.csv: line 3 has 3 fields, but the header has 2"],
  ];
  for (const [words, code, message] of cases) {
    const paths = words.map((word) =>
      /^[^/]+\.(jsonl|csv|txt|npy)$|^model$/.test(word) ? `${folder}/${word}` : word
    );
    const shared = ["embed", "--checkpoint", `${folder}/model`, "--device", "cpu"];
    const outcome = await albertHere(...shared, ...paths);
    assertEquals(outcome.code, code, outcome.stderr);
    assertStringIncludes(outcome.stderr, message);
    assertEquals(outcome.stderr.trimEnd().split("\n").length, 1, outcome.stderr);
  }
  assertEquals([...Deno.readDirSync(folder)].filter(({ name }) => name.startsWith("y.npy")), []);
});

Deno.test({
  name: "albert embed writes JSON lines to a pipe, and rejects binary files there before it reads",
  ignore: Deno.build.os === "windows",
  async fn() {
    for (const [name, code] of [["pipe.jsonl", 0], ["pipe.npy", 1]] as const) {
      const path = `${folder}/${name}`;
      await new Deno.Command("mkfifo", { args: [path] }).output();
      const [outcome, bytes] = await Promise.all([
        embed(["--output", name, "--input", "-"], code === 0 ? "a cat\n" : "\u{0}".repeat(9)),
        Deno.readFile(path),
      ]);
      assertEquals(outcome.code, code, outcome.stderr);
      assertEquals(bytes.length > 0, code === 0);
      if (code !== 0) {
        const message = "albert: Cannot write pipe.npy: a pipe can receive .jsonl only; " +
          ".npy and .safetensors need a file";
        assertEquals(outcome.stderr.trimEnd(), message);
      }
    }
  },
});

Deno.test("albert embed logs how many texts are cut, on each kind of input", async () => {
  const long = "the cat sat ".repeat(40);
  await Deno.writeTextFile(`${folder}/long.csv`, `text\n${long}\na dog\n${long}${long}\n`);
  const model = ["--model_name_or_path", "model", "--device", "cpu"];
  const run = (...words: string[]) => runAlbert(["embed", ...model, ...words], { cwd: folder });
  const file = await run("--input", "long.csv");
  assertEquals([file.code, linesOf(file.stdout).length], [0, 3], file.stderr);
  assertMatch(
    file.stderr,
    /2 of 3 texts are longer than the sequences \(the longest has \d+ tokens\)/,
  );
  const short = await run("a dog");
  assertEquals([short.code, short.stderr.includes("are cut")], [0, false], short.stderr);
});
