/**
 * What each command of `albert` is allowed: flags of `deno run`, no wider than its work. They start no programs. Where a command reads and writes files,
 * which ones is for whoever gives their names to say: `docs/permissions.md` shows how to bind it to folders.
 *
 * @module
 */

const READ = "--allow-read";
const WRITE = "--allow-write";
/** The name of this machine, for the lock that tells who uses a folder. */
const HOST = "--allow-sys=hostname";
/** How much memory it has, for `--micro-batch-size auto`, too. */
const HOST_AND_MEMORY = "--allow-sys=hostname,systemMemoryInfo";
/** A BLAS or MPI library of the system, where there is one. */
const LIBRARY = "--allow-ffi";
/** The hub, a mirror of it, and wherever it sends for large files. */
const NETWORK = "--allow-net";
/** A live report for this machine alone. */
const THIS_MACHINE = "--allow-net=127.0.0.1";
/** Our own variables; those of the hub for whoever downloads. */
const VARIABLES = "--allow-env=ALBERT_*,NO_COLOR";
/** Node's `glob` looks at a test's variable when it first meets a pattern such as `books/*.txt`. */
const VARIABLES_OF_PATTERNS = `${VARIABLES},__MINIMATCH_TESTING_PLATFORM__`;
/** BLAS and MPI read their settings under names of their own, and one is set. */
const ALL_VARIABLES = "--allow-env";

/** What computing on a device takes. */
export const COMPUTE_PERMISSIONS: readonly string[] = [READ, ALL_VARIABLES, LIBRARY];
/** What a run folder takes beside it. */
export const TRAIN_PERMISSIONS: readonly string[] = [
  ...COMPUTE_PERMISSIONS,
  WRITE,
  HOST_AND_MEMORY,
];

const COMPUTE = COMPUTE_PERMISSIONS, TRAIN = TRAIN_PERMISSIONS;

/** The flags by command; of a command that is not here, those of the widest. */
const PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  doctor: COMPUTE,
  tune: [...COMPUTE, WRITE],
  vocab: [READ, WRITE, VARIABLES_OF_PATTERNS],
  tokenize: [READ, VARIABLES],
  prepare: [READ, WRITE, HOST, VARIABLES_OF_PATTERNS],
  data: [READ, WRITE, VARIABLES],
  pretrain: [...TRAIN, THIS_MACHINE],
  report: [READ, WRITE, VARIABLES],
  finetune: [...TRAIN, NETWORK],
  evaluate: [...COMPUTE, WRITE, NETWORK],
  score: [READ, VARIABLES],
  predict: [...COMPUTE, WRITE, NETWORK],
  convert: [READ, WRITE, ALL_VARIABLES, NETWORK],
  paper: TRAIN,
  completions: [VARIABLES],
  help: [VARIABLES],
};

/** The commands whose permissions are written down. */
export const KNOWN_COMMANDS: readonly string[] = Object.keys(PERMISSIONS);

/**
 * The flags for a command line: the first word that is a command decides, as it does for the program.
 *
 * @param words What follows `albert`.
 */
export function permissionsFor(words: readonly string[]): string[] {
  const command = words.find((word) => Object.hasOwn(PERMISSIONS, word));
  // Without a command there is only help to show; of one that nobody wrote down, take the widest.
  if (command !== undefined) return [...PERMISSIONS[command]];
  return words.every((word) => word.startsWith("-")) ? [VARIABLES] : [...TRAIN, NETWORK];
}
