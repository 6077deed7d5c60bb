// deno-lint-ignore-file no-explicit-any
import { Command } from "@cliffy/command";
import settings from "../../deno.json" with { type: "json" };
import { COMMANDS } from "./commands.ts";
import { addGlobalOptions } from "./command.ts";

/**
 * The root command with its sub-commands. When the first word names one, the files of the others are
 * not loaded.
 */
export async function buildProgram(words: string[]): Promise<Command<any>> {
  const program = addGlobalOptions(
    new Command()
      .throwErrors()
      .name("albert")
      .version(settings.version)
      .description(
        "ALBERT on WebGPU: vocabulary, pretraining, fine-tuning and the paper's experiments.",
      ),
  );
  const first = words[0];
  const names = Object.hasOwn(COMMANDS, first ?? "") && first !== "help" && first !== "completions"
    ? [first]
    : Object.keys(COMMANDS);
  for (const name of names) {
    program.command(name, (await COMMANDS[name]()).default as Command<any>);
  }
  return program.reset();
}
