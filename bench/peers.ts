/**
 * How fast matrix products are here and in other libraries, on the same machine in the same minutes: every round runs every library once, and medians are compared.
 *
 * @module
 */
import { openAlbert } from "./peers/albert.ts";
import { openJaxJs } from "./peers/jax_js.ts";
import { openOnnxruntimeWeb } from "./peers/onnxruntime_web.ts";
import { flops, type OpenPeer, type Peer, type Product } from "./peers/peer.ts";
import { PyTorch } from "./peers/pytorch.ts";
import { openTfjs } from "./peers/tfjs.ts";
import { tableLine } from "./table.ts";

/** Milliseconds per product of a prepared peer, of as many products as it takes for a fair figure. */
type Timer = () => Promise<number>;

/** A library, or why it is not compared. */
interface Contestant {
  readonly key: string;
  readonly label: string;
  prepare(product: Product): Promise<Timer | undefined>;
  close(): Promise<void>;
}

/** What came out for one product. */
export interface PeerResult {
  readonly product: string;
  /** GFLOP/s by library, null where it lacks the operation. */
  readonly gigaflopsPerSecond: Readonly<Record<string, number | null>>;
}

/** Everything that came out. */
export interface PeersReport {
  readonly deno: string;
  /** Libraries that took part, by key. */
  readonly libraries: Readonly<Record<string, string>>;
  /** Why the others did not. */
  readonly absent: Readonly<Record<string, string>>;
  readonly results: readonly PeerResult[];
  /** Throughput of the first over the second, as `matmul_1024_webgpu_over_jax_js`; above 1 the first is faster. */
  readonly ratios: Readonly<Record<string, number>>;
}

/** Options of {@linkcode benchPeers}. */
export interface PeersOptions {
  readonly rounds?: number;
  /** Only products whose name contains it. */
  readonly only?: string;
  /** A Python that has PyTorch. */
  readonly python?: string;
  readonly onResult?: (result: PeerResult) => void;
}

function single(name: string, m: number, n: number, k: number, turns: "NN" | "NT" | "TN"): Product {
  return { name, m, n, k, batch: 1, transposeA: turns[0] === "T", transposeB: turns[1] === "T" };
}

/** The products that are compared: what other libraries publish, and ALBERT's own vocabulary and attention. */
export const PEER_PRODUCTS: readonly Product[] = [
  single("matmul_1024", 1024, 1024, 1024, "NN"),
  single("matmul_1024_nt", 1024, 1024, 1024, "NT"),
  single("matmul_1024_tn", 1024, 1024, 1024, "TN"),
  single("matmul_2048x768x768", 2048, 768, 768, "NN"),
  single("vocabulary_320x30000x128", 320, 30_000, 128, "NT"),
  { ...single("attention_96x128x128x64", 128, 128, 64, "NT"), batch: 96 },
];

/** About how long one figure may take. */
const SECONDS = 1;
const MOST_TIMES = 200;

async function contestant(open: OpenPeer): Promise<Contestant | string> {
  let peer: Peer | string;
  try {
    peer = await open();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (typeof peer === "string") return peer;
  return {
    key: peer.key,
    label: peer.label,
    close: peer.close,
    async prepare(product) {
      const run = await peer.prepare(product);
      if (run === undefined) return undefined;
      const time = async (times: number) => {
        const start = performance.now();
        await run(times);
        return (performance.now() - start) / times;
      };
      // The first compiles, the second says how many make a fair figure.
      await time(1);
      const once = await time(1);
      const times = Math.min(Math.max(Math.round(SECONDS * 1e3 / once), 1), MOST_TIMES);
      return () => time(times);
    },
  };
}

async function pytorch(interpreter: string): Promise<Contestant | string> {
  const torch = await PyTorch.open(interpreter);
  if (typeof torch === "string") return torch;
  return {
    key: torch.key,
    label: torch.label,
    close: () => torch.close(),
    async prepare(product) {
      const once = await torch.time(product, 1);
      const times = Math.min(Math.max(Math.round(SECONDS * 1e3 / once), 1), MOST_TIMES);
      return () => torch.time(product, times);
    },
  };
}

/** Compares this project's devices with every library that can be had. */
export async function benchPeers(
  { rounds = 3, only = "", python = "python3", onResult }: PeersOptions = {},
): Promise<PeersReport> {
  const opened: Record<string, Contestant | string> = {
    webgpu: await contestant(() => openAlbert("webgpu")),
    cpu: await contestant(() => openAlbert("cpu")),
    pytorch: await pytorch(python),
    jax_js: await contestant(openJaxJs),
    tfjs: await contestant(openTfjs),
    onnxruntime_web: await contestant(openOnnxruntimeWeb),
  };
  const present = Object.values(opened).filter((one) => typeof one !== "string");
  const results: PeerResult[] = [];
  for (const product of PEER_PRODUCTS.filter(({ name }) => name.includes(only))) {
    const result = {
      product: product.name,
      gigaflopsPerSecond: await race(present, product, rounds),
    };
    results.push(result);
    onResult?.(result);
  }
  for (const one of present) await one.close();
  return {
    deno: Deno.version.deno,
    libraries: Object.fromEntries(present.map(({ key, label }) => [key, label])),
    absent: Object.fromEntries(
      Object.entries(opened).filter((entry): entry is [string, string] =>
        typeof entry[1] === "string"
      ),
    ),
    results,
    ratios: ratios(results),
  };
}

/** Medians over rounds in which everybody runs once. */
async function race(
  contestants: readonly Contestant[],
  product: Product,
  rounds: number,
): Promise<Record<string, number | null>> {
  const timers = new Map<string, Timer | undefined>();
  for (const one of contestants) timers.set(one.key, await one.prepare(product));
  const times = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const [key, timer] of timers) {
      if (timer !== undefined) times.set(key, [...times.get(key) ?? [], await timer()]);
    }
  }
  return Object.fromEntries(
    contestants.map(({ key }) => {
      const sorted = times.get(key)?.sort((x, y) => x - y);
      if (sorted === undefined) return [key, null];
      return [key, flops(product) / sorted[Math.floor(sorted.length / 2)] / 1e6];
    }),
  );
}

function ratios(results: readonly PeerResult[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const { product, gigaflopsPerSecond } of results) {
    for (const ours of ["webgpu", "cpu"]) {
      for (const theirs of ["jax_js", "tfjs", "onnxruntime_web", "pytorch"]) {
        const [first, second] = [gigaflopsPerSecond[ours], gigaflopsPerSecond[theirs]];
        if (first && second) all[`${product}_${ours}_over_${theirs}`] = first / second;
      }
    }
  }
  return all;
}

/** The report as lines for a terminal. */
export function peersTable({ libraries, absent, results, ratios }: PeersReport): string {
  const keys = Object.keys(libraries);
  const widths = [24, ...keys.map(() => 16)];
  const right = (text: string) => text.padStart(16);
  const lines = [tableLine(["GFLOP/s", ...keys.map(right)], widths)];
  for (const { product, gigaflopsPerSecond } of results) {
    const cells = keys.map((key) => gigaflopsPerSecond[key] ?? right("lacks it"));
    lines.push(tableLine([product, ...cells], widths));
  }
  lines.push(
    "",
    ...Object.entries(ratios).map(([name, ratio]) => tableLine([name, ratio], [56, 8])),
  );
  lines.push("", ...Object.entries(libraries).map(([key, label]) => `${key}: ${label}`));
  lines.push(...Object.entries(absent).map(([key, reason]) => `${key}: absent. ${reason}`));
  return lines.join("\n");
}
