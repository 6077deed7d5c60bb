/**
 * The options that all training commands share, and those of `albert pretrain`.
 *
 * @module
 */
import { EXAMPLE_OPTIONS } from "./example_options.ts";
import { type GivenFlags, group, type OptionTable, PORTS, THREADS } from "./options.ts";

const PRECISIONS = ["f32", "f16"] as const;

/** Where a run is kept, and where its settings come from. */
export const RUN = {
  "--output <folder>": {
    aliases: ["output-dir"],
    kind: "string",
    help: "Run folder for settings, log, checkpoints and report.",
    required: true,
    remembered: false,
  },
  "--resume": {
    kind: "switch",
    help: "Resume from the latest checkpoint in the run folder.",
    remembered: false,
  },
  "--extend-to <n>": {
    kind: "integer",
    help:
      "Extend a finished or interrupted run to step N, optionally with another --learning-rate.",
    depends: ["resume"],
    remembered: false,
  },
  "--settings <file>": {
    kind: "string",
    help: "JSON or YAML file of settings; flags on the command line override it.",
    remembered: false,
  },
  "--tags <words...>": {
    kind: "strings",
    help: "Words for albert runs to list and filter.",
  },
  "--seeds <n>": {
    kind: "integer",
    help: "Train with N consecutive seeds and report median, spread and best.",
    range: [1],
  },
} as const satisfies OptionTable;

/** `--optimizer`, without its default. */
export const OPTIMIZER = {
  aliases: ["optim"],
  kind: ["lamb", "adamw"],
  help: "Optimizer.",
} as const;

/** How a step is computed and when training ends. */
export const TRAINING = {
  "--micro-batch-size <n>": {
    kind: "integer or auto",
    help: "Examples on the device at once; auto uses as many as fit in memory.",
    defaultText: "the batch size",
  },
  "--precision <name>": {
    kind: PRECISIONS,
    help: "Precision of matrix multiplications; f16 needs WebGPU.",
    defaultText: "f32",
  },
  "--recompute <what>": {
    kind: ["layers", "attention", "none"],
    help: "Activations to recompute in the backward pass to save memory.",
    defaultText: "none",
  },
  "--lr-scheduler-type <name>": {
    kind: ["polynomial", "linear", "cosine", "constant"],
    spellings: { constant_with_warmup: "constant" },
    help: "Decay of the learning rate: that of the paper's code, or one of transformers.",
    defaultText: "polynomial",
  },
  "--poly-power <x>": {
    kind: "number",
    help: "Exponent of the polynomial decay.",
    defaultText: 1,
  },
  "--weight-decay <x>": {
    kind: "number",
    help: "Weight decay of matrices and embeddings.",
    defaultText: 0.01,
  },
  "--max-grad-norm <x>": {
    kind: "number",
    help: "Clip gradients to this global norm; 0 disables clipping.",
    defaultText: 1,
  },
  "--freeze <parts...>": {
    kind: "strings",
    help: "Parts that are not trained: embeddings, layers:N (the first N) or encoder.",
  },
  "--early-stop-patience <n>": {
    kind: "integer",
    help: "Stop after N evaluations without improvement; 0 never stops early.",
    defaultText: 0,
  },
  "--max-time <time>": {
    kind: "duration",
    help: "Save and stop after this time: 90s, 30m, 2h. A resumed run has no limit without it.",
    once: true,
  },
  "--no-tune": {
    kind: "off",
    help: "Use the default kernels; skip autotuning and its cache.",
  },
} as const satisfies OptionTable;

/** How several processes train together. */
export const PROCESSES = group("Multiple processes (mpirun)", {
  "--all-reduce <name>": {
    kind: PRECISIONS,
    help: "Precision of gradients sent between processes.",
    defaultText: "f32",
  },
  "--check-ranks-steps <n>": {
    kind: "integer",
    help: "Compare the weights of all processes every N steps.",
    range: [1],
    defaultText: 100,
  },
  "--shard-optimizer": {
    kind: "switch",
    help: "Divide the optimizer state among the processes.",
  },
});

/** Options of logging and reports. */
export const LOGGING = {
  "--logging-steps <n>": { kind: "integer", help: "Log every N steps.", defaultText: 10 },
  "--eval-steps <n>": {
    kind: "integer",
    help: "Evaluate every N steps.",
    defaultText: "10% of all steps",
  },
  "--report-to <list>": {
    kind: "string",
    help: "Files in addition to events.jsonl, separated by commas: tensorboard, csv; or none.",
    defaultText: "tensorboard",
  },
  "--verbose": {
    kind: "switch",
    help: "Log every kernel that autotuning measures.",
    remembered: false,
  },
  "--profile": {
    kind: "switch",
    help: "Profile the kernels of steps 3 to 5 for the report and for Perfetto.",
  },
  "--watch": {
    kind: "switch",
    help: "Serve the live report on this machine and print its address.",
    remembered: false,
  },
  "--port <n>": {
    kind: "integer",
    help: "Port of the live report.",
    range: PORTS,
    defaultText: "any free port",
    depends: ["watch"],
    remembered: false,
  },
} as const satisfies OptionTable;

