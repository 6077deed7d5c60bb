import { CompletionsCommand } from "@cliffy/command/completions";

/** `albert completions bash|fish|zsh`: a script that teaches the shell our commands. */
export default new CompletionsCommand();
