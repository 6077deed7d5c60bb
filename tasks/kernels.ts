/**
 * `deno task kernels list`, `deno task kernels show NAME --variant V` and `deno task kernels plan --adapter A`: the kernels, their WGSL,
 * and the dispatches of a training step.
 */
import { Command, ValidationError } from "@cliffy/command";
import type { Capabilities, Kernel, Structural } from "../kernels/mod.ts";
import { showsColors } from "./cli/terminal.ts";
import { dashes } from "./cli/command_line.ts";
import { report } from "./cli/run.ts";
import { plan } from "./kernels/plan.ts";

/** Assumed if there is no adapter. */
const COMMON_GPU: Capabilities = {
  vendor: "other",
  subgroupSize: 32,
  minSubgroupSize: 32,
  subgroupDirective: true,
  shaderF16: true,
  cpuAdapter: false,
  readableStorageTextures: true,
  maxTextureSide: 8192,
  maxWorkgroupStorageBytes: 16_384,
  maxInvocationsPerWorkgroup: 256,
};

const list = new Command()
  .description("List all kernels with their variants and structural parameters.")
  .action(async () => {
    const { KERNELS } = await import("../kernels/mod.ts");
    for (const { name, variants, structural } of KERNELS) {
      const parameters = Object.entries(structural)
        .map(([parameter, values]) => `${parameter}=${values.join("|")}`);
      console.log(
        [name, variants.map((variant) => variant.name).join(", "), ...parameters].join("  "),
      );
    }
  });

const show = new Command()
  .description("Print the whole WGSL of a kernel for this machine's adapter.")
  .arguments("<name:string>")
  .option("--variant <variant:string>", "Variant (default: the first).")
  .option(
    "--set <setting:string>",
    "Structural parameter as NAME=VALUE (default: its first value). Can be repeated.",
    {
      collect: true,
    },
  )
  .example(
    "A matrix multiplication with a transposed operand",
    "deno task kernels show matmul.matmul --set transpose_b=true",
  )
  .action(async ({ variant: wanted, set = [] }, name) => {
    const { KERNELS, shaderOf } = await import("../kernels/mod.ts");
    const kernel = among(KERNELS, name, "kernel");
    const variant = wanted === undefined
      ? kernel.variants[0]
      : among(kernel.variants, wanted, `variant of ${name}`);
    const structural = parseStructural(kernel, set);
    const capabilities = await adapterCapabilities();
    const constants = variant.constants?.(structural, capabilities) ?? {};
    const head = [
      `// ${kernel.name}/${variant.name} ${
        JSON.stringify(structural)
      }, numerics: ${variant.numerics}`,
      ...Object.entries(constants).map(([constant, value]) => `// override ${constant} = ${value}`),
    ];
    console.log([...head, shaderOf(kernel, variant, structural, capabilities)].join("\n"));
  });

function among<T extends { readonly name: string }>(
  all: readonly T[],
  name: string,
  what: string,
): T {
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new ValidationError(
    `Unknown ${what} "${name}", expected one of ${all.map((one) => one.name).join(", ")}`,
  );
}

/** Parses settings such as `transpose_a=true` into values that the kernel lists. */
function parseStructural(kernel: Kernel, settings: readonly string[]): Structural {
  const structural = Object.fromEntries(
    Object.entries(kernel.structural).map(([parameter, values]) => [parameter, values[0]]),
  );
  for (const setting of settings) {
    const [parameter, text] = setting.split("=");
    const value = kernel.structural[parameter]?.find((one) => String(one) === text);
    if (value === undefined) {
      throw new ValidationError(
        `Unknown structural parameter "${setting}" of ${kernel.name}, expected ${
          Object.entries(kernel.structural).map(([name, values]) => `${name}=${values.join("|")}`)
            .join(", ") || "none"
        }`,
      );
    }
    structural[parameter] = value;
  }
  return structural;
}

/** The capabilities of this machine's adapter, with a subgroup size even if it has none, so that every variant can be shown. */
async function adapterCapabilities(): Promise<Capabilities> {
  const { requestAccess } = await import("../src/device/mod.ts");
  const access = await requestAccess();
  access?.gpu.destroy();
  if (access === null) return COMMON_GPU;
  const { capabilities } = access;
  return { ...capabilities, subgroupSize: capabilities.subgroupSize ?? COMMON_GPU.subgroupSize };
}

const program = new Command()
  .help({ colors: showsColors() })
  .throwErrors()
  .name("kernels")
  .description("Print the WGSL of kernels, and plan what a training step dispatches.")
  .command("list", list)
  .command("show", show)
  .command("plan", plan)
  .reset();

try {
  await program.parse(Deno.args.map(dashes));
} catch (error) {
  Deno.exitCode = report(error);
}
Deno.exit();
