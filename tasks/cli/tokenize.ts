import type { Tokenizer } from "../../src/text/mod.ts";
import { defineCommand } from "./command.ts";
import { UsageError } from "./errors.ts";

/** `albert tokenize` */
export default defineCommand({
  description: "Convert lines of standard input to token ids, one JSON array per line.\n" +
    "Lines end with \\n only; an empty line gives []. No special tokens are added.\n" +
    "--nbest, --enable-sampling, --nbest-size and --alpha are those of SentencePiece.",
  options: {
    "--vocab <path>": {
      kind: "string",
      help: "spiece.model, tokenizer.json, vocab.txt, a folder with one of them, or hf:OWNER/NAME.",
      required: true,
    },
    "--raw": {
      kind: "switch",
      help: "Skip text normalization and the splitting of numbers (SentencePiece only).",
    },
    "--decode": { kind: "switch", help: "Convert JSON arrays of ids to text instead." },
    "--special-tokens": {
      kind: "switch",
      help: "Read [MASK] and the other special tokens in the text.",
    },
    "--nbest <n>": {
      kind: "integer",
      help: "Print the N most probable segmentations of each line as an array of arrays.",
      range: [1, 1024],
    },
    "--enable-sampling": {
      kind: "switch",
      help: "Draw a segmentation at random with --seed (subword regularization).",
    },
    "--nbest-size <n>": {
      kind: "integer",
      help: "Segmentations to draw from; -1 draws from all.",
      range: [-1, 512],
      default: -1,
    },
    "--alpha <x>": {
      kind: "number",
      help: "Exponent of the probabilities of segmentations when drawing.",
      range: [0],
      default: 0.1,
    },
  },
  examples: {
    "Decode a line": "echo '[5,7]' | albert tokenize --decode --vocab runs/vocabulary",
    "Encode a line": "echo 'The cat sat.' | albert tokenize --vocab runs/vocabulary",
  },
  action: async (flags) => {
    const { writeAll } = await import("../../src/files/mod.ts");
    const { openVocabulary } = await import("./open_checkpoint.ts");
    const { mapLines } = await import("../../src/text/mod.ts");
    const tokenizer = await openVocabulary(flags.vocab, flags);
    const convert = await lineConverter(tokenizer, flags);
    const lines = mapLines(Deno.stdin.readable, convert);
    const encoder = new TextEncoder();
    for await (const text of lines) await writeAll(Deno.stdout, encoder.encode(text));
  },
});

interface ConvertFlags {
  readonly decode?: boolean;
  readonly specialTokens?: boolean;
  readonly nbest?: number;
  readonly enableSampling?: boolean;
  readonly nbestSize: number;
  readonly alpha: number;
  readonly seed: number;
}

/** What the flags ask for, line by line. */
async function lineConverter(
  tokenizer: Tokenizer,
  flags: ConvertFlags,
): Promise<(line: string) => string> {
  const { decode, specialTokens, nbest, enableSampling, nbestSize, alpha, seed } = flags;
  const given = { "--decode": decode, "--special-tokens": specialTokens, "--nbest": nbest };
  const modes = Object.entries({ ...given, "--enable-sampling": enableSampling })
    .filter(([, value]) => value !== undefined && value !== false).map(([name]) => name);
  if (modes.length > 1) throw new UsageError(`${modes.join(" and ")} exclude each other`);
  const { jsonIds } = await import("../../src/text/mod.ts");
  if (decode) return (line) => tokenizer.decode(idsOf(line, tokenizer.vocabularySize));
  if (specialTokens) {
    return (line) => jsonIds(tokenizer.encode(line, { specialTokens: true }).ids);
  }
  if (nbest !== undefined) {
    return (line) =>
      `[${tokenizer.encodeNBest(line, nbest).map(({ ids }) => jsonIds(ids)).join(",")}]`;
  }
  if (!enableSampling) return (line) => jsonIds(tokenizer.encodeIds(line));
  const random = randomNumbers(seed);
  return (line) => jsonIds(tokenizer.sampleIds(line, { alpha, nBestSize: nbestSize, random }));
}

/** The ids of a line of JSON. */
function idsOf(line: string, size: number): number[] {
  let ids: unknown;
  try {
    ids = JSON.parse(line);
  } catch {
    ids = undefined;
  }
  const isId = (id: unknown) =>
    Number.isInteger(id) && (id as number) >= 0 && (id as number) < size;
  if (Array.isArray(ids) && ids.every(isId)) return ids;
  throw new SyntaxError(
    `Cannot decode the line ${JSON.stringify(line)}: expected a JSON array of ids from 0 to ${
      size - 1
    }`,
  );
}

/** Numbers from 0 to below 1 that depend on a seed alone (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = state + 0x6d2b79f5 >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}
