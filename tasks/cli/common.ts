import { Command, EnumType } from "@cliffy/command";

/** What `--device` may say. */
export const DEVICES = ["auto", "webgpu", "cpu"] as const;

/** The options every command has. */
export type CommonOptions = {
  /** `auto` takes WebGPU where an adapter passes the self-test, else the CPU. */
  device: typeof DEVICES[number];
  /** Library of the CPU device's matrix products: `none` (as if absent), `auto` (the system's, if any) or a path. */
  blas?: string;
  /** All randomness follows from it. */
  seed: number;
  /** No progress, nothing but results and errors. */
  quiet?: true;
  /** Results as JSON on standard output. */
  json?: true;
};

/** The start of a command: `albertCommand().description(…).option(…).action(…)`. */
export function albertCommand(): Command<CommonOptions> {
  return new Command<CommonOptions>();
}

/** Declares {@linkcode CommonOptions} on the program, for every command below it. */
// deno-lint-ignore no-explicit-any
export function addCommonOptions(program: Command): Command<any> {
  return program
    .globalType("device", new EnumType(DEVICES))
    .globalOption("--device <name:device>", "What to compute on.", { default: "auto" as const })
    .globalOption("--blas <library:string>", "Products of the CPU device: none, auto or a path.")
    .globalOption("--seed <n:integer>", "Seed of all randomness.", { default: 42 })
    .globalOption("--quiet", "Print results and errors, no progress.")
    .globalOption("--json", "Print results as JSON.");
}
