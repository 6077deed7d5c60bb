/** Settings files and command lines. The commands are not run. */
import * as fc from "fast-check";
import { report } from "../../../tasks/cli/run.ts";
import { buildProgram } from "../../../tasks/cli/commands.ts";
import { normalizeLine } from "../../../tasks/cli/command_line.ts";
import { FINETUNE_GLUE_OPTIONS } from "../../../tasks/cli/finetune_options.ts";
import { readSettingsFile } from "../../../tasks/cli/run_flags.ts";
import type { RandomStream } from "../../../src/tensor/random/mod.ts";
import { chance, fuzzer, pick } from "../fuzzer.ts";
import { HOSTILE_TEXTS } from "../mutate_text.ts";
import { mutateJson } from "../mutate_json.ts";
import { scratch } from "../fuzzer.ts";

const SETTINGS = {
  task: "rte",
  "max-seq-length": 128,
  learning_rate: 1e-5,
  numTrainEpochs: 3,
  epochs: 3,
  strict: true,
};

export const settingsJson = fuzzer<string>({
  rejections: ["UsageError"],
  cost: 5,
  make: (random) => mutateJson(random, [SETTINGS]),
  read: async (text) => {
    const settings = scratch("settings.json");
    await Deno.writeTextFile(settings, text);
    await readSettingsFile(FINETUNE_GLUE_OPTIONS, settings);
  },
});

/** Valid command lines, from the help of all commands. */
// deno-lint-ignore no-explicit-any
const program: any = await buildProgram([]);
const LINES: string[][] = [];
// deno-lint-ignore no-explicit-any
function walk(command: any, path: string[]): void {
  for (const child of command.getCommands()) {
    const name = [...path, child.getName()];
    const flags = child.getOptions(true).flatMap((option: { flags: string[] }) => option.flags);
    LINES.push([...name, ...flags.slice(0, 40)]);
    for (const [, example] of child.getHelp().matchAll(/albert ([^\n|<>]+)/g)) {
      LINES.push(example.trim().split(/\s+/));
    }
    child.action(() => {});
    walk(child, name);
  }
}
walk(program, []);

const WORDS = [...new Set(LINES.flat())];
/** Strings of fast-check that often break programs. */
const strange = fc.oneof(fc.string({ unit: "binary" }), fc.string(), fc.double().map(String));

function strangeWord(random: RandomStream): string {
  return fc.sample(strange, { seed: random.word() | 0, numRuns: 1 })[0];
}

/** A valid command line with words that are changed, added, removed and moved. */
export const flags = fuzzer<readonly string[]>({
  rejections: ["ValidationError", "UsageError"],
  cost: 2,
  make: (random) => {
    const words = [...pick(random, LINES)];
    for (let edits = 1 << random.integer(4); edits > 0; edits--) {
      const at = random.integer(words.length + 1);
      const word = chance(random, 40)
        ? pick(random, WORDS)
        : chance(random, 50)
        ? pick(random, HOSTILE_TEXTS)
        : strangeWord(random);
      const put = chance(random, 20) ? `${pick(random, WORDS)}=${word}` : word;
      words.splice(at, random.integer(2), put);
    }
    return words;
  },
  read: async (words) => {
    const { log, error } = console;
    let message = "";
    console.log = () => {};
    console.error = (line: string) => void (message += line);
    try {
      await program.parse(normalizeLine(program, words));
    } catch (cause) {
      if (report(cause) !== 2) throw cause;
      throw Object.assign(new Error(message), { name: "ValidationError" }); // The message that the user sees.
    } finally {
      Object.assign(console, { log, error });
    }
  },
});
