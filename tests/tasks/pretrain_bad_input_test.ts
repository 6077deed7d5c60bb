// Invalid input of albert pretrain: one sentence that names it, exit code 1 or 2, and no lost data.
import { assert, assertEquals } from "@std/assert";
import { configToJson, presetConfig } from "../../src/model/mod.ts";
import { RunFolder } from "../../src/runs/disk.ts";
import { albertHere } from "../faults/workbench.ts";
import { brokenCheckpoint } from "../faults/training_kills.ts";
import { Workbench } from "../faults/workbench.ts";
import { runAlbert } from "./albert_process.ts";

const bench = await Workbench.make(1, 60);
const folder = bench.folder;
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const { code: prepared, stderr: complaint } = await albertHere(
  ...["prepare", "--input", `${folder}/text.txt`, "--vocab", `${folder}/spiece.model`],
  ...["--output", `${folder}/data`],
);
if (prepared !== 0) throw new Error(complaint);
const DATA = ["--data", `${folder}/data`];
const SHORT = ["--steps", "2", "--batch-size", "2", "--save-steps", "1"];

/** Asserts that `albert pretrain` rejects these words with one sentence that has these parts. */
async function refuses(words: string[], exitCode: number, ...parts: string[]): Promise<void> {
  const output = words.includes("--output") ? [] : ["--output", bench.newPath("refused")];
  const { code, stderr } = await albertHere("pretrain", "--device", "cpu", ...output, ...words);
  assertEquals(code, exitCode, stderr);
  assertEquals(stderr.split("\n").length, 1, stderr);
  for (const part of parts) assert(stderr.includes(part), `${stderr} does not contain ${part}`);
}

/** Writes a file and returns its path. */
async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = `${folder}/${name}`;
  await Deno.writeFile(
    path,
    typeof content === "string" ? new TextEncoder().encode(content) : content,
  );
  return path;
}

/** The smoke preset as a file, changed. */
async function configFile(name: string, change: Record<string, unknown>): Promise<string> {
  const config = configToJson({ ...presetConfig("smoke"), vocabSize: 55 }, [
    "AlbertForPreTraining",
  ]);
  return await file(`${name}.json`, JSON.stringify({ ...config, ...change }));
}

Deno.test("pretrain names the flag that is missing, unknown or out of range", async () => {
  await refuses([...DATA, "--config", "smoke"], 2, "--steps is required");
  await refuses(["--steps", "2"], 2, "--data is required");
  const expected = "expected a folder with prepared data (index.json); run albert prepare first";
  await refuses(["--data", "gone", ...SHORT], 2, `gone does not exist; ${expected}`);
  await refuses(
    ["--data", `${folder}/spiece.model`, ...SHORT],
    2,
    `spiece.model is a file; ${expected}`,
  );
  await refuses(["--data", "*.txt", ...SHORT], 2, "*.txt is not prepared data; run albert prepare");
  await refuses([...DATA, ...SHORT, "--config", "albert-huge"], 2, "albert-huge", "albert-base-v2");
  const long = "must be at most 128 tokens (the model's max_position_embeddings), got 600";
  const smoke = [...DATA, ...SHORT, "--config", "smoke"];
  await refuses([...smoke, "--max-seq-length", "600"], 2, `--max-seq-length ${long}`);
  await refuses(
    [...smoke, "--phases", "16:0.5,600:0.5"],
    2,
    `--phases ${long}`,
  );
  const single = await configFile("single", { type_vocab_size: 1 });
  await refuses(
    [...DATA, ...SHORT, "--config", single],
    2,
    '--pair-objective must be "none" for a model with type_vocab_size 1',
  );
  await refuses([...DATA, "--steps", "0"], 2, "steps must be an integer from 1, got 0");
  await refuses([...DATA, "--steps", "2", "--batch-size", "0"], 2, "--batch-size must be");
  await refuses([...DATA, ...SHORT, "--learning-rate", "-1"], 2, "--learning-rate must be");
  await refuses([...DATA, ...SHORT, "--max-grad-norm", "-1"], 2, "--max-grad-norm must be");
  await refuses([...DATA, ...SHORT, "--max-time", "soon"], 2, "--max-time must be", "soon");
  await refuses([...DATA, ...SHORT, "--phases", "128"], 2, "--phases must be", "got 128");
});

