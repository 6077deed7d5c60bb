/**
 * `deno task ship`: writes the pretrained model that comes with the package.
 */
import { Command, EnumType } from "@cliffy/command";
import { SHIPPED_MODEL } from "../src/weights/shipped/name.ts";
import { MODELS, TABLE_TASKS } from "./ship/results_table.ts";
import { showHelpAlone } from "./cli/command.ts";
import { showsColors } from "./cli/terminal.ts";
import { DEVICES } from "./cli/options.ts";
import { report } from "./cli/run.ts";

const model = new Command()
  .description(
    "Write the model of a run, its card and its records: src/weights/shipped/generated and docs/models.",
  )
  .type("device", new EnumType(DEVICES))
  .option("--checkpoint <folder:string>", "Run folder of the training.", { required: true })
  .option("--earlier <folder:string>", "Run folder that the training started from, in order.", {
    collect: true,
  })
  .option("--texts <folder:string>", "Folder of the books for training.", { required: true })
  .option("--held-out-texts <folder:string>", "Folder of the held-out books.", { required: true })
  .option("--held-out <folder:string>", "Folder of albert prepare with the held-out books.", {
    required: true,
  })
  .option("--device <name:device>", "Device to use.", { default: "auto" as const })
  .action(async (request) => {
    const { shipModel } = await import("./ship/write_model.ts");
    await shipModel(request);
  });

const evaluate = new Command()
  .description("Evaluate a checkpoint on prepared held-out books.")
  .type("device", new EnumType(DEVICES))
  .option("--checkpoint <checkpoint:string>", "Model to evaluate.", { default: SHIPPED_MODEL })
  .option("--held-out <folder:string>", "Folder of albert prepare.", { required: true })
  .option("--device <name:device>", "Device to use.", { default: "auto" as const })
  .option("--max-seq-length <n:integer>", "Tokens per example and per pair.", { default: 128 })
  .option("--json", "Print the results as JSON.")
  .action(async ({ checkpoint, heldOut, device, maxSeqLength, json }) => {
    const { evaluateHeldOut, heldOutText } = await import("./ship/evaluate.ts");
    const figures = await evaluateHeldOut(checkpoint, heldOut, { device }, maxSeqLength);
    console.log(json ? JSON.stringify(figures) : heldOutText(figures));
  });

const finetune = new Command()
  .description("Fine-tune the model of the package for the table of its card, and write the card.")
  .type("device", new EnumType(DEVICES))
  .option("--data <folder:string>", "Folder with glue and squad/v1.1.", { required: true })
  .option("--work <folder:string>", "Folder for the runs.", { default: "runs/ship" })
  .type("task", new EnumType(TABLE_TASKS.map(({ name }) => name)))
  .type("model", new EnumType(MODELS))
  .option("--tasks <names...:task>", "Tasks to run instead of all.")
  .option("--models <names...:model>", "What to run instead of all.")
  .option("--device <name:device>", "Device to use.", { default: "auto" as const })
  .action(async (request) => {
    const { finetuneForCard } = await import("./ship/finetune.ts");
    const { writeCardAgain } = await import("./ship/write_model.ts");
    await finetuneForCard(request);
    await writeCardAgain();
  });

const card = new Command()
  .description("Write the card again from the records.")
  .action(async () => await (await import("./ship/write_model.ts")).writeCardAgain());

const command = showHelpAlone(
  new Command()
    .throwErrors()
    .help({ colors: showsColors() })
    .name("ship")
    .description("Write the pretrained model of the package, evaluate it, and write its card."),
)
  .command("model", model)
  .command("evaluate", evaluate)
  .command("finetune", finetune)
  .command("card", card);

try {
  await command.parse(Deno.args);
} catch (error) {
  Deno.exitCode = report(error);
}
Deno.exit();
