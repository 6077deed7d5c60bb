/**
 * Soak test: `deno task test:soak [--steps N] [--config NAME] [--device D] [--batch-size N] [--svg FILE]`.
 *
 * Pretrains for a long time with evaluations, checkpoints and reports, and samples device buffers, the heap, resident memory and
 * open files. It also reads the log and the TensorBoard file while they are written. Exits with code 1 if anything grows or
 * cannot be read.
 *
 * @module
 */
import { growth, type Sample } from "./growth.ts";
import { plot } from "./growth.ts";
import { soak, type SoakRequest } from "./soak.ts";

interface Request extends SoakRequest {
  svg?: string;
}

function parseArguments(args: string[]): Request {
  const request: Request = { steps: 20_000, config: "nano", device: "cpu", batchSize: 4 };
  for (let i = 0; i < args.length; i += 2) {
    const [flag, value] = [args[i], args[i + 1]];
    if (flag === "--steps") request.steps = Number(value);
    else if (flag === "--batch-size") request.batchSize = Number(value);
    else if (flag === "--config") request.config = value;
    else if (flag === "--device") request.device = value as SoakRequest["device"];
    else if (flag === "--svg") request.svg = value;
    else {
      throw new Error(
        `unknown option "${flag}", expected --steps, --config, --device, --batch-size or --svg`,
      );
    }
  }
  if (!(request.steps >= 100) || !(request.batchSize > 0)) {
    throw new Error("--steps must be at least 100, and --batch-size at least 1");
  }
  return request;
}

function row({ step, deviceBytes, deviceBuffers, heapBytes, residentBytes, handles }: Sample) {
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  return [step, deviceBuffers, mebibytes(deviceBytes), mebibytes(heapBytes)]
    .concat([mebibytes(residentBytes), handles]).join("\t");
}

if (import.meta.main) {
  try {
    const request = parseArguments(Deno.args);
    console.log("step\tbuffers\tdevice MiB\theap MiB\tresident MiB\topen files");
    const samples = await soak(request, (sample) => console.log(row(sample)));
    if (request.svg !== undefined) await Deno.writeTextFile(request.svg, plot(samples));
    const grown = growth(samples);
    for (const description of grown) console.log(`GROWN ${description}`);
    console.log(`${samples.at(-1)!.step} steps, ${samples.length} samples, ${grown.length} grown`);
    Deno.exitCode = grown.length > 0 ? 1 : 0;
  } catch (error) {
    console.error(`soak: ${error instanceof Error ? error.message : error}`);
    Deno.exitCode = 2;
  }
}
