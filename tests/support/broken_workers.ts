// Workers that fail as a worker can: their module is missing, or throws at its start.

/** Ways to fail: what a worker runs instead of its module, and what the error must contain. */
export const BROKEN_WORKERS = [
  {
    how: "cannot be loaded",
    url: "file:///no/such/module.ts",
    cause: 'failed: Module not found "file:///no/such/module.ts"',
  },
  {
    how: "throws at its start",
    url: "data:text/javascript,throw new Error('no memory left')",
    cause: "failed: Error: no memory left",
  },
];

/** Runs a test while every worker that is started runs another module. */
export async function withBrokenWorkers(url: string, test: () => Promise<void>): Promise<void> {
  const real = globalThis.Worker;
  globalThis.Worker = class extends real {
    constructor(_: string | URL, options?: WorkerOptions) {
      super(url, options);
    }
  };
  try {
    await test();
  } finally {
    globalThis.Worker = real;
  }
}

/** Runs a test as in an environment without workers. */
export async function withoutWorkers(test: () => Promise<void>): Promise<void> {
  const real = globalThis.Worker;
  try {
    // deno-lint-ignore no-explicit-any -- no type allows it to be missing
    (globalThis as any).Worker = undefined;
    await test();
  } finally {
    globalThis.Worker = real;
  }
}
