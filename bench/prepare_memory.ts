/**
 * How much memory `albert prepare` takes for texts of several sizes, which never lie on a disk: they come through standard input.
 *
 * @module
 */
import { readSentencePieceModel } from "../src/text/mod.ts";
import { prepareConfig } from "../tasks/launch/config.ts";
import { toolCommand, TOOLS } from "../tasks/launch/tools.ts";
import { sampleText } from "./tokenizer_text.ts";

/** What to measure. */
export interface PrepareMemoryRequest {
  /** A `spiece.model`. */
  readonly vocab: string;
  /** Sizes of the texts, in millions of bytes. */
  readonly megabytes: readonly number[];
  /** Threads that tokenize; one a core where absent. */
  readonly workers?: number;
  /** Told what is being done. */
  readonly onProgress: (line: string) => void;
}

/** What one size took. */
export interface PrepareMemory {
  readonly megabytes: number;
  readonly seconds: number;
  /** The most that was resident at any time, in MiB. */
  readonly peakMebibytes: number;
  /** Of the second half of the time, the median, in MiB. */
  readonly laterMebibytes: number;
}

/** Milliseconds between two looks at the process. */
const LOOK = 200;
/** Characters of the text that documents are cut from, and of a document. */
const POOL = 2_000_000, DOCUMENT = 4000;

/** Prepares a text of each size and watches the process; Linux alone tells what a process holds. */
export async function measurePrepareMemory(
  { vocab, megabytes, workers, onProgress }: PrepareMemoryRequest,
): Promise<PrepareMemory[]> {
  const pool = sampleText(readSentencePieceModel(await Deno.readFile(vocab)), POOL);
  const results: PrepareMemory[] = [];
  for (const size of megabytes) {
    onProgress(`${size} MB`);
    const output = await Deno.makeTempDir({ prefix: "prepare-memory-" });
    try {
      const words = ["prepare", "--input", "-", "--vocab", vocab, "--output", output, "--quiet"];
      if (workers !== undefined) words.push("--workers", `${workers}`);
      results.push({ megabytes: size, ...await watch(words, documents(pool, size * 1e6)) });
    } finally {
      for (const end of ["", ".partial"]) {
        await Deno.remove(output + end, { recursive: true }).catch(() => {/* never made */});
      }
    }
  }
  return results;
}

/** Lines of JSON, a document each, no two alike, until there are so many bytes. */
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

async function watch(words: string[], text: Iterable<Uint8Array>) {
  const config = await prepareConfig(() => {});
  const child = new Deno.Command(Deno.execPath(), {
    args: toolCommand(TOOLS.albert, config, words),
    stdin: "piped",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  const start = performance.now();
  const seen: number[] = [];
  const clock = setInterval(() => seen.push(residentMebibytes(child.pid)), LOOK);
  try {
    const writer = child.stdin.getWriter();
    for (const piece of text) {
      await writer.ready; // no more is made than the process takes
      await writer.write(piece);
    }
    await writer.close();
    const { success } = await child.status;
    if (!success) throw new Error(`albert ${words.join(" ")} failed`);
  } finally {
    clearInterval(clock);
  }
  const known = seen.filter((mebibytes) => mebibytes > 0);
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
