/**
 * What a SQuAD head can do.
 *
 * @module
 */
import type { FinetuneTask, TaskHead } from "../../train/mod.ts";
import type { WindowScores } from "./decode.ts";
import type { SquadWindow } from "./features.ts";

/** A head that scores windows and learns from them. */
export type SquadTaskHead =
  & TaskHead<SquadWindow, WindowScores>
  & Pick<FinetuneTask<SquadWindow, WindowScores>, "loss">;
