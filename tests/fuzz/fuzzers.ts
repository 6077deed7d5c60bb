/** The fuzzers by name. */
import type { Fuzzer } from "./fuzzer.ts";

type Load = () => Promise<Fuzzer>;

const vocabulary = () => import("./readers/vocabulary.ts");
const weights = () => import("./readers/weights.ts");
const benchmarks = () => import("./readers/benchmarks.ts");
const text = () => import("./readers/text.ts");
const data = () => import("./readers/data.ts");
const run = () => import("./readers/run.ts");
const hub = () => import("./readers/hub.ts");
const records = () => import("./readers/records.ts");
const commandLine = () => import("./readers/command_line.ts");

/** Functions that load the fuzzers, so that a worker loads only its own. */
export const FUZZERS: Readonly<Record<string, Load>> = {
  "spiece.model": async () => (await vocabulary()).spieceModel,
  "tokenizer.json": async () => (await vocabulary()).tokenizerJson,
  "vocab.txt": async () => (await vocabulary()).vocabTxt,
  "tokenizer_config.json": async () => (await vocabulary()).tokenizerConfig,
  "safetensors": async () => (await weights()).safetensors,
  "safetensors.index.json": async () => (await weights()).weightsIndex,
  "config.json": async () => (await weights()).configJson,
  "glue": async () => (await benchmarks()).glueTsv,
  "squad": async () => (await benchmarks()).squadJson,
  "race": async () => (await benchmarks()).raceJson,
  "records": async () => (await records()).records,
  "conll": async () => (await records()).conll,
  "parquet": async () => (await records()).parquet,
  "modules.json": async () => (await records()).embedding,
  "special-tokens": async () => (await vocabulary()).specialTokens,
  "predictions": async () => (await benchmarks()).predictions,
  "text": async () => (await text()).text,
  "gzip": async () => (await text()).gzip,
  "shard": async () => (await data()).shard,
  "index.json": async () => (await data()).indexJson,
  "prepare.json": async () => (await data()).journal,
  "run.json": async () => (await run()).runJson,
  "events.jsonl": async () => (await run()).runLines,
  "trainer.json": async () => (await run()).trainerJson,
  "hub-name": async () => (await hub()).hubName,
  "hub-replies": async () => (await hub()).hubReplies,
  "tuning": async () => (await run()).tuningCache,
  "settings": async () => (await commandLine()).settingsJson,
  "flags": async () => (await commandLine()).flags,
};
