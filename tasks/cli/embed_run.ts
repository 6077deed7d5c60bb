/**
 * The work of `albert embed`.
 *
 * @module
 */
import { recordsIn, STANDARD_INPUT } from "../../src/data/disk/mod.ts";
import { recordLine, textOf, type TextRecord } from "../../src/data/mod.ts";
import { atomicWrite, writeAll } from "../../src/files/mod.ts";
import {
  type Albert,
  EMBEDDING_HEADER_BYTES,
  type EmbedOptions,
  npyHeader,
  safetensorsHeader,
} from "../../src/inference/mod.ts";
import type { EmbedFlags } from "./embed.ts";
import { usage, UsageError } from "./errors.ts";
import { givenOnly } from "./options.ts";
import { withPretrained } from "./predict_run.ts";
import { createProgress, logTo } from "./progress.ts";

/** Batches that are sorted by length together. */
const BATCHES = 16;

/** Records that were read together. */
interface RecordBatch {
  /** Name of the file for errors. */
  readonly source: string;
  readonly records: readonly TextRecord[];
}

/** Some records and their vectors. */
interface EmbeddedRecords extends RecordBatch {
  readonly vectors: readonly Float32Array[];
}

/** Embeds the texts of the arguments, of files or of standard input. */
export async function embed(flags: EmbedFlags, texts: readonly string[]): Promise<void> {
  const { input, output } = flags;
  if (texts.length > 0 && input !== undefined) {
    throw new UsageError("Texts and --input exclude each other");
  }
  const header = output === undefined ? undefined : headerOf(output);
  await withPretrained(flags, async (albert) => {
    const batches = texts.length > 0
      ? [{ source: "", records: texts.map((text, i) => ({ line: i + 1, fields: { text } })) }]
      : recordsOf(input ?? [STANDARD_INPUT], flags);
    // Arguments always have the field "text".
    const field = texts.length > 0 ? "text" : flags.textField;
    const embedded = embedRecords(albert, batches, field, flags);
    if (output === undefined) return await printLines(embedded);
    await writeFile(output, header, embedded, albert.config.hiddenSize, flags);
  });
}

type Header = (rows: number, columns: number) => Uint8Array;

/** Returns the header of a binary file; undefined for JSON lines. */
function headerOf(output: string): Header | undefined {
  if (output.endsWith(".npy")) return npyHeader;
  if (output.endsWith(".safetensors")) return safetensorsHeader;
  if (output.endsWith(".jsonl")) return undefined;
  throw new UsageError(`--output must end in .jsonl, .npy or .safetensors (got ${output})`);
}

async function* recordsOf(
  paths: readonly string[],
  { format }: EmbedFlags,
): AsyncGenerator<RecordBatch> {
  for (const path of paths) {
    const source = path === STANDARD_INPUT ? "standard input" : path;
    for await (const records of recordsIn(path, format)) yield { source, records };
  }
}

async function* embedRecords(
  albert: Albert,
  batches: AsyncIterable<RecordBatch> | Iterable<RecordBatch>,
  field: string,
  flags: EmbedFlags,
): AsyncGenerator<EmbeddedRecords> {
  const { pooling, normalize, maxSeqLength, batchSize } = flags;
  let cut = 0, longest = 0, all = 0;
  const options: EmbedOptions = {
    ...givenOnly({ pooling, normalize, maxLength: maxSeqLength }),
    batchSize,
    onTruncated(tokens) {
      cut++;
      longest = Math.max(longest, tokens);
    },
  };
  await checked(() => albert.embed([], options));
  for await (const { source, records: read } of batches) {
    all += read.length;
    for (let start = 0; start < read.length; start += BATCHES * batchSize) {
      const records = read.slice(start, start + BATCHES * batchSize);
      const texts = records.map((record) => textOf(record, field, source));
      yield { source, records, vectors: await albert.embed(texts, options) };
    }
  }
  if (cut > 0) {
    logTo(flags)(
      `${cut} of ${all} texts are longer than the sequences (the longest has ${longest} tokens) ` +
        "and are cut; --max-seq-length sets the length, up to the model's positions",
    );
  }
}

/** Runs a check of options, whose errors name the flag. */
async function checked(check: () => Promise<unknown>): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = error.message.replace("maxLength must", "maxSeqLength must");
    usage(() => {
      throw new RangeError(message);
    });
  }
}

/** Returns the lines of some records: their fields and the vector. Nine digits identify a float32 number. */
function jsonLines({ source, records, vectors }: EmbeddedRecords): string {
  return records.map((record, i) => {
    const embedding = Array.from(vectors[i], (value) => Number(value.toPrecision(9)));
    return recordLine(record, { embedding }, source);
  }).join("");
}

async function printLines(embedded: AsyncIterable<EmbeddedRecords>): Promise<void> {
  const encoder = new TextEncoder();
  for await (const one of embedded) {
    await writeAll(Deno.stdout, encoder.encode(jsonLines(one)));
  }
}

/** Writes a file whole; a binary file gets its header last, when the number of rows is known. */
async function writeFile(
  output: string,
  header: Header | undefined,
  embedded: AsyncIterable<EmbeddedRecords>,
  columns: number,
  flags: EmbedFlags,
): Promise<void> {
  const progress = createProgress({ quiet: flags.quiet, title: "embedding", unit: "text" });
  const started = performance.now();
  let rows = 0;
  const encoder = new TextEncoder();
  await atomicWrite(output, async (file) => {
    if (header !== undefined) {
      await checkSeeking(file);
      await writeAll(file, new Uint8Array(EMBEDDING_HEADER_BYTES));
    }
    for await (const one of embedded) {
      if (header === undefined) await writeAll(file, encoder.encode(jsonLines(one)));
      else for (const vector of one.vectors) await writeAll(file, new Uint8Array(vector.buffer));
      rows += one.records.length;
      progress.update(rows);
    }
    if (header === undefined) return;
    await file.seek(0, Deno.SeekMode.Start);
    await writeAll(file, header(rows, columns));
  });
  const seconds = (performance.now() - started) / 1000;
  const speed = `${rows} texts in ${seconds.toFixed(1)} s, ${(rows / seconds).toFixed(0)} texts/s`;
  progress.end(flags.json ? undefined : `${output}: ${columns} numbers per text, ${speed}`);
  if (flags.json) console.log(JSON.stringify({ output, texts: rows, dimensions: columns }));
}

async function checkSeeking(file: Deno.FsFile): Promise<void> {
  try {
    await file.seek(0, Deno.SeekMode.Start);
  } catch (cause) {
    const message = "a pipe can receive .jsonl only; .npy and .safetensors need a file";
    throw new Error(message, { cause });
  }
}
