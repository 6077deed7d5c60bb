/**
 * Every command and the file whose default export it is: one line a command, in the order help shows
 * them. (`unknown`, because no type of Cliffy holds commands of different options.)
 */
export const COMMANDS: Record<string, () => Promise<{ default: unknown }>> = {
  doctor: () => import("./doctor.ts"),
  tune: () => import("./tune.ts"),
  vocab: () => import("./vocab.ts"),
  tokenize: () => import("./tokenize.ts"),
  prepare: () => import("./prepare.ts"),
  data: () => import("./data.ts"),
  pretrain: () => import("./pretrain.ts"),
  report: () => import("./report.ts"),
  finetune: () => import("./finetune.ts"),
  evaluate: () => import("./evaluate.ts"),
  score: () => import("./score.ts"),
  predict: () => import("./predict.ts"),
  paper: () => import("./paper.ts"),
  convert: () => import("./convert.ts"),
  completions: () => import("./completions.ts"),
  help: () => import("./help.ts"),
};
