import { defineCommand } from "./command.ts";

/** `albert tokenize` */
export default defineCommand({
  description: "Convert lines of standard input to token ids, one JSON array per line.\n" +
    "Lines end with \\n only; an empty line gives []. No special tokens are added.",
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
  },
  examples: {
    "Encode a line": "echo 'The cat sat.' | albert tokenize --vocab runs/vocabulary",
  },
  action: async (flags) => {
    const { openVocabulary } = await import("./open_checkpoint.ts");
    const { tokenizeLines } = await import("../../src/text/mod.ts");
    const tokenizer = await openVocabulary(flags.vocab, flags);
    const lines = tokenizeLines(Deno.stdin.readable, (line) => tokenizer.encodeIds(line));
    const encoder = new TextEncoder();
    for await (const text of lines) await writeAll(encoder.encode(text));
  },
});

async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await Deno.stdout.write(bytes.subarray(written));
  }
}
