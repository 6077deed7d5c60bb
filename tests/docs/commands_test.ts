// Runs every command of `docs` with the smoke preset, a few steps and the CPU device.
import { assert, assertEquals } from "@std/assert";
import { sha256File } from "../../src/files/mod.ts";
import { countingConfig } from "../support/counting_config.ts";
import { exists, ROOT } from "../../tasks/launch/files.ts";
import { toolCommand, TOOLS } from "../../tasks/launch/tools.ts";
import { toyTexts } from "../support/toy_corpus.ts";
import { type DocumentedCommand, documentedCommands } from "./commands.ts";

const config = await countingConfig();

/** Values that make a command small. */
const SMALLER: Record<string, string> = {
  "--config": "smoke",
  "--steps": "4",
  "--extend-to": "5",
  "--vocab-size": "130",
  "--batch-size": "4",
  "--max-seq-length": "32",
  "--phases": "16:0.9,32:0.1",
  "--examples": "200",
  "--count": "3",
};

const WEIGHTS = "model.safetensors";

/** Commands that use a device. */
const COMPUTING = ["doctor", "pretrain", "predict", "finetune", "evaluate"];

/** The tool and the arguments of `albert …` or `deno task TOOL …`. */
function toolOf(command: DocumentedCommand): { tool: string; args: string[] } {
  const { place } = command;
  const words = command.words[0] === "mpirun" // `mpirun -n 2 deno task …`
    ? command.words.slice(command.words.indexOf("deno"))
    : command.words;
  const [tool, ...args] = words[0] === "albert" ? words : words.slice(2);
  const known = words[0] === "albert" || words[0] === "deno" && words[1] === "task";
  assert(known && tool in TOOLS, `${place}: ${words.join(" ")} is not one of our commands`);
  return { tool, args };
}

function smaller(tool: string, words: string[]): string[] {
  const small = words.map((word, i) => {
    const value = SMALLER[words[i - 1]];
    // Keeps configuration files, which the page shows.
    return value === undefined || word.includes("/") ? word : value;
  });
  const added: string[] = [];
  const add = (flag: string, value: string) => words.includes(flag) || added.push(flag, value);
  if (tool === "albert" && COMPUTING.includes(words[0])) add("--device", "cpu");
  if (words[0] === "pretrain" && !words.includes("--resume")) {
    add("--batch-size", "4");
    add("--eval-examples", "8");
  }
  return [...small, ...added];
}

async function run(tool: string, words: string[], cwd: string) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: toolCommand(TOOLS[tool], config, words),
    env: { NO_COLOR: "1" },
    cwd,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

async function runInFolder(command: DocumentedCommand, cwd: string): Promise<void> {
  const { tool, args } = toolOf(command);
  const { code, output } = await run(tool, smaller(tool, args), cwd);
  assertEquals(code, 0, `${command.place}: ${command.words.join(" ")}\n${output}`);
}

/** Checks the flags of a command that takes too long to run, by its help text. */
async function checkFlags({ place, ...command }: DocumentedCommand): Promise<void> {
  const { tool, args } = toolOf({ place, ...command });
  if (tool === "ok") return;
  const name = args.slice(0, args.findIndex((word) => word.startsWith("--")));
  const { output } = await run(tool, [...name, "--help"], ROOT);
  for (const flag of args.filter((word) => word.startsWith("--"))) {
    assert(output.includes(flag), `${place}: ${name.join(" ")} has no ${flag}\n${output}`);
  }
}

/** Writes the text, vocabulary and data that a page assumes. */
async function writeData(folder: string, commands: DocumentedCommand[]): Promise<void> {
  for (const [name, seed] of [["books", 1], ["plays", 2]] as const) {
    await Deno.mkdir(`${folder}/${name}`);
    for (const [i, text] of toyTexts(12, seed).entries()) {
      await Deno.writeTextFile(`${folder}/${name}/${i}.txt`, text);
    }
  }
  const all = commands.map(({ words }) => words.join(" "));
  const creates = (pattern: RegExp) => all.some((command) => pattern.test(command));
  const needed = [
    ["vocab train --input books --vocab-size 130 --output vocabulary", /vocab train/],
    ["prepare --input books --vocab vocabulary --output data", /prepare .*--output data\b/],
  ] as const;
  for (const [command, own] of needed) {
    if (creates(own) || !creates(/\bdata\b|vocabulary/)) continue;
    const { code, output } = await run("albert", command.split(" "), folder);
    assertEquals(code, 0, output);
  }
}

/** Writes the files that a page shows after "write `mine.json`:". */
async function writeShownFiles(folder: string, text: string): Promise<void> {
  for (const [, name, content] of text.matchAll(/write `([\w.]+)`:\n+```json\n([\s\S]*?)```/g)) {
    const shown = JSON.parse(content);
    if ("vocab_size" in shown) shown.vocab_size = Number(SMALLER["--vocab-size"]);
    await Deno.writeTextFile(`${folder}/${name}`, JSON.stringify(shown));
  }
}

/** Checks of the folders that the commands of a page create. */
const CHECKS: Record<string, (folder: string) => Promise<void>> = {
  async "reproducibility.md"(folder) {
    const [a, b] = await Promise.all(
      ["a", "b"].map((run) => sha256File(`${folder}/runs/${run}/checkpoints/step-4/${WEIGHTS}`)),
    );
    assertEquals(a, b, "two runs of the same settings have different weights");
  },
  async "pretraining.md"(folder) {
    for (const name of ["run.json", "events.jsonl", "report.html", "checkpoints/latest"]) {
      assert(await exists(`${folder}/runs/books/${name}`), name);
    }
    assert(await exists(`${folder}/runs/books/checkpoints/step-4/${WEIGHTS}`));
  },
};

const pages = (await Array.fromAsync(Deno.readDir(`${ROOT}/docs`)))
  .map(({ name }) => name).filter((name) => name.endsWith(".md")).sort();

for (const page of pages) {
  const text = await Deno.readTextFile(`${ROOT}/docs/${page}`);
  const commands = documentedCommands(page, text);
  // Some pages have their own test with more checks.
  const own = await exists(`${ROOT}/tests/docs/${page.replace(".md", "_test.ts")}`);
  if (own || commands.length === 0) continue;
  Deno.test(`the commands of docs/${page} run`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "albert-docs-" });
    try {
      const runnable = commands.filter(({ ignored }) => !ignored);
      await writeData(folder, runnable);
      await writeShownFiles(folder, text);
      for (const command of runnable) await runInFolder(command, folder);
      await CHECKS[page]?.(folder);
      for (const command of commands.filter(({ ignored }) => ignored)) await checkFlags(command);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("every page of docs is linked from the README, and its links are valid", async () => {
  const readme = await Deno.readTextFile(`${ROOT}/README.md`);
  for (const page of pages) {
    assert(readme.includes(`(docs/${page})`), `README.md does not link docs/${page}`);
    const text = await Deno.readTextFile(`${ROOT}/docs/${page}`);
    for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      await Deno.stat(`${ROOT}/docs/${target}`).catch(() => {
        throw new Error(`docs/${page} links ${target}, which does not exist`);
      });
    }
  }
});
