/**
 * Rank 0 runs the training loop and broadcasts a command before each collective step; the other ranks execute the commands. Decisions that depend on rank 0's files,
 * clock or signals therefore cannot make ranks diverge.
 *
 * @module
 */
import type { ProcessGroup } from "./process_group.ts";

/** Code of the command that ends {@linkcode RankCommands.follow}. */
const END = 255;

/** Commands of a loop. A command is sent as its index in the list of names. */
export class RankCommands<Name extends string> {
  readonly #group: ProcessGroup;
  readonly #names: readonly Name[];

  /** Every rank must pass the same names. */
  constructor(group: ProcessGroup, names: readonly Name[]) {
    this.#group = group;
    this.#names = names;
  }

  /** On rank 0: sends a command to the other ranks. */
  async send(name: Name): Promise<void> {
    await this.#broadcast(this.#names.indexOf(name));
  }

  /** On rank 0: ends the loop of the other ranks. */
  async end(): Promise<void> {
    await this.#broadcast(END);
  }

  /** On any other rank: executes commands from rank 0 until the end. */
  async follow(handlers: Readonly<Record<Name, () => Promise<unknown>>>): Promise<void> {
    const command = new Uint8Array(1);
    for (;;) {
      await this.#group.broadcast(command);
      if (command[0] === END) return;
      await handlers[this.#names[command[0]]]();
    }
  }

  async #broadcast(code: number): Promise<void> {
    if (this.#group.size > 1) await this.#group.broadcast(Uint8Array.of(code));
  }
}
