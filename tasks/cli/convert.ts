import { albertCommand } from "./common.ts";

/** `albert convert`: a Hugging Face folder as ours. */
export default albertCommand()
  .description(
    "Turn a Hugging Face folder of an ALBERT or BERT into ours, which is one too:\n" +
      "one float32 model.safetensors, every known head, spiece.model or vocab.txt beside tokenizer.json.",
  )
  .option("--from <checkpoint:string>", "Folder, run folder, or hf:OWNER/NAME[@REVISION].", {
    required: true,
  })
  .option("--to <folder:string>", "Folder to write; it must be missing or empty.", {
    required: true,
  })
  .example("A published model", "albert convert --from hf:albert/albert-base-v2 --to models/base")
  .example("A folder", "albert convert --from downloads/bert --to models/bert")
  .action(async ({ from, to, json, quiet }) => {
    const { convertFolder, resolveCheckpoint } = await import("../../src/train/disk.ts");
    const { downloadProgress } = await import("./download_progress.ts");
    const report = await convertFolder(
      await resolveCheckpoint(from, downloadProgress({ quiet })),
      to,
      from,
    );
    if (json) return console.log(JSON.stringify({ folder: to, ...report }));
    const { architecture, parameters, heads, unused, tokenizer } = report;
    console.log(
      `${to}: ${architecture}, ${parameters.toLocaleString("en")} parameters, heads: ${
        heads.join(", ") || "none"
      }`,
    );
    if (quiet) return;
    if (unused.length > 0) console.error(`albert: left out: ${unused.join(", ")}`);
    if (!tokenizer) console.error(`albert: ${from} has no vocabulary, so ${to} has none`);
  });
