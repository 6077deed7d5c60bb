// deno-lint-ignore-file no-explicit-any
import type { Command } from "@cliffy/command";

/** Every command and the file that holds it: one line a command, in the order help shows them. */
export const COMMANDS: Record<string, () => Promise<{ default: Command<any> }>> = {
  completions: () => import("./completions.ts"),
  help: () => import("./help.ts"),
};
