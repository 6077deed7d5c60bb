import { ValidationError } from "@cliffy/command";
import { albertCommand } from "./common.ts";
import { EnumType } from "@cliffy/command";
import type { PretrainFlags } from "./pretrain/flags.ts";

/** `albert pretrain`: prepared data in, a run folder out. */
export default albertCommand()
  .description(
    "Pretrain on masked words and sentence order.\n" +
      "The run folder holds settings, events, checkpoints and report.html.",
  )
  .type("pair", new EnumType(["sop", "nsp", "none"] as const))
  .type("optimizer", new EnumType(["lamb", "adamw"] as const))
  .type("precision", new EnumType(["f32", "f16"] as const))
  .type("recompute", new EnumType(["layers", "attention", "none"] as const))
  .type("short", new EnumType(["chunk", "document"] as const))
  .option("--output <folder:string>", "Run folder.", { required: true })
  .option("--resume", "Go on from the run folder's last checkpoint.")
  .option("--data <path...:string>", "Folder that prepare made, or text files and patterns.")
  .option("--vocab <path:string>", "Vocabulary, where --data is text.")
  .option("--config <name:string>", "Preset (nano, albert-base-v2 …) or a config.json (nano).")
  .option("--mixture <weights:string>", "Shares of data NAME=FOLDER: wiki=0.7,books=0.3.")
  .option("--init-from <folder:string>", "Warm start from a shallower or narrower model.")
  .group("Training")
  .option("--steps <n:integer>", "Optimizer steps; a new run needs it.")
  .option("--batch-size <n:integer>", "Examples of an optimizer step (32).")
  .option("--micro-batch-size <n:string>", "Examples held at once (all); auto: what fits.")
  .option("--recompute <what:recompute>", "Computed twice to need less memory (none).")
  .option("--max-seq-length <n:integer>", "Tokens of an example (the preset's).")
  .option("--learning-rate <x:number>", "Peak rate (the paper's, scaled to the batch).")
  .option("--warmup-steps <n:integer>", "Steps of linear warm-up (2.5% of all).")
  .option("--optimizer <name:optimizer>", "Update rule (lamb).")
  .option("--weight-decay <x:number>", "Decay of matrices and tables (0.01).")
  .option("--max-grad-norm <x:number>", "Clip gradients to this global norm (1); 0 never clips.")
  .option("--dropout <x:number>", "Hidden and attention dropout (the config's).")
  .option("--precision <name:precision>", "Matrix products in f32 or, on webgpu, f16 (f32).")
  .option("--phases <list:string>", "Lengths and shares of the steps: 128:0.9,512:0.1.")
  .option("--max-time <time:string>", "Save and stop after 90s, 30m, 2h.")
  .option("--no-tune", "Take kernels by rule: neither measured nor as remembered by tune.")
  .option("--early-stop-patience <n:integer>", "Stop after so many evaluations without a gain.")
  .group("Many processes (mpirun)")
  .option("--all-reduce <name:precision>", "How gradients travel between processes (f32).")
  .option("--check-ranks-steps <n:integer>", "Steps between comparisons of all weights (100).")
  .option("--shard-optimizer", "Each process keeps a part of the moments, and updates that part.")
  .group("Data")
  .option("--pair-objective <name:pair>", "What the second loss learns (the config's).")
  .option("--max-predictions-per-seq <n:integer>", "Most masked tokens of an example (15%).")
  .option("--short-seq-per <name:short>", "Where short targets are drawn (chunk).")
  .option("--favor-shorter-ngram <yes:boolean>", "Whether short spans are likelier (true).")
  .option("--whole-word <yes:boolean>", "Whether whole words are masked (true).")
  .option("--dupe-factor <n:integer>", "Fixed masks used in turn; 0 masks anew (0).")
  .option("--dataloader-num-workers <n:integer>", "Workers that build examples (1); 0: none.")
  .option("--validation-fraction <x:number>", "Share of documents held out (0.05).")
  .group("Watching")
  .option("--logging-steps <n:integer>", "Steps between two lines of the log (10).")
  .option("--eval-steps <n:integer>", "Steps between evaluations (a tenth of all).")
  .option("--eval-examples <n:integer>", "Held-out examples of an evaluation (512).")
  .option("--save-steps <n:integer>", "Steps between checkpoints (a fifth of all).")
  .option("--eval-data <path...:string>", "More held-out data: NAME=FOLDER.")
  .option("--keep-best", "Save and keep the checkpoint of the best evaluation.")
  .option("--keep-checkpoints <n:integer>", "Newest checkpoints to keep (3); 0 keeps all.")
  .option("--profile", "Time each kernel in steps 3 to 5: into the report, and for Perfetto.")
  .option("--watch", "Serve the live report on this machine; prints its address.")
  .option("--port <n:integer>", "Where --watch listens (any free port).", { depends: ["watch"] })
  .example(
    "A small model",
    "albert pretrain --config nano --data data/books --output runs/books --steps 1000",
  )
  .example("Go on", "albert pretrain --output runs/books --resume")
  .action(async (flags) => {
    const { runPretrain } = await import("./pretrain/run.ts");
    const { inProcessGroup } = await import("./ranks.ts");
    const { UsageError } = await import("./run_flags.ts");
    try {
      await inProcessGroup((group) => runPretrain(flags as PretrainFlags, group));
    } catch (error) {
      if (error instanceof UsageError) throw new ValidationError(error.message, { exitCode: 2 });
      throw error;
    }
  });