Deno.test("pretrain reports invalid text and vocabularies", async () => {
  const vocabulary = ["--vocab", `${folder}/spiece.model`];
  const text = (path: string) => ["--data", path, ...SHORT, "--config", "smoke"];
  await refuses(text(`${folder}/nothing`), 2, "nothing", "run albert prepare first");
  await refuses([...text(`${folder}/nothing.txt`), ...vocabulary], 1, "nothing.txt");
  const empty = await file("empty.txt", "");
  await refuses([...text(empty), ...vocabulary], 1, "empty.txt is empty");
  const latin = await file("latin.txt", Uint8Array.of(99, 97, 102, 0xe9, 46));
  await refuses(
    [...text(latin), ...vocabulary],
    1,
    "latin.txt: byte 0xE9 at offset 3 is not valid UTF-8",
  );
  const lost = [...text(`${folder}/text.txt`), "--vocab", `${folder}/lost.model`];
  await refuses(lost, 1, "lost.model");
  const model = await Deno.readFile(`${folder}/spiece.model`);
  const cut = await file("cut.model", model.slice(0, model.length / 2));
  await refuses([...text(`${folder}/text.txt`), "--vocab", cut], 1, "cut.model");
});

Deno.test("text of an earlier command is not mistaken for that of a new run, and a run keeps its text", async () => {
  const output = bench.newPath("text-run");
  const vocabulary = ["--vocab", `${folder}/spiece.model`];
  const settings = [...SHORT, "--config", "smoke", "--max-seq-length"];
  const start = ["--output", output, "--data", `${folder}/text.txt`, ...vocabulary, ...settings];
  // The text is prepared before the length is found to be too short.
  await refuses([...start, "4"], 2, "max");
  const words = (await Deno.readTextFile(`${folder}/text.txt`)).split("\n");
  const other = await file("other.txt", words.slice(0, 40).join("\n"));
  const fingerprint = async (path: string) =>
    JSON.parse(await Deno.readTextFile(`${path}/index.json`)).fingerprint;
  const before = await fingerprint(`${output}/data`);
  const begun = await albertHere(
    ...["pretrain", "--device", "cpu", "--output", output, "--data", other],
    ...[...vocabulary, ...settings, "16"],
  );
  assertEquals(begun.code, 0, begun.stderr);
  const now = await fingerprint(`${output}/data`);
  assert(now !== before);
  const { determinants } = JSON.parse(await Deno.readTextFile(`${output}/run.json`));
  assertEquals(determinants.dataFingerprint, now);

  const resume = ["--output", output, "--resume"];
  await refuses([...resume, "--data", `${folder}/text.txt`], 2, "--data was", "leave it out");
  await refuses([...resume, "--vocab", "lost.model"], 2, "--vocab was", "leave it out");
  await refuses([...start, "16"], 2, "--data was", "choose another --output");
  await refuses([...start, "16", "--seeds", "1"], 2, "--data was", "choose another --output");
  const again = ["--output", output, "--data", other, ...vocabulary, ...settings, "16"];
  await refuses(again, 1, "already contains a run");
  assertEquals(await fingerprint(`${output}/data`), now);
  const resumed = await albertHere("pretrain", ...resume, "--data", other);
  assertEquals(resumed.code, 0, resumed.stderr);
  const seeds = ["--output", output, "--data", other, ...vocabulary, ...settings, "16"];
  const seeded = await albertHere("pretrain", "--device", "cpu", ...seeds, "--seeds", "1");
  assertEquals(seeded.code, 0, seeded.stderr);
  assertEquals(await fingerprint(`${output}/data`), now);

  // The text of a run whose settings are gone stays, too.
  const settingsFile = await Deno.readFile(`${output}/run.json`);
  await Deno.remove(`${output}/run.json`);
  await Deno.remove(`${output}/seed-42`, { recursive: true });
  await refuses([...start, "16"], 1, "already contains a run");
  assertEquals(await fingerprint(`${output}/data`), now);
  await Deno.writeFile(`${output}/run.json`, settingsFile);

  // Before its first checkpoint, a run may be running.
  await Deno.remove(`${output}/checkpoints`, { recursive: true });
  const running = await RunFolder.open(output);
  try {
    await refuses([...start, "16"], 1, "is in use");
    assertEquals(await fingerprint(`${output}/data`), now);
  } finally {
    await running.close();
  }
  // One that ended there does not keep those of seeds from being resumed.
  for (const resumes of [[...start, "16"], ["--output", output, "--resume"]]) {
    const { code, stderr } = await albertHere(
      ...["pretrain", "--device", "cpu", "--seeds", "1", ...resumes],
    );
    assertEquals(code, 0, stderr);
    assertEquals(await fingerprint(`${output}/data`), before);
  }
});

Deno.test("the folders of --data and --eval-data have one vocabulary, and names that differ", async () => {
  const vocabulary = bench.newPath("vocabulary"), data = bench.newPath("other-data");
  const text = ["--input", `${folder}/text.txt`];
  for (
    const words of [
      ["vocab", "train", ...text, "--vocab-size", "57", "--output", vocabulary],
      ["prepare", ...text, "--vocab", vocabulary, "--output", data],
    ]
  ) {
    const { code, stderr } = await albertHere(...words);
    assertEquals(code, 0, stderr);
  }
  const same = `${folder}/data`, smoke = [...SHORT, "--config", "smoke"];
  const other = "were prepared with different vocabularies";
  await refuses([...DATA, ...smoke, "--eval-data", `b=${data}`], 2, data, other);
  const twice = ["--eval-data", `b=${same}`, `b=${same}`];
  await refuses([...DATA, ...smoke, ...twice], 2, "--eval-data has two folders named b");
  const mixture = ["--data", `a=${same}`, `b=${same}`, "--mixture", "a=1,b=1"];
  await refuses([...mixture, ...smoke, "--eval-data", `b=${same}`], 2, "has a source named b");
});

