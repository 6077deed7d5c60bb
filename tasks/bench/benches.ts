/** Every bench and the file whose default export is its command: one line a bench. */
export const BENCHES: Record<string, () => Promise<{ default: unknown }>> = {
  "all-reduce": () => import("./all_reduce.ts"),
  all: () => import("./all.ts"),
  growth: () => import("./growth.ts"),
  kernels: () => import("./kernels.ts"),
  load: () => import("./load.ts"),
  peers: () => import("./peers.ts"),
  prepare: () => import("./prepare.ts"),
  step: () => import("./step.ts"),
  tokenizer: () => import("./tokenizer.ts"),
};
