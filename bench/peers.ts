/**
 * Compares matrix multiplications with other libraries. The runs are interleaved: each round runs each library once. Medians over
 * the rounds are compared.
 *
 * @module
 */
import { openAlbert, openCeiling } from "./peers/ours.ts";
import { openJaxJs, openTfjs } from "./peers/javascript.ts";
import {
  openOnnxruntimeNode,
  openOnnxruntimeWasm,
  openOnnxruntimeWeb,
} from "./peers/onnxruntime.ts";
import { flops, type OpenPeer, type Peer, type Product } from "./peers/peer.ts";
import { PyTorch } from "./peers/pytorch.ts";
import { median, tableLine } from "./table.ts";

/** Measures a prepared matmul and returns milliseconds per matmul. */
type Timer = () => Promise<number>;

/** A library that takes part in the comparison. */
interface Contestant {
  readonly key: string;
  readonly label: string;
  prepare(product: Product): Promise<Timer | undefined>;
  close(): Promise<void>;
}

/** Results of one matmul. */
export interface PeerResult {
  readonly product: string;
  /** GFLOP/s by library, or null if it lacks the operation. */
  readonly gigaflopsPerSecond: Readonly<Record<string, number | null>>;
}

/** All results. */
export interface PeersReport {
  readonly deno: string;
  /** Labels of the compared libraries, by key. */
  readonly libraries: Readonly<Record<string, string>>;
  /** Reasons why the other libraries are missing, by key. */
  readonly absent: Readonly<Record<string, string>>;
  readonly results: readonly PeerResult[];
  /** Throughput relative to another library, such as `matmul_1024_webgpu_over_jax_js`. Above 1, the first is faster. */
  readonly ratios: Readonly<Record<string, number>>;
}

/** Options of {@linkcode benchPeers}. */
export interface PeersOptions {
  readonly rounds?: number;
  /** Selects the matmuls whose name contains this text. */
  readonly only?: string;
  /** A Python interpreter with PyTorch. */
  readonly python?: string;
  readonly onResult?: (result: PeerResult) => void;
}

function single(
  name: string,
  m: number,
  n: number,
  k: number,
  turns: "NN" | "NT" | "TN" | "TT",
): Product {
  return { name, m, n, k, transposeA: turns[0] === "T", transposeB: turns[1] === "T" };
}

/** The compared matmuls: sizes of other libraries' benchmarks, and ALBERT's vocabulary. */
const PEER_PRODUCTS: readonly Product[] = [
  single("matmul_1024", 1024, 1024, 1024, "NN"),
  single("matmul_1024_nt", 1024, 1024, 1024, "NT"),
  single("matmul_1024_tn", 1024, 1024, 1024, "TN"),
  single("matmul_1024_tt", 1024, 1024, 1024, "TT"),
  single("matmul_2048x768x768", 2048, 768, 768, "NN"),
  single("matmul_2048x768x768_nt", 2048, 768, 768, "NT"),
  single("matmul_2048x768x768_tn", 2048, 768, 768, "TN"),
  single("matmul_2048x768x768_tt", 2048, 768, 768, "TT"),
  single("vocabulary_320x30000x128", 320, 30_000, 128, "NT"),
];

/** The devices of this project by key, and the ceiling of the first. */
const OURS: Readonly<Record<string, OpenPeer>> = {
  webgpu: () => openAlbert("webgpu"),
  cpu: () => openAlbert("cpu"),
  blas: () => openAlbert("blas"),
  ceiling: openCeiling,
};

/** Other libraries by key, except PyTorch. */
const THEIRS: Readonly<Record<string, OpenPeer>> = {
  jax_js: () => openJaxJs("jax_js", "webgpu"),
  jax_js_wasm: () => openJaxJs("jax_js_wasm", "wasm"),
  tfjs: () => openTfjs("tfjs", "webgpu"),
  tfjs_wasm: () => openTfjs("tfjs_wasm", "wasm"),
  onnxruntime_web: openOnnxruntimeWeb,
  onnxruntime_web_wasm: openOnnxruntimeWasm,
  onnxruntime_node: openOnnxruntimeNode,
};

/** The libraries that each of our devices is compared with. */
const RIVALS: Readonly<Record<string, readonly string[]>> = {
  webgpu: ["jax_js", "tfjs", "onnxruntime_web", "pytorch", "ceiling"],
  cpu: [...Object.keys(THEIRS), "pytorch"],
  blas: ["onnxruntime_node", "pytorch"],
};

/** Approximate duration of one measurement. */
const SECONDS = 0.5;
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
      // The first run compiles. The second determines the number of repetitions.
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

/** Compares the devices of this project with all available libraries. */
export async function benchPeers(
  { rounds = 3, only = "", python = "python3", onResult }: PeersOptions = {},
): Promise<PeersReport> {
  const opened: Record<string, Contestant | string> = { pytorch: await pytorch(python) };
  for (const [key, open] of Object.entries({ ...OURS, ...THEIRS })) {
    opened[key] = await contestant(open);
  }
  const present = Object.values(opened).filter((one) => typeof one !== "string");
  const results: PeerResult[] = [];
  for (const product of PEER_PRODUCTS.filter(({ name }) => name.includes(only))) {
    const result = {
      product: product.name,
      gigaflopsPerSecond: await compare(present, product, rounds),
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

/** GFLOP/s of each contestant, from the median over rounds in which each runs once. */
async function compare(
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
      const measured = times.get(key);
      return [key, measured === undefined ? null : flops(product) / median(measured) / 1e6];
    }),
  );
}

function ratios(results: readonly PeerResult[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const { product, gigaflopsPerSecond } of results) {
    for (const [ours, rivals] of Object.entries(RIVALS)) {
      for (const theirs of rivals) {
        const [first, second] = [gigaflopsPerSecond[ours], gigaflopsPerSecond[theirs]];
        if (first && second) all[`${product}_${ours}_over_${theirs}`] = first / second;
      }
    }
  }
  return all;
}

/** Formats a report for the terminal. */
export function peersTable({ libraries, absent, results, ratios }: PeersReport): string {
  const widths = [56, 9];
  const lines: string[] = [];
  for (const { product, gigaflopsPerSecond } of results) {
    lines.push(tableLine([product, "  GFLOP/s"], widths));
    for (const [key, label] of Object.entries(libraries)) {
      lines.push(tableLine([`  ${label}`, gigaflopsPerSecond[key] ?? "      n/a"], widths));
    }
  }
  lines.push("", ...Object.entries(ratios).map((ratio) => tableLine(ratio, widths)));
  lines.push(...Object.entries(absent).map(([key, reason]) => `${key}: not available: ${reason}`));
  return lines.join("\n");
}
