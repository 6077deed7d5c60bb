/**
 * `deno task golden DIR --device D [--output OUT] [--json]`: computes all golden cases of a folder and compares them with PyTorch.
 */
import { Command, EnumType } from "@cliffy/command";
import { showsColors } from "./cli/terminal.ts";
import { DEVICES } from "./cli/options.ts";
import { report } from "./cli/run.ts";

const command = new Command()
  .throwErrors()
  .help({ colors: showsColors() })
  .name("golden")
  .description("Compute golden cases and compare them with PyTorch.")
  .type("device", new EnumType(DEVICES))
  .arguments("<folder:string>")
  .option("--device <name:device>", "Device to compute on.", { default: "auto" as const })
  .option(
    "--output <folder:string>",
    "Write the computed tensors to OUTPUT/CASE/actual.safetensors.",
  )
  .option("--json", "Print one JSON object per case.")
  .example("Test cases of a checkout", "deno task golden tests/fixtures/golden --device webgpu")
  .action(async ({ device: kind, output, json }, folder) => {
    const { openDevice } = await import("../src/device/mod.ts");
    const { listCases, readCase } = await import("./golden/case.ts");
    const { checkCase, writeActual } = await import("./golden/compare.ts");
    const cases = await listCases(folder);
    const device = await openDevice({ device: kind });
    try {
      for (const { name, path } of cases) {
        const result = await checkCase(device, await readCase(name, path));
        if (output !== undefined) await writeActual(output, result);
        if (!result.ok) Deno.exitCode = 1;
        const { worstError, worstTensor, ok } = result;
        console.log(
          json
            ? JSON.stringify({
              case: name,
              device: device.description.kind,
              // JSON cannot represent infinity.
              worst_error: Number.isFinite(worstError) ? worstError : Number.MAX_VALUE,
              worst_tensor: worstTensor,
              ok,
            })
            : `${ok ? "ok  " : "FAIL"} ${name}: ${
              worstError.toPrecision(3)
            } of the tolerance at ${worstTensor}`,
        );
      }
    } finally {
      await device.destroy();
    }
  });

try {
  await command.parse(Deno.args);
} catch (error) {
  Deno.exitCode = report(error);
}
Deno.exit();
