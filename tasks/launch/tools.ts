import type { Config } from "./config.ts";
import { ROOT } from "./files.ts";
import { COMPUTE_PERMISSIONS, permissionsFor, TRAIN_PERMISSIONS } from "./permissions.ts";

/** A script that a task runs. */
export interface Tool {
  /** From the root of the checkout. */
  script: string;
  /** Flags of `deno run` for these words. */
  permissions(words: readonly string[]): readonly string[];
  /** Runs where the user stands, because its words name the user's files. */
  here: boolean;
}

/** What measures, starts and kills programs. */
const EVERYTHING = ["--allow-all"];

/** Every tool by the name of its task. */
export const TOOLS: Record<string, Tool> = {
  albert: { script: "tasks/cli.ts", permissions: permissionsFor, here: true },
  demo: { script: "tasks/demo.ts", permissions: () => TRAIN_PERMISSIONS, here: true },
  golden: {
    script: "tasks/golden.ts",
    permissions: () => [...COMPUTE_PERMISSIONS, "--allow-write"],
    here: true,
  },
  kernels: { script: "tasks/kernels.ts", permissions: () => COMPUTE_PERMISSIONS, here: true },
  // The peers it measures against are programs of their own.
  bench: { script: "tasks/bench.ts", permissions: () => EVERYTHING, here: true },
  // They start commands and kill them.
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

/** Whether a driver is worth installing for this command line. */
export function needsDevice(tool: string, words: string[]): boolean {
  const wanted = words.join(" ").match(/--device[ =](\w+)/)?.[1];
  if (wanted === "cpu" || words.includes("--help") || words.includes("-h")) return false;
  return tool !== "albert" || words.length > 0 && !WITHOUT_DEVICE.includes(words[0]);
}

/** The words after `deno`. */
export function toolCommand(tool: Tool, config: Config, words: string[]): string[] {
  return [
    "run",
    "--quiet",
    "--no-prompt",
    ...tool.permissions(words),
    ...config.flags,
    `${ROOT}/${tool.script}`,
    ...words,
  ];
}

/** Where the tool runs: `deno task` moves to the root and keeps the user's folder in `INIT_CWD`. */
export function workingFolder(tool: Tool): string {
  return tool.here ? Deno.env.get("INIT_CWD") ?? Deno.cwd() : ROOT;
}
