/**
 * Measures the memory of `albert prepare` for texts of several sizes, which it reads from standard input.
 *
 * @module
 */
import { readSentencePieceModel } from "../src/text/mod.ts";
import { prepareConfig } from "../tasks/launch/config.ts";
import { toolCommand, TOOLS } from "../tasks/launch/tools.ts";
import { sampleText } from "./tokenizer_text.ts";

/** Options of {@linkcode measurePrepareMemory}. */
export interface PrepareMemoryRequest {
  /** A `spiece.model`. */
  readonly vocab: string;
  /** Sizes of the texts in megabytes. */
  readonly megabytes: readonly number[];
  /** Number of tokenizer threads. Default: one per core. */
  readonly workers?: number;
  /** Receives progress messages. */
  readonly onProgress: (line: string) => void;
}

/** Result for one size. */
export interface PrepareMemory {
  readonly megabytes: number;
  readonly seconds: number;
  /** Largest resident size in MiB. */
  readonly peakMebibytes: number;
  /** Median of the resident size in the second half of the time, in MiB. */
  readonly laterMebibytes: number;
}

/** Milliseconds between two samples of the resident size. */
const INTERVAL = 200;
/** Characters of the text that documents are taken from, and of a document. */
const POOL = 2_000_000, DOCUMENT = 4000;

/** Prepares a text of each size and samples the resident size of the process, which only Linux reports. */
export async function measurePrepareMemory(
  { vocab, megabytes, workers, onProgress }: PrepareMemoryRequest,
): Promise<PrepareMemory[]> {
  const pool = sampleText(readSentencePieceModel(await Deno.readFile(vocab)), POOL);
  const results: PrepareMemory[] = [];
  for (const size of megabytes) {
    onProgress(`${size} MB`);
    const output = await Deno.makeTempDir({ prefix: "prepare-memory-" });
    try {
      const args = ["prepare", "--input", "-", "--vocab", vocab, "--output", output, "--quiet"];
      if (workers !== undefined) args.push("--workers", `${workers}`);
      results.push({ megabytes: size, ...await measure(args, documents(pool, size * 1e6)) });
    } finally {
      for (const end of ["", ".partial"]) {
        await Deno.remove(output + end, { recursive: true }).catch(() => {/* not created */});
      }
    }
  }
  return results;
}

/** Distinct documents as JSON lines, at least `bytes` bytes in total. */
function* documents(pool: string, bytes: number): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  for (let done = 0, number = 0; done < bytes; number++) {
    const at = (number * 7919) % (pool.length - DOCUMENT);
    const line = JSON.stringify({ text: `Number ${number}. ${pool.slice(at, at + DOCUMENT)}` });
    const encoded = encoder.encode(`${line}\n`);
    done += encoded.length;
    yield encoded;
  }
}

async function measure(args: string[], text: Iterable<Uint8Array>) {
  const config = await prepareConfig(() => {});
  const child = new Deno.Command(Deno.execPath(), {
    args: toolCommand(TOOLS.albert, config, args),
    stdin: "piped",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  const start = performance.now();
  const samples: number[] = [];
  const clock = setInterval(() => samples.push(residentMebibytes(child.pid)), INTERVAL);
  try {
    const writer = child.stdin.getWriter();
    for (const piece of text) {
      await writer.ready; // Generates text only as fast as the process reads it.
      await writer.write(piece);
    }
    await writer.close();
    const { success } = await child.status;
    if (!success) throw new Error(`albert ${args.join(" ")} failed`);
  } finally {
    clearInterval(clock);
  }
  const known = samples.filter((mebibytes) => mebibytes > 0);
  const later = known.slice(known.length >> 1).sort((a, b) => a - b);
  return {
    seconds: (performance.now() - start) / 1000,
    peakMebibytes: Math.max(...known),
    laterMebibytes: later[later.length >> 1],
  };
}

function residentMebibytes(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
