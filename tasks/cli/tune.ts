import { ValidationError } from "@cliffy/command";
import { albertCommand } from "./common.ts";

/** `albert tune`: which variants of kernels are fastest here. */
export default albertCommand()
  .description(
    "Measure which variants of the kernels are fastest on this adapter, and remember it.\n" +
      "Training does the same by itself, bit by bit; results do not depend on it.",
  )
  .option("--config <name:string>", "Preset or config.json whose step is tuned.", {
    default: "nano",
  })
  .option("--batch-size <n:integer>", "Examples the device holds at once.", { default: 32 })
  .option("--max-seq-length <n:integer>", "Tokens of each (the preset's).")
  .option("--fresh", "Measure again what is remembered.")
  .example("Before a long run", "albert tune --config albert-base-v2 --batch-size 8")
  .action(async (flags) => {
    const { runTune } = await import("./tune/run.ts");
    const { UsageError } = await import("./run_flags.ts");
    try {
      await runTune(flags);
    } catch (error) {
      if (error instanceof UsageError) throw new ValidationError(error.message, { exitCode: 2 });
      throw error;
    }
  });
