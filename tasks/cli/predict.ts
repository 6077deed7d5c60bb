import { albertCommand } from "./common.ts";

/** `albert predict fill-mask`: try a checkpoint on typed text. */
const fillMask = albertCommand()
  .description("Fill in every [MASK] of a text; without a text, of each line of standard input.")
  .arguments("[text:string]")
  .option(
    "--checkpoint <folder:string>",
    "Model folder, run folder, or hf:OWNER/NAME[@REVISION].",
    { required: true },
  )
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
  .option(
    "--checkpoint <folder:string>",
    "Finetuned folder, run folder, or hf:OWNER/NAME[@REVISION].",
    { required: true },
  )
  .option("--top <n:integer>", "Answers to show.", { default: 3 })
  .example(
    "A question on a file",
    "albert predict answer --checkpoint runs/squad 'Who wrote it?' < chapter.txt",
  )
  .action(async ({ checkpoint, top, device, json, quiet }, question, text) => {
    const { predictAnswer } = await import("./predict/answer.ts");
    await predictAnswer({ checkpoint, top, device, json, quiet, question, text });
  });

/** `albert predict classify`: the class of a sentence or a pair. */
const classify = albertCommand()
  .description(
    "Classify a text, or a pair; without a text, each line of standard input (a pair with a tab).",
  )
  .arguments("[text:string] [second:string]")
  .option(
    "--checkpoint <folder:string>",
    "Finetuned folder, run folder, or hf:OWNER/NAME[@REVISION].",
    { required: true },
  )
  .example("A film review", "albert predict classify --checkpoint runs/sst-2 'A charming film.'")
  .action(async ({ checkpoint, device, json }, text, second) => {
    const { predictClassify } = await import("./predict/classify.ts");
    await predictClassify({ checkpoint, device, json, text, second });
  });

/** `albert predict choose`: one of four options. */
const choose = albertCommand()
  .description(
    "Choose among the options of a question on a text; without --context, on standard input.",
  )
  .arguments("<question:string> <option...:string>")
  .option(
    "--checkpoint <folder:string>",
    "Finetuned folder, run folder, or hf:OWNER/NAME[@REVISION].",
    { required: true },
  )
  .option("--context <text:string>", "The text.")
  .example(
    "A gap to fill",
    "albert predict choose --checkpoint runs/race 'The cat is _ .' red old asleep gone < story.txt",
  )
  .action(async ({ checkpoint, context, device, json }, question, ...options) => {
    const { predictChoose } = await import("./predict/choose.ts");
    await predictChoose({ checkpoint, context, device, json, question, options });
  });

/** `albert predict` */
export default albertCommand()
  .description("Try a checkpoint on typed text.")
  .command("fill-mask", fillMask)
  .command("classify", classify)
  .command("answer", answer)
  .command("choose", choose);
