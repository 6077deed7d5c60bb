import { albertCommand } from "./common.ts";

/** `albert predict fill-mask`: try a checkpoint on typed text. */
const fillMask = albertCommand()
  .description("Fill in every [MASK] of a text; without a text, of each line of standard input.")
  .arguments("[text:string]")
  .option("--checkpoint <folder:string>", "Model folder, or a run folder.", { required: true })
  .option("--top <n:integer>", "Candidates for each mask.", { default: 5 })
  .example(
    "A sentence",
    "albert predict fill-mask --checkpoint runs/books 'The [MASK] sat down.'",
  )
  .action(async ({ checkpoint, top, device, json, quiet }, text) => {
    const { predictFillMask } = await import("./predict/fill_mask.ts");
    await predictFillMask({ checkpoint, top, device, json, quiet, text });
  });

/** `albert predict answer`: a question on a text. */
const answer = albertCommand()
  .description("Answer a question from a text; without a text, from standard input.")
  .arguments("<question:string> [text:string]")
  .option("--checkpoint <folder:string>", "Finetuned folder, or a run folder.", { required: true })
  .option("--top <n:integer>", "Answers to show.", { default: 3 })
  .example(
    "A question on a file",
    "albert predict answer --checkpoint runs/squad 'Who wrote it?' < chapter.txt",
  )
  .action(async ({ checkpoint, top, device, json, quiet }, question, text) => {
    const { predictAnswer } = await import("./predict/answer.ts");
    await predictAnswer({ checkpoint, top, device, json, quiet, question, text });
  });

/** `albert predict` */
export default albertCommand()
  .description("Try a checkpoint on typed text.")
  .command("fill-mask", fillMask)
  .command("answer", answer);
