/**
 * The training text of a vocabulary: files as pieces that can be read in parallel, and their lines.
 *
 * @module
 */
import { readDocuments, type ReadOptions, type TextFormat } from "../readers/mod.ts";
import { documentsIn } from "./documents.ts";
import { compressionOf, isReadOnce } from "./inputs.ts";

/** Settings of reading. */
export interface TextSettings {
  /** Format; `auto` detects the format of each file. */
  readonly format: TextFormat | "auto";
  /** Field or column with the text. */
  readonly textField: string;
  /** Receives the format of each file. */
  readonly onFormat?: (format: TextFormat, path: string) => void;
}

/** A file, or whole lines of a file. */
export interface TextPiece {
  /** File of the piece. */
  readonly path: string;
  /** Format of the file; `auto` for standard input and pipes. */
  readonly format: TextFormat | "auto";
  /** Range of bytes; the whole file by default. */
  readonly range?: { readonly start: number; readonly end: number };
}

/** Approximate size of the pieces of plain files, in bytes. */
const PIECE = 16 * 2 ** 20;
const NEWLINE = 0x0a;

/**
 * Splits plain text files into pieces at ends of lines. Files in other formats and compressed files are not split.
 *
 * @param size approximate size of a piece in bytes
 * @throws {SyntaxError} if a file is damaged; the message names it.
 */
export async function textPieces(
  paths: readonly string[],
  { format, textField, onFormat }: TextSettings,
  size: number = PIECE,
): Promise<TextPiece[]> {
  const pieces: TextPiece[] = [];
  for (const path of paths) {
    const once = await isReadOnce(path);
    // What can be read only once has its format detected by readPiece.
    const own = format === "auto" && !once
      ? await formatOf(path, textField)
      : format === "auto"
      ? format
      : linesAsSentences(format);
    if (own !== "auto") onFormat?.(own, path);
    const cuts = own === "sentences" && !once ? await cutsOf(path, size) : [];
    if (cuts.length < 3) pieces.push({ path, format: own });
    else {
      cuts.slice(1).forEach((end, i) =>
        pieces.push({ path, format: own, range: { start: cuts[i], end } })
      );
    }
  }
  return pieces;
}

/** Calls `take` with every line of a piece's text. */
export async function readPiece(
  { path, format, range }: TextPiece,
  { textField, onFormat }: TextSettings,
  take: (line: string) => void,
  onBytes: (count: number) => void,
): Promise<void> {
  const options: ReadOptions = {
    format,
    textField,
    paragraphsAs: "sentences",
    offset: range?.start,
    onFormat: (detected, name) => {
      if (format === "auto") onFormat?.(linesAsSentences(detected.format), name);
    },
  };
  const documents = range === undefined
    ? documentsIn(path, options, onBytes)
    : readDocuments(readRange(path, range.start, range.end, onBytes), path, options);
  for await (const { blocks } of documents) blocks.forEach(take);
}

/** Plain text is read line by line, as in `spm_train`; other formats as they are. */
async function formatOf(path: string, textField: string): Promise<TextFormat> {
  let format: TextFormat = "sentences";
  const options: ReadOptions = {
    textField,
    paragraphsAs: "sentences",
    onFormat: (detected) => format = linesAsSentences(detected.format),
  };
  // The first document is enough.
  for await (const _ of documentsIn(path, options)) break;
  return format;
}

/** Whether lines are sentences, paragraphs or documents makes no difference to a vocabulary. */
function linesAsSentences(format: TextFormat): TextFormat {
  return format === "documents" || format === "lines" ? "sentences" : format;
}

/** Starts of lines, about `size` bytes apart, and the end of the file; empty for compressed files. */
async function cutsOf(path: string, size: number): Promise<number[]> {
  using file = await Deno.open(path);
  const { size: total } = await file.stat();
  const buffer = new Uint8Array(64 * 2 ** 10);
  const read = await file.read(buffer) ?? 0;
  if (compressionOf(buffer.subarray(0, read)) !== undefined) return [];
  const cuts = [0];
  for (let wanted = size; wanted < total; wanted = cuts.at(-1)! + size) {
    await file.seek(wanted, Deno.SeekMode.Start);
    let place = wanted;
    for (;;) {
      const count = await file.read(buffer);
      const found = count === null ? -1 : buffer.subarray(0, count).indexOf(NEWLINE);
      place += found >= 0 ? found + 1 : count ?? 0;
      if (found >= 0 || count === null) break;
    }
    if (place >= total) break;
    cuts.push(place);
  }
  return [...cuts, total];
}

async function* readRange(
  path: string,
  start: number,
  end: number,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  using file = await Deno.open(path);
  await file.seek(start, Deno.SeekMode.Start);
  for (let place = start; place < end;) {
    const buffer = new Uint8Array(Math.min(256 * 2 ** 10, end - place));
    const count = await file.read(buffer);
    if (count === null) return;
    place += count;
    onBytes(count);
    yield buffer.subarray(0, count);
  }
}
