/** Stand-in for `@cliffy/command/help`. @module */
import { Command } from "./command.ts";
import { unknownCommand } from "./errors.ts";

/** `help [command]`: the help of the program or of one of its commands. */
export class HelpCommand extends Command {
  /** Takes the place of a command called `help`. */
  constructor() {
    super();
    this.arguments("[command:string]")
      .description("Show this help or the help of a sub-command.")
      .action((_options, name) => {
        const program = this.getMainCommand();
        const command = name ? program.getCommand(name) : program;
        if (!command) {
          const others = program.getCommands().filter((other) => other !== this.getMainCommand());
          throw unknownCommand(name!, others.map((other) => other.getName()));
        }
        command.showHelp();
      });
  }
}
