// deno-lint-ignore-file no-explicit-any
import { Command } from "@cliffy/command";
import settings from "../../deno.json" with { type: "json" };
import { addGlobalOptions, showHelpAlone } from "./command.ts";
import { showsColors } from "./terminal.ts";

/** Every command and the file whose default export it is, in the order of the help text. */
export const COMMANDS: Record<string, () => Promise<{ default: Command<any> }>> = {
  doctor: () => import("./doctor.ts"),
  tune: () => import("./tune.ts"),
  vocab: () => import("./vocab.ts"),
  tokenize: () => import("./tokenize.ts"),
  prepare: () => import("./prepare.ts"),
  data: () => import("./data.ts"),
  pretrain: () => import("./pretrain.ts"),
  search: () => import("./search.ts"),
  report: () => import("./report.ts"),
  runs: () => import("./runs.ts"),
  finetune: () => import("./finetune.ts"),
  evaluate: () => import("./evaluate.ts"),
  embed: () => import("./embed.ts"),
  score: () => import("./score.ts"),
  predict: () => import("./predict.ts"),
  paper: () => import("./paper.ts"),
  convert: () => import("./convert.ts"),
  export: () => import("./export.ts"),
  async completions() {
    const { CompletionsCommand } = await import("@cliffy/command/completions");
    return { default: new CompletionsCommand() as Command<any> };
  },
  async help() {
    const { HelpCommand } = await import("@cliffy/command/help");
    return { default: new HelpCommand() as Command<any> };
  },
};

/**
 * Builds the root command. If the first word names a command, only that command is loaded.
 *
 * @param words of the command line
 */
export async function buildProgram(words: string[]): Promise<Command<any>> {
  const program = addGlobalOptions(showHelpAlone(
    new Command()
      .noExit()
      .name("albert")
      .version(settings.version)
      .versionOption("-V, --version", "Show the version number for this program.", {
        standalone: true,
        action: () => console.log(`albert ${settings.version}`),
      })
      .help({ colors: showsColors() })
      .description(
        "A toolkit for ALBERT research: train vocabularies, pretrain, fine-tune, evaluate,\n" +
          "and reproduce the paper's tables, on WebGPU or on the CPU.",
      ),
  ));
  const first = words[0] ?? "";
  const names = Object.hasOwn(COMMANDS, first) && first !== "help" && first !== "completions"
    ? [first]
    : Object.keys(COMMANDS);
  for (const name of names) program.command(name, (await COMMANDS[name]()).default);
  return program.reset();
}
