/**
 * A process that answers each line of standard input with a line of standard output.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** See the module's comment. */
export class LineProcess {
  readonly #process: Deno.ChildProcess;
  readonly #requests: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ReadableStreamDefaultReader<string>;
  #rest = "";

  /**
   * Starts a script of this folder's.
   *
   * @throws {Deno.errors.NotFound} when there is no such interpreter.
   */
  constructor(interpreter: string, script: URL, args: readonly string[] = []) {
    this.#process = new Deno.Command(interpreter, {
      args: [fileURLToPath(script), ...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#requests = this.#process.stdin.getWriter();
    this.#answers = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Sends a line and waits for the answer. */
  async ask(line: string): Promise<string> {
    await this.#requests.write(new TextEncoder().encode(`${line}\n`));
    return await this.line();
  }

  /**
   * The next line that it writes.
   *
   * @throws {Error} when the process has ended.
   */
  async line(): Promise<string> {
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#answers.read();
      if (done) throw new Error("Python's process has ended");
      this.#rest += value;
    }
    const [line, ...rest] = this.#rest.split("\n");
    this.#rest = rest.join("\n");
    return line;
  }

  /** Ends it. */
  async close(): Promise<void> {
    await this.#requests.close().catch(() => {/* it has ended by itself */});
    await this.#answers.cancel();
    await this.#process.status;
  }
}
