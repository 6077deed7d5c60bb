/**
 * From a run of `albert pretrain` to the modules of the package and their card.
 *
 * @module
 */
import { Sha256, sha256File } from "../../src/files/mod.ts";
import {
  convertFolder,
  readEvents,
  readRunSettings,
  resolveCheckpoint,
} from "../../src/train/disk.ts";
import type { PretrainSettings } from "../../src/pretraining/mod.ts";
import { namedOptions } from "../cli/options.ts";
import { PRETRAIN_OPTIONS } from "../cli/train_options.ts";
import { ROOT } from "../launch/files.ts";
import {
  cardText,
  type Provenance,
  readProvenance,
  readResults,
  sizesText,
  type Stage,
  writeRecord,
} from "./card.ts";
import { trainingCurve } from "./curve.ts";
import { evaluateHeldOut } from "./evaluate.ts";
import { modelModules, type ModelParts, writeModules } from "./modules.ts";

/** Folder of the modules. */
const GENERATED = `${ROOT}/src/weights/shipped/generated`;
/** Limit of the weights in half precision. */
const MOST_BYTES = 5e6;

/** What the model is made from. */
export interface ShipRequest {
  /** The run folder of the training. */
  readonly checkpoint: string;
  /** The runs before it, each of which started from the one before. */
  readonly earlier?: readonly string[];
  /** Folders of the books for training, and of the held-out ones. */
  readonly texts: string;
  readonly heldOutTexts: string;
  /** The held-out books, prepared with the vocabulary of the model. */
  readonly heldOut: string;
  readonly device: "auto" | "webgpu" | "cpu";
}

/**
 * Writes the modules, the card and its records.
 *
 * @throws {RangeError} if the weights are larger than 5 MB or exceed the range of f16
 */
