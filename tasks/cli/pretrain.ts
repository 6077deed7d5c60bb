import { defineRunCommand } from "./command.ts";
import { PRETRAIN_OPTIONS } from "./train_options.ts";

/** `albert pretrain` */
export default defineRunCommand({
  description: "Pretrain with the masked-LM and sentence-order losses.\n" +
    "The run folder contains settings, log, checkpoints and report.html.",
  options: PRETRAIN_OPTIONS,
  examples: {
    "A small model":
      "albert pretrain --config nano --data data/books --output runs/books --steps 3000",
    "Resume a run": "albert pretrain --output runs/books --resume",
  },
  action: async (flags) => {
    const { openPretraining } = await import("./pretrain_request.ts");
    const { runTraining } = await import("./train_run.ts");
    await runTraining(flags, {
      name: "pretrain",
      options: PRETRAIN_OPTIONS,
      open: openPretraining,
    });
  },
});
