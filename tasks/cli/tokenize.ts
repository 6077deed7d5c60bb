import { albertCommand } from "./common.ts";

/** `albert tokenize`: text lines in, ids out. */
export default albertCommand()
  .description(
    "Turn standard input into ids: one JSON array a line, [] for an empty line.\n" +
      "Lines end at \\n only. No special pieces are added.",
  )
  .option(
    "--vocab <path:string>",
    "spiece.model, tokenizer.json, vocab.txt, or a folder that holds one.",
    { required: true },
  )
  .option("--raw", "Leave the text as it is: no clean-up, no rule for numbers (SentencePiece).")
  .example("Encode a line", "echo 'The cat sat.' | albert tokenize --vocab runs/vocabulary")
  .action(async ({ vocab, raw }) => {
    const { loadTokenizer } = await import("../../src/text/disk/mod.ts");
    const { tokenizeLines } = await import("../../src/text/mod.ts");
    const tokenizer = await loadTokenizer(vocab, { raw });
    const lines = tokenizeLines(Deno.stdin.readable, (line) => tokenizer.encodeIds(line));
    const encoder = new TextEncoder();
    for await (const text of lines) await writeAll(encoder.encode(text));
  });

async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await Deno.stdout.write(bytes.subarray(written));
  }
}
