/**
 * PyTorch on the CPU, where a Python with it is installed.
 *
 * @module
 */
import type { Product } from "./peer.ts";
import { fileURLToPath } from "node:url";

/** A Python process that times products itself, so that no transfer is counted. */
export class PyTorch {
  readonly key = "pytorch";
  readonly #process: Deno.ChildProcess;
  readonly #requests: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ReadableStreamDefaultReader<string>;
  #rest = "";

  private constructor(process: Deno.ChildProcess, public label: string) {
    this.#process = process;
    this.#requests = process.stdin.getWriter();
    this.#answers = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Starts Python; a sentence says why it cannot be had. */
  static async open(interpreter: string): Promise<PyTorch | string> {
    const script = fileURLToPath(new URL("./pytorch.py", import.meta.url));
    try {
      const process = new Deno.Command(interpreter, {
        args: [script],
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const torch = new PyTorch(process, "");
      const [version, threads] = (await torch.#line()).split(" ");
      torch.label = `PyTorch ${version}, ${threads} threads`;
      return torch;
    } catch {
      return `PyTorch is not installed for ${interpreter}: name one that has it by --python`;
    }
  }

  /** Milliseconds for one product, of `times` in a row. */
  async time({ batch, m, n, k, transposeA, transposeB }: Product, times: number): Promise<number> {
    const words = [batch, m, n, k, Number(transposeA), Number(transposeB), times];
    await this.#requests.write(new TextEncoder().encode(words.join(" ") + "\n"));
    return Number(await this.#line()) / times;
  }

  async close(): Promise<void> {
    await this.#requests.close();
    await this.#answers.cancel();
    await this.#process.status;
  }

  async #line(): Promise<string> {
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#answers.read();
      if (done) throw new Error("PyTorch's process has ended");
      this.#rest += value;
    }
    const [line, ...rest] = this.#rest.split("\n");
    this.#rest = rest.join("\n");
    return line;
  }
}
