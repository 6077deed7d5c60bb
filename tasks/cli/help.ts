import { HelpCommand } from "@cliffy/command/help";

/** `albert help [command]` */
export default new HelpCommand();
