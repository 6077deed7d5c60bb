/**
 * `deno task ship`: writes the pretrained model that comes with the package.
 */
import { Command } from "@cliffy/command";
import { showHelpAlone, showsColors } from "./cli/command.ts";
import { report } from "./cli/run.ts";

const model = new Command()
  .description("Write a checkpoint into src/weights/shipped/generated, in half precision.")
  .option("--checkpoint <folder:string>", "Run folder or model folder.", { required: true })
  .action(async ({ checkpoint }) => {
    const { readModelParts, writeModules } = await import("./ship/write_model.ts");
    await writeModules(await readModelParts(checkpoint));
  });

const command = showHelpAlone(
  new Command()
    .throwErrors()
    .help({ colors: showsColors() })
    .name("ship")
    .description("Write the pretrained model of the package, evaluate it, and write its card."),
)
  .command("model", model);

try {
  await command.parse(Deno.args);
} catch (error) {
  Deno.exitCode = report(error);
}
Deno.exit();
