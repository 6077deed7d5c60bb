/**
 * The tools that the tasks of `deno.json` run.
 *
 * @module
 */
import type { Config } from "./config.ts";
import { ROOT } from "./files.ts";
import { COMPUTE_PERMISSIONS, permissionsFor, TRAIN_PERMISSIONS } from "./permissions.ts";

/** A script that a task runs. */
export interface Tool {
  /** Path from the root of the checkout. */
  script: string;
  /** Permission flags of `deno run` for these arguments. */
  permissions(args: readonly string[]): readonly string[];
  /** Whether the tool runs in the user's working folder, because its arguments name files there. */
  here: boolean;
}

/** For tools that start and kill other programs. */
const EVERYTHING = ["--allow-all"];

/** The tools by the names of their tasks. */
export const TOOLS: Record<string, Tool> = {
  albert: { script: "tasks/cli.ts", permissions: permissionsFor, here: true },
  demo: { script: "tasks/demo.ts", permissions: () => TRAIN_PERMISSIONS, here: true },
  docs: {
    script: "tasks/docs.ts",
    permissions: () => ["--allow-read", "--allow-write=docs", "--allow-env"],
    here: false,
  },
  ship: { script: "tasks/ship.ts", permissions: () => EVERYTHING, here: true },
  golden: {
    script: "tasks/golden.ts",
    permissions: () => [...COMPUTE_PERMISSIONS, "--allow-write"],
    here: true,
  },
  kernels: { script: "tasks/kernels.ts", permissions: () => COMPUTE_PERMISSIONS, here: true },
  playground: { script: "examples/browser/serve.ts", permissions: () => EVERYTHING, here: true },
  bench: { script: "tasks/bench.ts", permissions: () => EVERYTHING, here: true },
  faults: { script: "tests/faults/main.ts", permissions: () => EVERYTHING, here: false },
  fuzz: { script: "tests/fuzz/main.ts", permissions: () => EVERYTHING, here: false },
  soak: { script: "tests/soak/main.ts", permissions: () => EVERYTHING, here: true },
  ok: { script: "tasks/ok.ts", permissions: () => EVERYTHING, here: false },
};

/** Commands of `albert` that never compute on a device. */
const WITHOUT_DEVICE = [
  "completions",
  "convert",
  "help",
  "prepare",
  "report",
  "score",
  "tokenize",
  "vocab",
];

/** What a command line may use of the system. */
export interface Needs {
  /** A graphics card, so that a driver should be installed. */
  vulkan: boolean;
  /** The CPU device with a BLAS library. */
  blas: boolean;
}

/** What this command line may use of the system. */
export function needsOf(tool: string, args: string[]): Needs {
  const value = (flag: string) => args.join(" ").match(new RegExp(`${flag}[ =](\\S+)`))?.[1];
  const [device = "auto", library = device === "auto" ? "auto" : "none"] = ["--device", "--blas"]
    .map(value);
  const plans = tool === "kernels" && args[0] === "plan";
  const computes = tool !== "docs" && tool !== "playground" && !plans && !args.includes("--help") &&
    !args.includes("-h") &&
    (tool !== "albert" || args.length > 0 && !WITHOUT_DEVICE.includes(args[0]));
  return {
    vulkan: computes && device !== "cpu",
    blas: computes && device !== "webgpu" && library === "auto",
  };
}

/** The arguments of `deno` that run a tool. */
export function toolCommand(tool: Tool, config: Config, args: string[]): string[] {
  return [
    "run",
    "--quiet",
    "--no-prompt",
    ...tool.permissions(args),
    ...config.flags,
    `${ROOT}/${tool.script}`,
    ...args,
  ];
}

/**
 * The working folder of a tool. `deno task` changes to the root and keeps the user's folder in `INIT_CWD`. In another folder, this variable belongs to a task of
 * another project that calls the launcher.
 */
export function workingFolder(tool: Tool): string {
  if (!tool.here) return ROOT;
  const folder = Deno.cwd();
  const inRoot = Deno.realPathSync(folder) === Deno.realPathSync(ROOT);
  return (inRoot ? Deno.env.get("INIT_CWD") : undefined) ?? folder;
}
