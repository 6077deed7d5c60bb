/** Trains a long run, samples its resources, and reads its files. */
import { openShards, prepare, readVocabularyFiles } from "../../src/data/disk/mod.ts";
import { openDevice } from "../../src/device/mod.ts";
import { presetConfig, presetSequenceLength } from "../../src/model/mod.ts";
import { pretrainingTask } from "../../src/pretraining/disk.ts";
import { pretrainSettings } from "../../src/pretraining/mod.ts";
import { maskedCrc32c } from "../../src/runs/tensorboard.ts";
import { train } from "../../src/train/disk.ts";
import { smallText, smallTokenizer } from "../data/small_tokenizer.ts";
import type { Sample } from "./growth.ts";

/** Options of {@linkcode soak}. */
export interface SoakRequest {
  steps: number;
  /** A preset. */
  config: string;
  device: "auto" | "webgpu" | "cpu";
  batchSize: number;
}

/** Largest number of samples. */
const SAMPLES = 200;
/** Number of evaluations, each with a checkpoint and a report. */
const EVALUATIONS = 40;

/** Trains a run and returns samples of its resources. */
export async function soak(
  { steps, config: name, device: kind, batchSize }: SoakRequest,
  onSample: (sample: Sample) => void,
): Promise<Sample[]> {
  const folder = await Deno.makeTempDir({ prefix: "soak-" });
  const device = await openDevice({ device: kind });
  const samples: Sample[] = [];
  try {
    const data = await makeData(folder);
    const config = { ...presetConfig(name), vocabSize: data.corpus.vocabulary.size };
    const every = Math.max(1, Math.floor(steps / EVALUATIONS));
    const between = Math.max(1, Math.floor(steps / SAMPLES));
    const output = `${folder}/run`;
    const watcher = new Watcher(output);
    let reading: Promise<void> = Promise.resolve(), failure: unknown;
    const sample = (step: number): void => {
      if (step < (samples.at(-1)?.step ?? 0) + between) return;
      const { persistentBytes, temporaryBytes, buffers } = device.memory();
      const { heapUsed, external, rss } = Deno.memoryUsage();
      samples.push({
        step,
        deviceBuffers: buffers,
        deviceBytes: persistentBytes + temporaryBytes,
        heapBytes: heapUsed + external,
        residentBytes: rss,
        handles: openFiles(),
      });
      onSample(samples.at(-1)!);
      reading = reading.then(() => watcher.check()).catch((error) => void (failure ??= error));
    };
    const settings = pretrainSettings({
      steps,
      batchSize,
      maxSeqLength: presetSequenceLength(name),
      saveSteps: every,
      evalSteps: every,
      evalExamples: 16,
      loggingSteps: Math.min(10, between),
    }, config);
    const files = await readVocabularyFiles(data);
    await train({
      device,
      task: pretrainingTask({ sources: [{ name: "", data, weight: 1 }], settings, files }),
      config,
      settings,
      output,
      resume: false,
      files,
      provenance: {},
      observer: { log() {}, progress: sample, evaluated() {}, stopRequested: () => false },
    });
    await reading;
    if (failure !== undefined) throw failure;
    return samples;
  } finally {
    await device.destroy();
    await Deno.remove(folder, { recursive: true });
  }
}

async function makeData(folder: string) {
  await Deno.writeTextFile(`${folder}/text.txt`, smallText(1, 500));
  await prepare({
    inputs: [`${folder}/text.txt`],
    tokenizer: smallTokenizer(),
    output: `${folder}/data`,
    validationFraction: 0.1,
  });
  return await openShards(`${folder}/data`);
}

/** Number of open file descriptors of this process. */
function openFiles(): number {
  try {
    return [...Deno.readDirSync("/proc/self/fd")].length;
  } catch {
    return 0;
  }
}

/** Reads the files of a run while they are written, as TensorBoard and users do. */
class Watcher {
  readonly #run: string;
  #lines = 0;
  #records = 0;

  constructor(run: string) {
    this.#run = run;
  }

  /** Throws if a complete line or record is invalid, or if there are fewer than before. */
  async check(): Promise<void> {
    const text = await Deno.readTextFile(`${this.#run}/events.jsonl`);
    const lines = text.split("\n").slice(0, -1);
    for (const line of lines.slice(this.#lines)) JSON.parse(line);
    this.#lines = notFewer("lines of events.jsonl", this.#lines, lines.length);
    for (const { name } of Deno.readDirSync(this.#run)) {
      if (!name.startsWith("events.out.")) continue;
      const records = completeRecords(await Deno.readFile(`${this.#run}/${name}`));
      this.#records = notFewer(`records of ${name}`, this.#records, records);
    }
  }
}

function notFewer(what: string, before: number, now: number): number {
  if (now < before) throw new Error(`${what}: ${before} became ${now}`);
  return now;
}

/** Counts the complete records. Only the last record may be incomplete. */
function completeRecords(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer);
  let count = 0, at = 0;
  while (at + 12 <= bytes.length) {
    if (view.getUint32(at + 8, true) !== maskedCrc32c(bytes.subarray(at, at + 8))) {
      throw new Error(`record ${count} has a wrong length`);
    }
    const end = at + 12 + Number(view.getBigUint64(at, true));
    if (end + 4 > bytes.length) break;
    if (view.getUint32(end, true) !== maskedCrc32c(bytes.subarray(at + 12, end))) {
      throw new Error(`record ${count} has a wrong checksum`);
    }
    count++;
    at = end + 4;
  }
  return count;
}
