/**
 * Suggestions for unknown commands and options: the equivalent of what other tools have, or a similar name.
 *
 * @module
 */

/** Equivalents of options of Hugging Face's scripts that have no option of the same meaning. A text that names an option is given only by commands that have it. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  "--fp16": ["Use --precision f16."],
  "--bf16": ["bfloat16 is not supported; use --precision f16."],
  "--gradient-accumulation-steps": [
    "--batch-size counts all examples of an optimizer step; --micro-batch-size limits those on the device at once.",
  ],
  "--warmup-ratio": ["Use --warmup-steps."],
  "--num-train-epochs": ["Use --steps."],
  "--epochs": ["Use --steps."],
  "--do-train": [
    "albert finetune and albert pretrain train; albert evaluate and albert predict do not.",
  ],
  "--do-eval": [
    "albert evaluate evaluates a checkpoint, and training commands evaluate every --eval-steps.",
  ],
  "--do-predict": ["albert evaluate with --split test writes predictions."],
  "--overwrite-output-dir": ["A run is never overwritten: use --resume, or another --output."],
  "--resume-from-checkpoint": [
    "--resume continues the run in --output from its latest checkpoint.",
  ],
  "--eval-strategy": ["Use --eval-steps."],
  "--evaluation-strategy": ["Use --eval-steps."],
  "--save-strategy": ["Use --save-steps."],
  "--logging-strategy": ["Use --logging-steps."],
  "--load-best-model-at-end": ["Use --keep-best.", "The best checkpoint is always kept."],
  "--early-stopping-patience": ["Use --early-stop-patience."],
  "--report-to": ["Training commands write TensorBoard files and report.html to the run folder."],
  "--logging-dir": ["The log is in the run folder, --output."],
  "--dataset-name": ["Use --data with a folder or file of this machine."],
  "--cache-dir": ["Set the environment variable HF_HOME."],
  "--token": ["Set the environment variable HF_TOKEN."],
  "--push-to-hub": [
    "The checkpoint is a Hugging Face folder; upload it with the command hf upload.",
  ],
  "--no-cuda": ["Use --device cpu."],
  "--use-cpu": ["Use --device cpu."],
  "--gpu": ["Use --device webgpu."],
  "--cuda": ["Use --device webgpu."],
  "--threads": ["The CPU device uses all cores."],
  "--verbose": ["Progress is printed unless --quiet is given."],
};

/** Equivalents of commands of other tools. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  train: ["pretrain", "finetune"],
  eval: ["evaluate"],
  test: ["evaluate"],
  infer: ["predict"],
  inference: ["predict"],
  generate: ["predict"],
  classify: ["predict classify"],
  answer: ["predict answer"],
  "fill-mask": ["predict fill-mask"],
  onnx: ["export onnx"],
  download: ["convert"],
  tokenizer: ["vocab", "tokenize"],
  preprocess: ["prepare"],
  serve: ["pretrain"],
  info: ["doctor"],
  env: ["doctor"],
  list: ["runs"],
  ls: ["runs"],
  compare: ["runs", "report"],
  sweep: ["search"],
  grid: ["search"],
  "sst-2": ["glue"],
  mnli: ["glue"],
};

/** Returns a sentence that follows `Unknown option "…".` */
export function optionHint(path: string, flag: string, known: readonly string[]): string {
  const hint = OPTIONS[flag]?.find((text) =>
    [...text.matchAll(/--[a-z][a-z0-9-]*/g)].every(([name]) => known.includes(name))
  );
  if (hint !== undefined) return hint;
  const nearest = similar(flag.slice(2), known.map((name) => name.slice(2)));
  return nearest === undefined
    ? `"${path} --help" lists the options.`
    : `Did you mean option "--${nearest}"?`;
}

/** Returns a sentence that follows `Unknown command "…".` */
export function commandHint(path: string, word: string, known: readonly string[]): string {
  const hints =
    COMMANDS[word.toLowerCase()]?.filter((name) => known.includes(name.split(" ")[0])) ?? [];
  const nearest = similar(word, known);
  const names = hints.length > 0 ? hints : nearest === undefined ? [] : [nearest];
  return names.length === 0
    ? `"${path} --help" lists the commands.`
    : `Did you mean command ${names.map((name) => `"${name}"`).join(" or ")}?`;
}

/** Largest distance of a similar name, as a share of its length. */
const SIMILARITY = 0.34;

/** Returns the most similar name: few letters differ, or one has all the parts of the other. Undefined if none is similar. */
function similar(word: string, names: readonly string[]): string | undefined {
  const parts = (name: string) => name.toLowerCase().split(/[-_]/);
  const within = (a: string, b: string) => parts(a).every((part) => parts(b).includes(part));
  const scored = names.map((name) => {
    const length = Math.max(word.length, name.length);
    const share = distance(word.toLowerCase(), name) / length;
    const contained = word.length > 2 && (within(word, name) || within(name, word));
    return { name, score: Math.min(share, contained ? SIMILARITY * (1 - 1 / length) : 1) };
  });
  const [best] = scored.toSorted((a, b) => a.score - b.score);
  return best !== undefined && best.score <= SIMILARITY ? best.name : undefined;
}

/** The Damerau–Levenshtein distance: insertions, deletions, replacements and swaps of neighbors. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1][j - 1] + Number(a[i - 1] !== b[j - 1]);
      row[j] = Math.min(replaced, rows[i - 1][j] + 1, row[j - 1] + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1);
      }
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}
