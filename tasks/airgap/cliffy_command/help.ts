/** A stand-in for `@cliffy/command/help`. @module */
import { Command } from "./command.ts";
import { unknownCommand } from "./errors.ts";

/** The command `help [command]`, which shows the help of the program or of a command. */
export class HelpCommand extends Command {
  /** Creates the command. */
  constructor() {
    super();
    this.arguments("[command:string]")
      .noGlobals()
      .description("Show this help or the help of a sub-command.")
      .action((_options, name) => {
        const program = this.getMainCommand();
        const command = name ? program.getCommand(name) : program;
        if (!command) {
          const others = program.getCommands().filter((other) => other !== this.getMainCommand());
          throw unknownCommand(name!, others.map((other) => other.getName()));
        }
        command.showHelp();
        this.exitIfDone();
      });
  }
}
