import { Command } from "@cliffy/command";
import type { PeersReport } from "../../bench/peers.ts";
import type { Machine } from "../../bench/results/page.ts";
import { createProgress } from "../cli/progress.ts";
import { prepareConfig } from "../launch/config.ts";
import { ROOT } from "../launch/files.ts";
import { toolCommand, TOOLS } from "../launch/tools.ts";

/** The page of results. */
export const RESULTS = `${ROOT}/bench/RESULTS.md`;

/** `bench all`. */
export const all = new Command()
  .description("Run all benchmarks that have targets (about 15 minutes on two idle cores).")
  .option("--python <path:string>", "Python interpreter with PyTorch and sentencepiece.", {
    default: "python3",
  })
  .option(
    "--only <text:string>",
    "Run the parts whose name contains this text: step, load, peers …",
  )
  .option("--update-results", "Write this adapter's section of bench/RESULTS.md.")
  .option("--json", "Print one JSON object.")
  .example("Update the table", "deno task bench all --update-results")
  .action(async ({ python, only, updateResults, json }) => {
    const { runSuite } = await import("../../bench/results/suite.ts");
    const { withSection } = await import("../../bench/results/page.ts");
    const config = await prepareConfig(() => {});
    const run = async (args: readonly string[]) => {
      const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: toolCommand(TOOLS.bench, config, [...args, "--json"]),
        stdin: "null",
      }).output();
      if (!success) throw new Error(new TextDecoder().decode(stderr).trim().split("\n").at(-1));
      return JSON.parse(new TextDecoder().decode(stdout));
    };
    const progress = createProgress({ title: "measuring", unit: "part" });
    let count = 0;
    const results = await runSuite(run, {
      python,
      only,
      onPart: (name) => progress.update(count++, name),
    });
    progress.end();
    if (json) console.log(JSON.stringify(results, null, 2));
    const adapters = Object.values(results.steps).toSorted((a, b) => b.kind.localeCompare(a.kind));
    const machine = await machineNamed(
      (adapters[0] ?? results.loads.webgpu ?? results.loads.cpu ?? results.growth)?.adapter ??
        adapterOfPeers(results.peers) ?? "no adapter",
    );
    const old = await Deno.readTextFile(RESULTS).catch(() => "");
    const page = withSection(old, machine, results);
    if (!json) console.log(page);
    if (updateResults) await Deno.writeTextFile(RESULTS, page);
  });

/** The adapter in the label `webgpu (llvmpipe …)` of a run of `bench peers`. */
function adapterOfPeers(peers: PeersReport | undefined): string | undefined {
  return /^webgpu \((.*)\)$/.exec(peers?.libraries.webgpu ?? "")?.[1];
}

/** Describes this machine. */
export async function machineNamed(adapter: string): Promise<Machine> {
  return {
    adapter,
    processor: await processor(),
    date: new Date().toISOString().slice(0, 10),
    deno: Deno.version.deno,
  };
}

/** The processor's name, if `lscpu` reports it, and its number of threads. */
async function processor(): Promise<string> {
  const threads = `${navigator.hardwareConcurrency} threads`;
  try {
    const { stdout } = await new Deno.Command("lscpu", { stdout: "piped" }).output();
    const name = /^Model name:\s*(.+)$/m.exec(new TextDecoder().decode(stdout))?.[1];
    return name === undefined ? threads : `${name}, ${threads}`;
  } catch {
    return `${Deno.build.target}, ${threads}`;
  }
}
