/** A long run, sampled. */
import { openShards, prepare, readVocabularyFiles } from "../../src/data/disk/mod.ts";
import { openDevice } from "../../src/device/mod.ts";
import { presetConfig, presetSequenceLength } from "../../src/model/mod.ts";
import { pretrain } from "../../src/train/disk.ts";
import { pretrainSettings } from "../../src/train/mod.ts";
import { smallText, smallTokenizer } from "../data/small_tokenizer.ts";
import type { Sample } from "./growth.ts";
import { Watcher } from "./watcher.ts";

/** How long, and what. */
export interface SoakRequest {
  steps: number;
  /** A preset. */
  config: string;
  device: "auto" | "webgpu" | "cpu";
  batchSize: number;
}

/** Samples of a whole run, at most. */
const SAMPLES = 200;
/** Evaluations, each with a checkpoint and a report. */
const EVALUATIONS = 40;

/** Trains for so many steps and returns what it held on the way. */
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
    let looking: Promise<void> = Promise.resolve(), failure: unknown;
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
      looking = looking.then(() => watcher.look()).catch((error) => void (failure ??= error));
    };
    await pretrain({
      device,
      sources: [{ name: "", data, weight: 1 }],
      config,
      settings: pretrainSettings({
        steps,
        batchSize,
        maxSeqLength: presetSequenceLength(name),
        saveSteps: every,
        evalSteps: every,
        evalExamples: 16,
        loggingSteps: Math.min(10, between),
      }, config),
      output,
      resume: false,
      files: await readVocabularyFiles(data),
      provenance: {},
      observer: { say() {}, progress: sample, evaluated() {}, stopRequested: () => false },
    });
    await looking;
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

/** Files, sockets and the like that this process has open. */
function openFiles(): number {
  try {
    return [...Deno.readDirSync("/proc/self/fd")].length;
  } catch {
    return 0;
  }
}
