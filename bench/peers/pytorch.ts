/**
 * PyTorch in a Python process, which answers each line of its standard input with a line of standard output.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Product } from "./peer.ts";

/** A process that answers lines with lines. */
export class LineProcess {
  readonly #process: Deno.ChildProcess;
  readonly #requests: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ReadableStreamDefaultReader<string>;
  #rest = "";

  /**
   * Starts a script.
   *
   * @throws {Deno.errors.NotFound} if the interpreter does not exist.
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
   * Reads the next line of standard output.
   *
   * @throws {Error} if the process has exited.
   */
  async line(): Promise<string> {
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#answers.read();
      if (done) throw new Error("The Python process has exited");
      this.#rest += value;
    }
    const [line, ...rest] = this.#rest.split("\n");
    this.#rest = rest.join("\n");
    return line;
  }

  /** Closes standard input and waits until the process exits. */
  async close(): Promise<void> {
    await this.#requests.close().catch(() => {/* The process has already exited. */});
    await this.#answers.cancel();
    await this.#process.status;
  }
}

/** A Python process that measures matrix multiplications itself, so transfers are not timed. */
export class PyTorch {
  readonly key = "pytorch";

  private constructor(readonly process: LineProcess, readonly label: string) {}

  /** Starts Python. Returns an error message if PyTorch is not available. */
  static async open(interpreter: string): Promise<PyTorch | string> {
    try {
      const process = new LineProcess(interpreter, new URL("./pytorch.py", import.meta.url));
      const [version, threads] = (await process.line()).split(" ");
      return new PyTorch(process, `PyTorch ${version}, ${threads} threads`);
    } catch {
      return `PyTorch is not installed for ${interpreter}; use --python to select a Python that has it`;
    }
  }

  /** Milliseconds per matmul, averaged over `times` repetitions. */
  async time({ m, n, k, transposeA, transposeB }: Product, times: number): Promise<number> {
    const request = [m, n, k, Number(transposeA), Number(transposeB), times];
    return Number(await this.process.ask(request.join(" "))) / times;
  }

  close(): Promise<void> {
    return this.process.close();
  }
}
