/**
 * The settings of a training command: from the command line, a settings file, the run's own `run.json`
 * and the table's defaults, in this order of precedence.
 *
 * @module
 */
// JSON is in the platform, YAML in no standard library that can be reached without JSR; `yaml` follows version 1.2, where 1e-5 is a number.
import { parse as parseYaml } from "yaml";
import { fromRank0, type ProcessGroup, SINGLE_PROCESS_GROUP } from "../../src/distributed/mod.ts";
import { ifExists } from "../../src/files/mod.ts";
import {
  flagName,
  isObject,
  parseJson,
  quote,
  repeatedKey,
  shorten,
  shown,
} from "../../src/json/mod.ts";
import { latestCheckpoint, readRunSettings, RunFolderError } from "../../src/train/disk.ts";
import { UsageError } from "./errors.ts";
import {
  type Flags,
  type GivenFlags,
  givenOnly,
  kindComplaint,
  namedOptions,
  type OptionTable,
  rememberedFlags,
  withDefaults,
  withGlobals,
  wordOf,
} from "./options.ts";

/** What every table of a training command has. */
type RunSettings = {
  readonly output: string;
  readonly resume?: boolean;
  readonly extendTo?: number;
  readonly settings?: string;
  readonly seed?: number;
  readonly seeds?: number;
  readonly microBatchSize?: number | "auto";
  readonly device?: string;
  readonly blas?: string;
};

/**
 * Fills in the settings that the command line does not give. Collective.
 *
 * @param table of the command
 * @param given on the command line
 * @throws {UsageError} if the settings file is not valid, or the seed is not that of the resumed run.
 */
export async function runFlags<T extends OptionTable>(
  table: T,
  given: GivenFlags<T> & RunSettings,
  group: ProcessGroup = SINGLE_PROCESS_GROUP,
): Promise<Flags<T>> {
  const { output, resume, settings } = given;
  const file = settings === undefined
    ? {}
    : await fromRank0(group, () => readSettingsFile(table, settings));
  const asked: Partial<RunSettings> = { ...file, ...givenOnly(given) };
  const kept: Partial<RunSettings> = resume
    ? await fromRank0(group, async () =>
      await readRememberedFlags(
        table,
        asked.seeds === undefined ? output : await firstSeedFolder(output),
      ))
    : {};
  if (kept.seed !== undefined && asked.seed !== undefined && asked.seed !== kept.seed) {
    throw new UsageError(
      `--seed ${asked.seed} differs from the seed of the run in ${output} (${kept.seed}); ` +
        "leave it out to resume, or start a new run in another --output",
    );
  }
  const merged: Record<string, unknown> = { ...kept, ...asked };
  // The device that `auto` chose is kept, since another one would change the bytes.
  for (const name of ["device", "blas"] as const) {
    if (asked[name] === "auto" && kept[name] !== undefined) merged[name] = kept[name];
  }
  // Steps override epochs, but not those of the run the epochs that are asked for now.
  const { epochs, maxSteps } = asked as Readonly<Record<string, unknown>>;
  if (epochs !== undefined && maxSteps === undefined) delete merged.maxSteps;
  // A micro-batch size that was found to fit is kept: another one would change the bytes.
  if (asked.microBatchSize === "auto") {
    merged.microBatchSize = kept.microBatchSize ?? "auto";
  }
  if (given.extendTo !== undefined) {
    for (const name of ["steps", "maxSteps", "epochs", "phases"]) {
      if ((given as Record<string, unknown>)[name] === undefined) continue;
      throw new UsageError(
        `--extend-to gives the number of steps; leave out --${
          name === "maxSteps" ? "max-steps" : name
        }`,
      );
    }
    const run = await fromRank0(group, () => readSchedule(output));
    Object.assign(merged, extended(table, given.extendTo, run, asked));
  }
  return withDefaults(table, merged as Partial<GivenFlags<T>>);
}

/** What an extended run keeps of its settings, because their defaults depend on the number of steps. */
interface RunSchedule {
  readonly totalSteps: number;
  readonly warmupSteps: number;
  readonly learningRate: number;
  readonly evalSteps: number;
  readonly saveSteps: number;
  /** Lengths and ends of the phases of pretraining. */
  readonly phases: readonly { readonly length: number; readonly untilStep: number }[];
}

async function readSchedule(output: string): Promise<RunSchedule> {
  const settings = (await readRunSettings(output))?.settings;
  const schedule = isObject(settings) ? settings.schedule : undefined;
  if (!isObject(settings) || !isObject(schedule)) {
    throw new UsageError(`--extend-to: ${output} is not the folder of a run`);
  }
  const phases = Array.isArray(settings.phases) ? settings.phases : [];
  return {
    totalSteps: Number(schedule.totalSteps),
    warmupSteps: Number(schedule.warmupSteps),
    learningRate: Number(schedule.peakLearningRate),
    evalSteps: Number(settings.evalSteps),
    saveSteps: Number(settings.saveSteps),
    phases: phases.map(({ untilStep, examples }) => ({
      length: examples?.maxSeqLength,
      untilStep,
    })),
  };
}

