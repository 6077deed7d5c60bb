// Every command works with exactly the permissions that docs/permissions.md lists for it.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../tasks/cli/commands.ts";
import { prepareConfig } from "../../tasks/launch/config.ts";
import { ROOT } from "../../tasks/launch/files.ts";
import { KNOWN_COMMANDS, permissionsFor } from "../../tasks/launch/permissions.ts";
import { toyTexts } from "../support/toy_corpus.ts";
import { runAlbert } from "../tasks/albert_process.ts";

Deno.test("docs/permissions.md lists the permissions of every command", async () => {
  const page = await Deno.readTextFile(`${ROOT}/docs/permissions.md`);
  const rows = [...page.matchAll(/^\| `(\w+)` +\| `(--[^`]+)` +\|$/gm)];
  for (const name of Object.keys(COMMANDS)) assert(KNOWN_COMMANDS.includes(name), name);
  const documented = Object.fromEntries(rows.map(([, name, flags]) => [name, flags]));
  const given = KNOWN_COMMANDS.map((name) => [name, permissionsFor([name]).join(" ")]);
  assertEquals(documented, Object.fromEntries(given));
});

Deno.test("permissionsFor() finds the command at any position; help needs no files", () => {
  assertEquals(
    permissionsFor(["--quiet", "--seed", "3", "score", "glue"]),
    permissionsFor(["score"]),
  );
  assertEquals(permissionsFor([]), permissionsFor(["help"]));
  // A vocabulary of the hub needs the network; others do not.
  const prepare = ["prepare", "--input", "a.txt", "--vocab"];
  assertEquals(permissionsFor([...prepare, "vocabulary"]), permissionsFor(["prepare"]));
  for (const words of [[...prepare, "hf:ada/b"], ["tokenize", "--vocab=hf:ada/b"]]) {
    const flags = permissionsFor(words);
    for (const flag of ["--allow-net", "--allow-env", "--allow-write", "--allow-read"]) {
      assertEquals(flags.filter((each) => each === flag).length, 1, `${words} ${flag}`);
    }
  }
  assertEquals(permissionsFor(["--version"]), permissionsFor(["help"]));
  for (const name of KNOWN_COMMANDS) {
    for (const flag of permissionsFor([name])) assert(!/-A|all$|run/.test(flag), `${name} ${flag}`);
  }
});

/** Each command once, on a few lines of text. */
const COMMAND_LINES = `
vocab train --input books/*.txt --vocab-size 130 --output vocabulary
prepare --input books/*.txt --vocab vocabulary --output data --stats
data show --data data --max-seq-length 32 --count 1
pretrain --config smoke --data data --output run --steps 2 --batch-size 2 --eval-examples 4 --device cpu --watch
report run
tokenize --vocab vocabulary
predict fill-mask hello[MASK] --checkpoint run --device cpu
convert --from run --to copy
export onnx --checkpoint run --output onnx
finetune glue --task sst-2 --data glue --checkpoint run --output tuned --epochs 1 --batch-size 4 --max-seq-length 16 --device cpu
evaluate glue --task sst-2 --data glue --checkpoint tuned --output answers --device cpu
score glue --task sst-2 glue/SST-2/dev.tsv answers/SST-2.tsv
search finetune glue --settings search.json --output grid --values lr=1e-3 --device cpu
runs . --sort size
completions bash
help prepare
`.trim().split("\n");

async function writeData(folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/books`);
  for (const [i, text] of toyTexts(12, 1).entries()) {
    await Deno.writeTextFile(`${folder}/books/${i}.txt`, text);
  }
  const rows = Array.from({ length: 8 }, (_, i) => `the cat ${i} sat on the mat\t${i % 2}`);
  const file = ["sentence\tlabel", ...rows, ""].join("\n");
  await Deno.mkdir(`${folder}/glue/SST-2`, { recursive: true });
  await Deno.writeTextFile(`${folder}/glue/SST-2/train.tsv`, file);
  const settings = { task: "sst-2", data: "glue", checkpoint: "run", max_steps: 1, batch_size: 4 };
  await Deno.writeTextFile(`${folder}/search.json`, JSON.stringify(settings));
  await Deno.writeTextFile(`${folder}/glue/SST-2/dev.tsv`, file.replaceAll("cat", "dog"));
}

/** Runs a command with permissions restricted to folders, as the page shows. */
async function runRestricted(
  cwd: string,
  output: string,
): Promise<{ code: number; stderr: string }> {
  const { flags } = await prepareConfig(() => {});
  const args = ["pretrain", "--config", "smoke", "--data", "data", "--output", output];
  const small = ["--steps", "2", "--batch-size", "2", "--eval-examples", "4", "--device", "cpu"];
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", ...flags, `--allow-read=data,runs,${ROOT}`],
      ...["--allow-write=runs", "--allow-env", "--allow-sys=hostname"],
      ...[`${ROOT}/tasks/cli.ts`, ...args, ...small],
    ],
    cwd,
    stdin: "null",
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

Deno.test("every command works with its permissions, and with permissions restricted to folders", async () => {
  const cwd = await Deno.makeTempDir({ prefix: "albert-permissions-" });
  try {
    await writeData(cwd);
    for (const line of COMMAND_LINES) {
      const args = line.split(" ");
      const stdin = args[0] === "tokenize" ? "a cat\n" : undefined;
      const { code, stdout, stderr } = await runAlbert(args, { cwd, stdin });
      assertEquals(code, 0, `${line}\n${stderr}${stdout}`);
    }
    await Deno.mkdir(`${cwd}/runs`);
    const inside = await runRestricted(cwd, "runs/books");
    assertEquals(inside.code, 0, inside.stderr);
    const outside = await runRestricted(cwd, "elsewhere");
    assertEquals(outside.code, 1);
    assertStringIncludes(outside.stderr, "elsewhere");
    assert(outside.stderr.trim().split("\n").length === 1, outside.stderr);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
});