Deno.test("pretrain names the fields of a config that contradict each other or the data", async () => {
  const of = async (
    name: string,
    change: Record<string, unknown>,
  ) => [...DATA, ...SHORT, "--config", await configFile(name, change)];
  await refuses(await of("vocab", { vocab_size: 500 }), 2, "vocab_size", "got 500 and 55");
  await refuses(
    await of("heads", { num_attention_heads: 5 }),
    1,
    "heads.json: hidden_size must be a multiple of num_attention_heads (got 32 and 5)",
  );
  await refuses(await of("share", { share: "some" }), 1, "share must be one of", "some");
  await refuses(
    await of("groups", { num_hidden_groups: 3 }),
    1,
    "num_hidden_groups must be at most num_hidden_layers (got 3 and 2)",
  );
  await refuses(await of("act", { hidden_act: "swish" }), 1, "hidden_act must be one of");
  await refuses(
    [...DATA, ...SHORT, "--config", await file("broken.json", "{")],
    1,
    "broken.json: it is not valid JSON",
  );
  await refuses([...DATA, ...SHORT, "--config", `${folder}/lost.json`], 1, "lost.json");
});

Deno.test("pretrain names the tensor that exceeds the limit of the device, and suggests a smaller micro-batch", async () => {
  await refuses(
    [...DATA, "--steps", "1", "--batch-size", "1", "--config", "bert-xlarge"],
    1,
    `buffer "parameters"`,
    "limit of",
  );
  await refuses(
    [...DATA, "--steps", "1", "--batch-size", "4096", "--max-seq-length", "128"],
    1,
    "bytes of the CPU device",
    "--micro-batch-size",
  );
});

Deno.test("a run whose loss becomes NaN names the tensor and keeps its last checkpoint", async () => {
  const output = bench.newPath("nan");
  await refuses(
    [
      ...["--output", output, ...DATA, "--config", "smoke", "--steps", "20", "--batch-size", "2"],
      ...["--save-steps", "1", "--warmup-steps", "0"],
      ...["--learning-rate", "1e30", "--max-grad-norm", "0"],
    ],
    1,
    "NaN or infinite at step 1",
    "first in the gradient of albert.embeddings.word_embeddings.weight",
  );
  assertEquals(await brokenCheckpoint(output), null);
  const latest = (await Deno.readTextFile(`${output}/checkpoints/latest`)).trim();
  assertEquals(latest, "step-1");
});

Deno.test("a run does not resume with another model, other data, truncated weights or a truncated shard", async () => {
  const output = bench.newPath("run");
  const start = ["--output", output, ...DATA, ...SHORT, "--config", "smoke"];
  const begun = await albertHere("pretrain", "--device", "cpu", ...start);
  assertEquals(begun.code, 0, begun.stderr);
  const resume = ["--output", output, "--resume"];
  await refuses(start, 1, "already contains a run", "--resume");
  const wide = await configFile("wide", { hidden_size: 64 });
  await refuses([...resume, "--config", wide], 1, "--config: hidden_size was 32 and is now 64");
  await refuses([...resume, "--learning-rate", "1"], 1, "Cannot resume", "--learning-rate was");

  const weights = `${output}/checkpoints/step-2/model.safetensors`;
  const whole = await Deno.readFile(weights);
  await Deno.writeFile(weights, whole.slice(0, -4));
  await refuses(resume, 1, "model.safetensors is damaged", "step-N");
  await Deno.writeFile(weights, whole);

  const shard = `${folder}/data/shard-00000.bin`;
  const tokens = await Deno.readFile(shard);
  await Deno.writeFile(shard, tokens.slice(0, tokens.length - 2));
  await refuses(resume, 1, "shard-00000.bin", "truncated");
  await Deno.writeFile(shard, tokens);

  const settings = await Deno.readFile(`${output}/run.json`);
  await Deno.remove(`${output}/run.json`);
  await refuses([...start, "--resume"], 1, "run.json", "is missing");
  await Deno.writeFile(`${output}/run.json`, settings);
  const finished = await albertHere("pretrain", ...resume);
  assertEquals(finished.code, 0, finished.stderr);
});

Deno.test("an error of the command prints no stack trace", async () => {
  const { code, stdout, stderr } = await runAlbert(
    ["pretrain", "--data", "nothing", "--output", "run", "--steps", "2", "--config", "smoke"],
    { cwd: folder },
  );
  assertEquals([code, stdout, stderr.trim().split("\n").length], [2, "", 1], stderr);
});
