/**
 * The permission flags of `deno run` for each command of `albert`. No command may start a program. The flags do not limit
 * which files a command reads and writes; `docs/permissions.md` shows how to restrict it to folders.
 *
 * @module
 */

const READ = "--allow-read";
const WRITE = "--allow-write";
/** The host name, which the lock of a folder records. */
const HOST = "--allow-sys=hostname";
/** The host name, and the memory size for `--micro-batch-size auto`. */
const HOST_AND_MEMORY = "--allow-sys=hostname,systemMemoryInfo";
/** A BLAS or MPI library of the system. */
const LIBRARY = "--allow-ffi";
/** The hub, its mirrors, and the hosts it redirects to for large files. */
const NETWORK = "--allow-net";
/** The live page of `paper lesson`. */
const PAGE = "--allow-net=127.0.0.1";
const VARIABLES = "--allow-env=ALBERT_*,NO_COLOR,TERM";
/** Node's `glob` reads this variable when it first expands a pattern such as `books/*.txt`. */
const VARIABLES_OF_PATTERNS = `${VARIABLES},__MINIMATCH_TESTING_PLATFORM__`;
/** BLAS, MPI and the hub read their own environment variables. */
const ALL_VARIABLES = "--allow-env";

/** Permissions for computing on a device. */
export const COMPUTE_PERMISSIONS: readonly string[] = [READ, ALL_VARIABLES, LIBRARY];
/** Permissions for computing on a device and writing a run folder. */
export const TRAIN_PERMISSIONS: readonly string[] = [
  ...COMPUTE_PERMISSIONS,
  WRITE,
  HOST_AND_MEMORY,
];

const COMPUTE = COMPUTE_PERMISSIONS, TRAIN = TRAIN_PERMISSIONS;

/** The flags of each command. */
const PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  doctor: COMPUTE,
  tune: [...COMPUTE, WRITE],
  vocab: [READ, WRITE, HOST, VARIABLES_OF_PATTERNS],
  tokenize: [READ, VARIABLES],
  prepare: [READ, WRITE, HOST, VARIABLES_OF_PATTERNS],
  data: [READ, WRITE, VARIABLES],
  pretrain: [...TRAIN, NETWORK],
  report: [READ, WRITE, VARIABLES],
  runs: [READ, VARIABLES],
  finetune: [...TRAIN, NETWORK],
  search: [...TRAIN, NETWORK],
  evaluate: [...COMPUTE, WRITE, NETWORK],
  embed: [...COMPUTE, WRITE, NETWORK],
  score: [READ, VARIABLES],
  predict: [...COMPUTE, WRITE, NETWORK],
  convert: [READ, WRITE, HOST, ALL_VARIABLES, NETWORK],
  export: [READ, WRITE, HOST, ALL_VARIABLES, NETWORK],
  paper: [...TRAIN, PAGE],
  completions: [VARIABLES],
  help: [VARIABLES],
};

/** What `--vocab hf:OWNER/NAME` needs in addition: the hub, its variables, and its cache. */
const HUB = [ALL_VARIABLES, NETWORK, WRITE];

/** The commands with documented permissions. */
export const KNOWN_COMMANDS: readonly string[] = Object.keys(PERMISSIONS);

/**
 * The flags for a command line. The first word that is a command decides, and whether a word names a model of the hub. An unknown command gets the widest flags.
 *
 * @param words The arguments after `albert`.
 */
export function permissionsFor(words: readonly string[]): string[] {
  const command = words.find((word) => Object.hasOwn(PERMISSIONS, word));

  if (command !== undefined) {
    const flags = PERMISSIONS[command];
    if (!words.some((word) => /^(--[\w-]+=)?hf:/.test(word))) return [...flags];
    return [...new Set([...flags.filter((flag) => !flag.startsWith("--allow-env")), ...HUB])];
  }
  return words.every((word) => word.startsWith("-")) ? [VARIABLES] : [...TRAIN, NETWORK];
}
