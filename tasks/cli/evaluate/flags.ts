/**
 * The flags that all evaluation commands share.
 *
 * @module
 */
import { type Command, EnumType } from "@cliffy/command";
import type { CommonOptions } from "../common.ts";

/** Flags of an evaluation. */
export type EvaluateFlags = CommonOptions & {
  data: string;
  checkpoint: string[];
  output: string;
  split: "dev" | "test";
  batchSize: number;
  maxSeqLength?: number;
};

/** Declares {@linkcode EvaluateFlags} on a command. */
// deno-lint-ignore no-explicit-any
export function addEvaluateFlags(command: Command<any>): Command<any> {
  return command
    .type("split", new EnumType(["dev", "test"] as const))
    .option("--data <folder:string>", "Folder of the benchmark's official files.", {
      required: true,
    })
    .option(
      "--checkpoint <folder...:string>",
      "Finetuned folder or run folder; the logits of several are averaged.",
      { required: true },
    )
    .option("--output <folder:string>", "Where prediction files go.", { required: true })
    .option("--split <name:split>", "Which file: dev gives metrics.", { default: "dev" as const })
    .option("--batch-size <n:integer>", "Examples the device holds at once.", { default: 32 })
    .option("--max-seq-length <n:integer>", "Tokens of a sequence (the checkpoint's).");
}