/** Returns the settings of an extended run: more steps, of which the last phase gets all. */
function extended(
  table: OptionTable,
  steps: number,
  { totalSteps, phases, ...kept }: RunSchedule,
  asked: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  if (steps < totalSteps) {
    throw new UsageError(
      `--extend-to must be at least the run's ${totalSteps} steps (got ${steps})`,
    );
  }
  const names = new Set(namedOptions(table).map(({ setting }) => setting));
  const shares = phases.map(({ length, untilStep }, i) => {
    const end = i === phases.length - 1 ? steps : untilStep;
    return `${length}:${end - (phases[i - 1]?.untilStep ?? 0)}`;
  });
  return {
    ...kept,
    ...(names.has("steps") ? { steps } : { maxSteps: steps }),
    ...(phases.length > 1 && { phases: shares.join(",") }),
    ...Object.fromEntries(Object.entries(asked).filter(([name]) => Object.hasOwn(kept, name))),
  };
}

async function readRememberedFlags(
  table: OptionTable,
  folder: string,
): Promise<Record<string, unknown>> {
  const settings = await readRunSettings(folder);
  if (settings === null && await latestCheckpoint(folder) !== null) {
    throw new RunFolderError(
      `Cannot resume ${folder}: its run.json is missing, so the settings of its checkpoint are unknown; restore it or start a new run in another folder`,
    );
  }
  if (!isObject(settings?.flags)) return {};
  const flags = { ...scheduleOf(table, settings), ...rememberedFlags(table, settings.flags) };
  return flags.device === "auto" ? { ...flags, ...chosenDevice(settings) } : flags;
}

/** Returns optimizer, rate and warm-up of a run, whose defaults were others in earlier versions. */
function scheduleOf(
  table: OptionTable,
  { settings }: Record<string, unknown>,
): Record<string, unknown> {
  if (!isObject(settings)) return {};
  const { schedule, optimizer } = settings;
  if (!isObject(schedule)) return {};
  return rememberedFlags(table, {
    ...(isObject(optimizer) && { optimizer: optimizer.kind }),
    learningRate: schedule.peakLearningRate,
    warmupSteps: schedule.warmupSteps,
  });
}

/** Returns the device of a run of an earlier version, which kept `auto` and used no BLAS by default. */
function chosenDevice({ determinants, flags }: Record<string, unknown>): Record<string, unknown> {
  const numerics = isObject(determinants) ? determinants.numerics : undefined;
  if (!isObject(numerics) || !isObject(flags)) return {};
  return { device: numerics.kind, blas: flags.blas ?? "none" };
}

/** The run of `--seeds` with the lowest seed, or the folder itself if there is none. */
async function firstSeedFolder(output: string): Promise<string> {
  return (await seedFolders(output))[0] ?? output;
}

/** The runs of `--seeds`, by seed. */
export async function seedFolders(output: string): Promise<string[]> {
  const entries = await ifExists(Array.fromAsync(Deno.readDir(output))) ?? [];
  return entries
    .flatMap(({ name }) => /^seed-\d+$/.test(name) ? [Number(name.slice(5))] : [])
    .sort((a, b) => a - b)
    .map((seed) => `${output}/seed-${seed}`);
}

/**
 * Reads the settings in a JSON or YAML file; names may be in kebab, snake or camel case.
 *
 * @param table of the command
 * @throws {UsageError} if the file is not an object, or a setting is unknown or of another kind.
 */
export async function readSettingsFile(
  table: OptionTable,
  file: string,
): Promise<Record<string, unknown>> {
  const options = namedOptions(withGlobals(table)).filter((row) => row.remembered !== false);
  const settings: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(await readObject(file))) {
    const name = key.replace(/[-_](\w)/g, (_, letter) => letter.toUpperCase());
    const option = options.find(({ setting, aliases = [] }) =>
      setting === name || aliases.some((alias) => `--${alias}` === flagName(name))
    );
    const place = `--settings ${file}: ${shown(key)}`;
    if (option === undefined) throw new UsageError(`${place} is not a setting of this command`);
    const single = typeof value === "string" ? wordOf(option, value) ?? value : value;
    const word = option.kind === "strings" && typeof single === "string" ? [single] : single;
    const complaint = kindComplaint(option, word);
    if (complaint !== null) throw new UsageError(`${place} ${complaint} (got ${quote(value)})`);
    if (Object.hasOwn(settings, option.setting)) {
      throw new UsageError(`${place} gives ${option.flag} a second time`);
    }
    settings[option.setting] = word;
  }
  return settings;
}

async function readObject(file: string): Promise<Record<string, unknown>> {
  let value: unknown;
  try {
    const text = await Deno.readTextFile(file);
    const isYaml = /\.ya?ml$/i.test(file);
    value = isYaml ? parseYaml(text) : parseJson(text);
    const twice = isYaml ? undefined : repeatedKey(text);
    if (twice !== undefined) throw new SyntaxError(`it has the key ${shown(twice)} twice`);
  } catch (error) {
    // The messages of the YAML parser show the place on further lines.
    const [sentence] = (error as Error).message.replace(/; please use YAML\.\w+\(\)/, "").split(
      ":\n",
    );
    throw new UsageError(`--settings ${file}: ${shorten(sentence, 200)}`);
  }
  if (isObject(value)) return value;
  throw new UsageError(
    `--settings ${file} must contain an object of settings, not ${quote(value)}`,
  );
}
