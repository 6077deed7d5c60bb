/**
 * Endurance: `deno task test:soak [--steps N] [--config NAME] [--device D] [--batch-size N] [--svg FILE]`.
 *
 * Pretrains for a long time with evaluations, checkpoints and reports, and watches what must not grow: device buffers, the heap, resident memory, open
 * files. Meanwhile it reads the log and TensorBoard's file as somebody who watches the run would. Exits 1 where anything grew or could not be read.
 *
 * @module
 */
import { growth, type Sample } from "./growth.ts";
import { plot } from "./plot.ts";
import { soak, type SoakRequest } from "./soak.ts";

interface Request extends SoakRequest {
  svg?: string;
}

function readWords(words: string[]): Request {
  const request: Request = { steps: 20_000, config: "nano", device: "cpu", batchSize: 4 };
  for (let i = 0; i < words.length; i += 2) {
    const [word, value] = [words[i], words[i + 1]];
    if (word === "--steps") request.steps = Number(value);
    else if (word === "--batch-size") request.batchSize = Number(value);
    else if (word === "--config") request.config = value;
    else if (word === "--device") request.device = value as SoakRequest["device"];
    else if (word === "--svg") request.svg = value;
    else {
      throw new Error(
        `unknown option "${word}": --steps, --config, --device, --batch-size, --svg`,
      );
    }
  }
  if (!(request.steps >= 100) || !(request.batchSize > 0)) {
    throw new Error("--steps is a number from 100, --batch-size one from 1");
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
    const request = readWords(Deno.args);
    console.log("step\tbuffers\tdevice MiB\theap MiB\tresident MiB\topen files");
    const samples = await soak(request, (sample) => console.log(row(sample)));
    if (request.svg !== undefined) await Deno.writeTextFile(request.svg, await plot(samples));
    const grown = growth(samples);
    for (const sentence of grown) console.log(`GROWN ${sentence}`);
    console.log(`${samples.at(-1)!.step} steps, ${samples.length} samples, ${grown.length} grown`);
    Deno.exitCode = grown.length > 0 ? 1 : 0;
  } catch (error) {
    console.error(`soak: ${error instanceof Error ? error.message : error}`);
    Deno.exitCode = 2;
  }
}
