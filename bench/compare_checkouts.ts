/**
 * Compares the speed of this checkout with another one:
 * `deno run -A bench/compare_checkouts.ts OTHER [--pairs N] [--only WORD] [--json]`.
 *
 * Runs `bench step` and `bench kernels` of both checkouts in turn, alternating which goes first, and prints the ratio
 * of CPU seconds (user and system, all threads), this checkout over the other. The median comes with a
 * distribution-free interval: the k-th lowest and k-th highest of n ratios, with the largest k whose coverage is at
 * least 95% (Conover, Practical Nonparametric Statistics, 3.2). CPU seconds change less than wall time on a machine
 * that does other work.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { median } from "./table.ts";

interface Comparison {
  name: string;
  words: string[];
  /** Compiles every shader: software drivers of Mesa keep compiled ones on disk. */
  cold?: boolean;
}

const STEP = ["step", "--config", "reference", "--batch-size", "4"];
const KERNELS = ["kernels", "--config", "nano", "--chosen"];
const COMPARISONS: readonly Comparison[] = [
  { name: "step webgpu", words: [...STEP, "--steps", "6", "--device", "webgpu"] },
  { name: "step cpu", words: [...STEP, "--steps", "6", "--device", "cpu"] },
  { name: "step blas", words: [...STEP, "--steps", "12", "--device", "cpu", "--blas", "auto"] },
  { name: "kernels webgpu", words: [...KERNELS, "--device", "webgpu"] },
  { name: "kernels cpu", words: [...KERNELS, "--device", "cpu"] },
  {
    name: "first step webgpu",
    words: ["step", "--config", "smoke", "--steps", "1", "--device", "webgpu"],
    cold: true,
  },
];

/** CPU seconds of a bench of a checkout, with all its threads and children. */
async function cpuSeconds(checkout: string, { words, cold }: Comparison): Promise<number> {
  const launch = [Deno.execPath(), "run", "-A", "--quiet", "--no-config", "--no-lock"];
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", '"$@" >/dev/null && times', "bash", ...launch, `${checkout}/tasks/launch.ts`]
      .concat(["bench", ...words]),
    env: cold ? { MESA_SHADER_CACHE_DISABLE: "true", NO_COLOR: "1" } : { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  if (code !== 0) throw new Error(`${checkout}, ${words.join(" ")}: ${text.decode(stderr)}`);
  // `times` prints the shell's own times, then those of its children, as 1m2.345s.
  const children = text.decode(stdout).trim().split("\n").at(-1)!;
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)]
    .reduce((sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds), 0);
}

/** The largest k for which the k-th lowest and k-th highest of n values contain the median with a probability of at least 95%. */
function rank(n: number): number {
  let [outside, term, k] = [0, 0.5 ** n, 0];
  for (; 2 * (outside + term) <= 0.05; k++) {
    outside += term;
    term *= (n - k) / (k + 1);
  }
  return k;
}

function summary(ratios: number[]): { median: number; low: number; high: number } {
  const sorted = ratios.toSorted((a, b) => a - b);
  const k = Math.max(rank(sorted.length), 1);
  return { median: median(sorted), low: sorted[k - 1], high: sorted[sorted.length - k] };
}

if (import.meta.main) {
  const words = [...Deno.args];
  const option = (name: string) => {
    const at = words.indexOf(name);
    return at < 0 ? undefined : words.splice(at, 2)[1];
  };
  const pairs = Number(option("--pairs") ?? 7);
  const only = option("--only") ?? "";
  const json = words.includes("--json");
  const [other] = words.filter((word) => word !== "--json");
  if (other === undefined || !Number.isInteger(pairs) || pairs < 6) {
    console.error(
      "compare_checkouts: expected the folder of another checkout, and --pairs of at least 6",
    );
    Deno.exit(2);
  }
  const here = fileURLToPath(new URL("../", import.meta.url)).replace(/\/$/, "");
  const there = await Deno.realPath(other);
  const results = [];
  for (const comparison of COMPARISONS.filter(({ name }) => name.includes(only))) {
    for (const checkout of [here, there]) await cpuSeconds(checkout, comparison);
    const ratios: number[] = [];
    for (let i = 0; i < pairs; i++) {
      const seconds = new Map<string, number>();
      for (const checkout of i % 2 === 0 ? [here, there] : [there, here]) {
        seconds.set(checkout, await cpuSeconds(checkout, comparison));
      }
      ratios.push(seconds.get(here)! / seconds.get(there)!);
    }
    const found = summary(ratios);
    results.push({ name: comparison.name, pairs, ...found, ratios });
    if (!json) {
      const [m, l, h] = [found.median, found.low, found.high].map((ratio) => ratio.toFixed(3));
      console.log(`${comparison.name.padEnd(18)} ${m} [${l}, ${h}], ${pairs} pairs`);
    }
  }
  if (json) console.log(JSON.stringify(results, null, 2));
}
