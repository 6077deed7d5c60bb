/**
 * Runs the golden cases and the tests of all kernel variants on other software drivers, as a second and third opinion.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { type CommandLines, type KitResults, type Part, type RunCommand, runParts } from "./kit.ts";

/** Drivers that compute: lavapipe of Mesa 25, which has no limit of loop iterations, and SwiftShader, with subgroups of 4 and no f16. */
export const COMPUTING_DRIVERS = ["lavapipe", "swiftshader"] as const;

/** Options of {@linkcode checkAdapters}. */
export interface AdapterChecks {
  /** Folder that `setup.sh` has set up. */
  readonly root: string;
  readonly drivers: readonly string[];
  /** Selects the kernels whose tests run, as `deno test --filter` does. */
  readonly filter?: string;
  readonly lines: CommandLines;
  readonly run: RunCommand;
  readonly onPart: (name: string, result?: KitResults[string]) => void;
}

/** Longest time of a part in seconds: the registry takes 10 minutes on two idle cores. */
const LIMIT = 3600;

/** Runs the checks and returns their results by driver and check. */
export async function checkAdapters(
  { root, drivers, filter, lines, run, onPart }: AdapterChecks,
): Promise<KitResults> {
  const driverScript = fileURLToPath(new URL("./run.sh", import.meta.url));
  const parts = drivers.flatMap((driver): Part[] => {
    const on = (command: readonly string[]) => ["bash", driverScript, root, driver, ...command];
    const registry = lines.test("tests/kernels/registry_test.ts");
    return [
      {
        name: `${driver} golden`,
        limit: LIMIT,
        command: on(lines.tool("golden", ["tests/fixtures/golden", "--device", "webgpu"])),
      },
      {
        name: `${driver} registry`,
        limit: LIMIT,
        command: on(filter === undefined ? registry : [...registry, "--filter", filter]),
      },
    ];
  });
  return await runParts(parts, { budget: LIMIT * parts.length, run, onPart });
}