/** Flags of every training command. */
export type TrainingFlags = GivenFlags<
  typeof RUN & typeof TRAINING & typeof PROCESSES & typeof LOGGING
>;

/** Options of `albert pretrain`. */
export const PRETRAIN_OPTIONS = {
  ...RUN,
  "--data <path...>": {
    aliases: ["train-file"],
    kind: "strings",
    help:
      "Folder written by albert prepare, or text files, folders and glob patterns; required for a new run.",
  },
  "--vocab <path>": {
    aliases: ["tokenizer-name"],
    kind: "string",
    help: "Vocabulary for tokenizing --data if it is text; a file, a folder or hf:OWNER/NAME.",
    defaultText: "that of --init-from",
  },
  "--config <name>": {
    aliases: ["config-name"],
    kind: "string",
    help: "Model preset (nano, albert-base-v2, ...) or path of a config.json.",
    defaultText: "that of --init-from, or nano",
  },
  "--mixture <weights>": {
    kind: "string",
    help: "Sampling weights of --data NAME=FOLDER: wiki=0.7,books=0.3.",
  },
  "--init-from <folder>": {
    aliases: ["model-name-or-path"],
    kind: "string",
    help: "Initialize from a model folder, run folder or hf:OWNER/NAME; it may be smaller.",
  },
  ...group("Training", {
    "--steps <n>": {
      aliases: ["max-steps", "max-train-steps"],
      kind: "integer",
      help: "Optimizer steps; required for a new run.",
    },
    "--batch-size <n>": {
      aliases: ["per-device-train-batch-size", "train-batch-size"],
      kind: "integer",
      help: "Examples per optimizer step.",
      defaultText: "64 for nano, else 32",
    },
    "--max-seq-length <n>": {
      aliases: ["max-length", "block-size"],
      kind: "integer",
      help: "Tokens per example.",
      defaultText: "the preset's, or that of the run that --init-from names, or 512",
    },
    "--max-position-embeddings <n>": {
      kind: "integer",
      help: "Positions of the model; those of --init-from are interpolated.",
      range: [1],
      defaultText: "the config's",
    },
    "--repeat-positions <n>": {
      kind: "integer",
      help: "Copy the first N position embeddings of --init-from to all later positions.",
      range: [1],
    },
    "--phases <list>": {
      kind: "string",
      help: "Sequence lengths and their shares of the steps: 32:0.8,64:0.2.",
    },
    "--learning-rate <x>": {
      aliases: ["lr"],
      kind: "number",
      help: "Peak learning rate.",
      defaultText: "by width and batch size",
    },
    "--warmup-steps <n>": {
      aliases: ["num-warmup-steps"],
      kind: "integer",
      help: "Steps of linear warm-up.",
      defaultText: "2.5% to 15% of all steps, by width",
    },
    "--optimizer <name>": { ...OPTIMIZER, defaultText: "lamb" },
    "--dropout <x>": {
      kind: "number",
      help: "Hidden and attention dropout.",
      range: [0],
      below: 1,
      defaultText: "the config's",
    },
    ...TRAINING,
  }),
  ...PROCESSES,
  ...group("Data", {
    ...EXAMPLE_OPTIONS,
    "--pair-objective <name>": {
      ...EXAMPLE_OPTIONS["--pair-objective <name>"],
      defaultText: "the config's",
    },
    "--masked-lm-prob <p>": {
      ...EXAMPLE_OPTIONS["--masked-lm-prob <p>"],
      defaultText: "0.4 for nano, else 0.15",
    },
    "--dataloader-num-workers <n>": {
      kind: "integer",
      help: "Worker threads that build examples; 0 builds them between steps.",
      range: THREADS,
      defaultText: 1,
    },
    "--validation-fraction <x>": {
      kind: "number",
      help: "Fraction of the tokens in the validation set, in whole documents.",
      range: [0],
      below: 1,
      defaultText: "the prepared data's, or 0.05",
    },
  }),
  ...group("Evaluation and logging", {
    ...LOGGING,
    "--eval-examples <n>": {
      kind: "integer",
      help: "Validation examples per evaluation.",
      defaultText: 512,
    },
    "--eval-data <path...>": {
      kind: "strings",
      help: "Additional validation sets: NAME=FOLDER.",
    },
    "--save-steps <n>": {
      kind: "integer",
      help: "Save a checkpoint every N steps.",
      defaultText: "20% of all steps",
    },
    "--keep-checkpoints <n>": {
      aliases: ["save-total-limit"],
      kind: "integer",
      help: "Number of recent checkpoints to keep; 0 keeps all.",
      defaultText: 3,
    },
    "--keep-best": {
      kind: "switch",
      help: "Save and keep the checkpoint with the best evaluation.",
    },
  }),
} as const satisfies OptionTable;

/** Flags of `albert pretrain` as they were given. */
export type PretrainFlags = GivenFlags<typeof PRETRAIN_OPTIONS>;
