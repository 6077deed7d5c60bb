/**
 * PyTorch on the CPU, where a Python with it is installed.
 *
 * @module
 */
import { LineProcess } from "./line_process.ts";
import type { Product } from "./peer.ts";

/** A Python process that times products itself, so that no transfer is counted. */
export class PyTorch {
  readonly key = "pytorch";

  private constructor(readonly process: LineProcess, readonly label: string) {}

  /** Starts Python; a sentence says why it cannot be had. */
  static async open(interpreter: string): Promise<PyTorch | string> {
    try {
      const process = new LineProcess(interpreter, new URL("./pytorch.py", import.meta.url));
      const [version, threads] = (await process.line()).split(" ");
      return new PyTorch(process, `PyTorch ${version}, ${threads} threads`);
    } catch {
      return `PyTorch is not installed for ${interpreter}: name one that has it by --python`;
    }
  }

  /** Milliseconds for one product, of `times` in a row. */
  async time({ batch, m, n, k, transposeA, transposeB }: Product, times: number): Promise<number> {
    const words = [batch, m, n, k, Number(transposeA), Number(transposeB), times];
    return Number(await this.process.ask(words.join(" "))) / times;
  }

  close(): Promise<void> {
    return this.process.close();
  }
}
