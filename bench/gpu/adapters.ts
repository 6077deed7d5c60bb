/**
 * Runs the golden cases and the tests of all kernel variants on other software drivers, as a second and third opinion.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { KERNELS } from "../../kernels/mod.ts";
import { atomicWriteFile, sha256Hex } from "../../src/files/mod.ts";
import { readTree } from "../structure.ts";
import { type CommandLines, type KitResults, type Part, type RunCommand, runParts } from "./kit.ts";

/** Drivers that compute: lavapipe of Mesa 25, which has no limit of loop iterations, and SwiftShader, with subgroups of 4 and no f16. */
export const COMPUTING_DRIVERS = ["lavapipe", "swiftshader"] as const;

/** Options of {@linkcode checkAdapters}. */
export interface AdapterChecks {
  /** Folder that `setup.sh` has set up. */
  readonly root: string;
  readonly drivers: readonly string[];
  /** Text that the names of the kernels to test contain. Default: all kernels. */
  readonly filter?: string;
  /** Results of an interrupted call. Parts that passed are not repeated. */
  readonly earlier?: KitResults;
  readonly lines: CommandLines;
  readonly run: RunCommand;
  readonly onPart: (name: string, result?: KitResults[string]) => void | Promise<void>;
}

/** Longest time of a part in seconds. On two idle cores, the longest part takes ten minutes. */
const LIMIT = 7200;

/** Names of the kernels whose name contains a text. */
export function testedKernels(filter = ""): string[] {
  return KERNELS.map(({ name }) => name).filter((name) => name.includes(filter));
}

/**
 * Runs the checks and returns their results by driver and check, those of earlier calls included: `lavapipe golden`, `lavapipe reduce`,
 * and one part per family of kernels, of matrix multiplications one per kernel, because their pipelines take minutes to compile.
 */
export async function checkAdapters(
  { root, drivers, filter, earlier = {}, lines, run, onPart }: AdapterChecks,
): Promise<KitResults> {
  const driverScript = fileURLToPath(new URL("./run.sh", import.meta.url));
  const groups = Map.groupBy(
    testedKernels(filter),
    (name) => name.startsWith("matmul.") ? name : name.split(".")[0],
  );
  const parts = drivers.flatMap((driver): Part[] => {
    const part = (name: string, command: readonly string[]): Part => ({
      name: `${driver} ${name}`,
      limit: LIMIT,
      command: ["bash", driverScript, root, driver, ...command],
    });
    return [
      part("golden", lines.tool("golden", ["tests/fixtures/golden", "--device", "webgpu"])),
      ...[...groups].map(([group, kernels]) =>
        part(group, [
          ...lines.test("tests/kernels/registry_test.ts"),
          ...["--filter", `/^(${kernels.join("|")}): /`],
        ])
      ),
    ];
  });
  const passed = Object.fromEntries(
    parts.filter(({ name }) => earlier[name]?.status === "ok").map(({ name }) => [
      name,
      earlier[name],
    ]),
  );
  const left = parts.filter(({ name }) => passed[name] === undefined);
  return {
    ...passed,
    ...await runParts(left, { budget: LIMIT * parts.length, run, onPart }),
  };
}

/** What {@linkcode saveChecks} writes. */
interface SavedChecks {
  /** Checksum of the sources that were tested. */
  readonly sources: string;
  readonly results: KitResults;
}

/** Folders whose files decide the results. */
const TESTED = ["kernels", "src", "tests/kernels"];

async function checksumOfSources(root: string): Promise<string> {
  return sha256Hex(JSON.stringify([...await readTree(root, TESTED)]));
}

/** Writes results that {@linkcode earlierChecks} reads. */
export async function saveChecks(path: string, root: string, results: KitResults): Promise<void> {
  const saved: SavedChecks = { sources: await checksumOfSources(root), results };
  await atomicWriteFile(path, `${JSON.stringify(saved, null, 2)}\n`);
}

/**
 * Returns the results of an interrupted call for the same sources of the checkout at `root`; none if the file is missing or the sources
 * have changed.
 *
 * @throws {Error} if the file has no results.
 */
export async function earlierChecks(path: string, root: string): Promise<KitResults> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
  let saved: Partial<SavedChecks> | null = null;
  try {
    saved = JSON.parse(text);
  } catch {
    // The error below names the file.
  }
  if (typeof saved?.sources !== "string" || typeof saved.results !== "object") {
    throw new Error(`${path} has no results of test:adapters; choose another file for --output`);
  }
  return saved.sources === await checksumOfSources(root) ? saved.results : {};
}
