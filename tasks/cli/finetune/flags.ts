/**
 * The flags that all finetuning commands share.
 *
 * @module
 */
import { type Command, EnumType } from "@cliffy/command";
import type { ExamplesAtOnce } from "../examples_at_once.ts";
import type { RankFlags } from "../ranks.ts";
import type { RunFlags } from "../run_flags.ts";

/** Which hyperparameters to start from. */
export const RECIPES = ["paper", "quick"] as const;

/** The flags as they were given; what is absent has the recipe's value, or the run's own on `--resume`. */
export type FinetuneFlags = RunFlags & RankFlags & {
  data?: string;
  checkpoint?: string;
  initFrom?: string;
  fromScratch?: true;
  settings?: string;
  recipe?: typeof RECIPES[number];
  seeds?: number;
  strict?: true;
  maxSeqLength?: number;
  epochs?: number;
  maxSteps?: number;
  batchSize?: number;
  microBatchSize?: ExamplesAtOnce;
  precision?: "f32" | "f16";
  recompute?: "layers" | "attention" | "none";
  learningRate?: number;
  warmupSteps?: number;
  weightDecay?: number;
  maxGradNorm?: number;
  dropout?: number;
  classifierDropout?: number;
  shuffle?: boolean;
  maxTrainSamples?: number;
  maxEvalSamples?: number;
  loggingSteps?: number;
  evalSteps?: number;
  saveSteps?: number;
  keepCheckpoints?: number;
  earlyStopPatience?: number;
  maxTime?: string;
  tune?: boolean;
  profile?: true;
};

/** Declares {@linkcode FinetuneFlags} on a command. */
// deno-lint-ignore no-explicit-any
export function addFinetuneFlags(command: Command<any>): Command<any> {
  return command
    .type("recipe", new EnumType(RECIPES))
    .type("precision", new EnumType(["f32", "f16"] as const))
    .type("recompute", new EnumType(["layers", "attention", "none"] as const))
    .option("--data <folder:string>", "Folder of the benchmark's official files.")
    .option(
      "--checkpoint <folder:string>",
      "Model folder, run folder, or hf:OWNER/NAME[@REVISION] to start from.",
    )
    .option("--output <folder:string>", "Run folder.", { required: true })
    .option("--init-from <folder:string>", "Start from a finetuned run's encoder, with a new head.")
    .option(
      "--from-scratch",
      "Keep of the checkpoint its shape and vocabulary, and start every weight anew.",
    )
    .option("--resume", "Go on from the run folder's last checkpoint.")
    .option("--recipe <name:recipe>", "Hyperparameters: the paper's Table 14, or a quick try.")
    .option("--settings <file:string>", "Flags from a JSON or YAML file; flags that are given win.")
    .option("--seeds <n:integer>", "So many runs of consecutive seeds: median, spread and best.")
    .option("--strict", "Stop at malformed lines instead of counting them.")
    .group("Training")
    .option("--max-seq-length <n:integer>", "Tokens of a sequence.")
    .option("--epochs <x:number>", "Passes over the training examples.")
    .option("--max-steps <n:integer>", "Optimizer steps, instead of epochs.")
    .option("--batch-size <n:integer>", "Examples of an optimizer step.")
    .option("--micro-batch-size <n:string>", "Examples held at once (all); auto: what fits.")
    .option("--precision <name:precision>", "Matrix products in f32 or, on webgpu, f16 (f32).")
    .option("--recompute <what:recompute>", "Computed twice to need less memory (none).")
    .option("--learning-rate <x:number>", "Peak rate.")
    .option("--warmup-steps <n:integer>", "Steps of linear warm-up.")
    .option("--weight-decay <x:number>", "Decay of matrices and tables (0.01).")
    .option("--max-grad-norm <x:number>", "Clip gradients to this global norm (1); 0 never clips.")
    .option("--dropout <x:number>", "Hidden and attention dropout.")
    .option("--classifier-dropout <x:number>", "Dropout before the head.")
    .option("--shuffle <yes:boolean>", "Whether every epoch has an order of its own (true).")
    .option("--max-train-samples <n:integer>", "Only the first so many training examples.")
    .option("--max-eval-samples <n:integer>", "Only the first so many of a held-out file.")
    .option("--early-stop-patience <n:integer>", "Stop after so many evaluations without a gain.")
    .option("--max-time <time:string>", "Save and stop after 90s, 30m, 2h.")
    .option("--no-tune", "Take kernels by rule: neither measured nor as remembered by tune.")
    .group("Many processes (mpirun)")
    .option("--all-reduce <name:precision>", "How gradients travel between processes (f32).")
    .option("--check-ranks-steps <n:integer>", "Steps between comparisons of all weights (100).")
    .option("--shard-optimizer", "Each process keeps a part of the moments, and updates that part.")
    .group("Watching")
    .option("--profile", "Time each kernel in steps 3 to 5: into the report, and for Perfetto.")
    .option("--logging-steps <n:integer>", "Steps between two lines of the log (10).")
    .option("--eval-steps <n:integer>", "Steps between evaluations (a tenth of all).")
    .option("--save-steps <n:integer>", "Steps between checkpoints (as evaluations).")
    .option("--keep-checkpoints <n:integer>", "Newest to keep beside the best (1); 0 keeps all.");
}
