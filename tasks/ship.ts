/**
 * `deno task ship`: writes the pretrained model that comes with the package.
 */
import { Command, EnumType } from "@cliffy/command";
import { SHIPPED_MODEL } from "../src/weights/shipped/name.ts";
import { showHelpAlone, showsColors } from "./cli/command.ts";
import { DEVICES } from "./cli/options.ts";
import { report } from "./cli/run.ts";

const model = new Command()
  .description("Write a checkpoint into src/weights/shipped/generated, in half precision.")
  .option("--checkpoint <folder:string>", "Run folder or model folder.", { required: true })
  .action(async ({ checkpoint }) => {
    const { readModelParts, writeModules } = await import("./ship/write_model.ts");
    await writeModules(await readModelParts(checkpoint));
  });

const evaluate = new Command()
  .description("Evaluate a checkpoint on prepared held-out books.")
  .type("device", new EnumType(DEVICES))
  .option("--checkpoint <checkpoint:string>", "Model to evaluate.", { default: SHIPPED_MODEL })
  .option("--held-out <folder:string>", "Folder of albert prepare.", { required: true })
  .option("--device <name:device>", "Device to use.", { default: "auto" as const })
  .option("--json", "Print the results as JSON.")
  .action(async ({ checkpoint, heldOut, device, json }) => {
    const { evaluateHeldOut, heldOutText } = await import("./ship/evaluate.ts");
    const figures = await evaluateHeldOut(checkpoint, heldOut, { device });
    console.log(json ? JSON.stringify(figures) : heldOutText(figures));
  });

const command = showHelpAlone(
  new Command()
    .throwErrors()
    .help({ colors: showsColors() })
    .name("ship")
    .description("Write the pretrained model of the package, evaluate it, and write its card."),
)
  .command("model", model)
  .command("evaluate", evaluate);

try {
  await command.parse(Deno.args);
} catch (error) {
  Deno.exitCode = report(error);
}
Deno.exit();