export async function shipModel(request: ShipRequest): Promise<void> {
  const { checkpoint, earlier = [], device } = request;
  const runs = [...earlier, checkpoint];
  const temporary = await Deno.makeTempDir();
  try {
    const half = `${temporary}/model`;
    const parts = await readModelParts(checkpoint, half);
    const sha256 = new Sha256().update(parts.weights).hex();
    const heldOut = await evaluateHeldOut(half, request.heldOut, { device });
    const books = await writeTexts(request);
    const stages = await Promise.all(runs.map(stageOf));
    const provenance = { sha256, stages, books, heldOut };
    await writeRecord("provenance", `${JSON.stringify(provenance, null, 2)}\n`);
    const logs = runs.map((run, index) => trainingLog(run, index, stages));
    const log = (await Promise.all(logs)).join("");
    await writeRecord("log", log);
    await writeRecord("curve", trainingCurve(log, heldOut.baselineMlmAccuracy));
    await writeModel(parts, provenance);
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

/** Writes the card of the model in the package again, after more results of fine-tuning. */
export async function writeCardAgain(): Promise<void> {
  const { shippedFiles } = await import("../../src/weights/mod.ts");
  const read = await shippedFiles();
  const file = async (name: string) => (await read(name))!;
  await writeModel({
    config: new TextDecoder().decode(await file("config.json")),
    vocabulary: await file("spiece.model"),
    weights: await file("model.safetensors"),
  }, await readProvenance());
}

async function writeModel(
  parts: Omit<ModelParts, "card" | "summary">,
  provenance: Provenance,
): Promise<void> {
  const { config, weights } = parts;
  const results = await readResults(provenance.sha256);
  const card = cardText(config, weights, provenance, results);
  const accuracy = Math.round(100 * provenance.heldOut.mlmAccuracy.share);
  const summary = `${sizesText(config, weights)}, MLM accuracy ${accuracy}% on held-out books`;
  await writeRecord("card", card);
  await writeModules(GENERATED, modelModules({ ...parts, card, summary }));
}

/**
 * Writes a checkpoint in half precision to a folder, and returns its parts.
 *
 * @param checkpoint a run folder or a model folder with `spiece.model`
 * @param folder a new folder
 * @throws {ConfigError} if it is not a valid model
 * @throws {RangeError} if the weights are larger than 5 MB or exceed the range of f16
 */
export async function readModelParts(
  checkpoint: string,
  folder: string,
): Promise<Omit<ModelParts, "card" | "summary">> {
  const from = await resolveCheckpoint(checkpoint);
  await convertFolder(from, folder, { precision: "f16" });
  const weights = await Deno.readFile(`${folder}/model.safetensors`);
  if (weights.length > MOST_BYTES) {
    throw new RangeError(
      `The weights have ${weights.length} bytes, expected at most ${MOST_BYTES}`,
    );
  }
  const config = await Deno.readTextFile(`${folder}/config.json`);
  return { config, vocabulary: await Deno.readFile(`${from}/spiece.model`), weights };
}

/** Lists the books with their sizes and checksums. */
async function writeTexts({ texts, heldOutTexts }: ShipRequest): Promise<Provenance["books"]> {
  const lines = ["book\tpart\tbytes\tsha256"];
  const count = async (folder: string, part: string) => {
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    for (const name of names) {
      const path = `${folder}/${name}`;
      const { size } = await Deno.stat(path);
      lines.push([name.replace(/\.txt$/, ""), part, size, await sha256File(path)].join("\t"));
    }
    return names.length;
  };
  const books = {
    train: await count(texts, "train"),
    heldOut: await count(heldOutTexts, "held out"),
  };
  await writeRecord("texts", `${lines.join("\n")}\n`);
  return books;
}

/** The command line of a run, and how much it read. `index` counts the runs from 0. */
async function stageOf(run: string, index: number): Promise<Stage> {
  const stored = await readRunSettings(run);
  if (stored === null) throw new Error(`${run} is not a run folder: it has no run.json`);
  const steps = Number(/step-(\d+)$/.exec(await resolveCheckpoint(run))?.[1]);
  const tokens = tokensUntil(steps, stored.settings as PretrainSettings);
  const command = commandOf(stored.flags as Record<string, unknown>, index);
  return { command, steps, tokens };
}

/** Tokens in the batches of the first steps, with padding. */
function tokensUntil(steps: number, { phases, batchSize }: PretrainSettings): number {
  let tokens = 0, from = 0;
  for (const { untilStep, examples } of phases) {
    const until = Math.min(untilStep, steps);
    tokens += Math.max(until - from, 0) * batchSize * examples.maxSeqLength;
    from = until;
  }
  return tokens;
}

/** The command line that has the given settings. Paths of the machine are replaced: those of the runs and of the BLAS library. */
function commandOf({ blas, ...flags }: Record<string, unknown>, index: number): string {
  const given = flags.initFrom === undefined || index === 0
    ? flags
    : { ...flags, initFrom: `run-${index}` };
  const words = ["albert pretrain"];
  for (const { flag, setting, kind, value } of namedOptions(PRETRAIN_OPTIONS)) {
    const of = given[setting];
    if (of === undefined || kind === "off" || flag === "--output") continue;
    words.push(value === "" ? flag : `${flag} ${[of].flat().join(" ")}`);
  }
  words.push(`--output run-${index + 1}`, `--device ${given.device}`, `--seed ${given.seed}`);
  if (blas !== undefined && blas !== "none") words.push("--blas auto");
  return words.join(" ");
}

/** The losses and evaluations of a run, with its number, and the tokens that it and the runs before it have read. */
async function trainingLog(run: string, index: number, stages: readonly Stage[]): Promise<string> {
  const before = stages.slice(0, index).reduce((sum, { tokens }) => sum + tokens, 0);
  const { settings } = (await readRunSettings(run))!;
  const events = (await readEvents(run)).map((event) => ({
    ...{ run: index + 1, ...event },
    tokens: before + tokensUntil(Number(event.step), settings as PretrainSettings),
  }));
  const kept = events.map((event) =>
    Object.fromEntries(
      Object.entries(event)
        .filter(([name]) => !["memory_bytes", "host_bytes"].includes(name))
        .map(([name, value]) => [name, rounded(name, value)]),
    )
  );
  return kept.map((event) => `${JSON.stringify(event)}\n`).join("");
}

/** Rounds to five digits, which keeps the file small; times and steps are exact. */
function rounded(name: string, value: unknown): unknown {
  return typeof value === "number" && name !== "time" && !Number.isInteger(value)
    ? Number(value.toPrecision(5))
    : value;
}
