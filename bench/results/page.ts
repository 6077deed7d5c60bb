/**
 * Writes `bench/RESULTS.md`, which has a section for each adapter. A new run replaces the results that it measured.
 *
 * @module
 */
import { figure, tableOf } from "../table.ts";
import type { SuiteResults } from "./suite.ts";
import { targetRows } from "./targets.ts";

/** Description of the machine. */
export interface Machine {
  readonly adapter: string;
  readonly processor: string;
  readonly date: string;
  readonly deno: string;
}

const HEAD = `# Results

Each section has the results of one adapter, written by \`deno task bench all --update-results\` on that
machine. [docs/benchmarks.md](../docs/benchmarks.md) describes the measurements. Ratios come from
interleaved runs.
`;

/** First words of the parts after the targets. */
const SLOWEST = "Slowest kernels of each step:";
const GROWTH = "Growth of a step";
const PRODUCTS = "Matmul throughput in GFLOP/s:";

const GPU = "Measured by `deno task bench gpu`";

const TARGET_COLUMNS = ["measurement", "target", "result", "met"];

/** First line of a section. */
const heading = (adapter: string) => `## ${adapter}\n`;

/** Returns the page with new results of an adapter. Results that were not measured and other sections stay as they are. */
export function withSection(page: string, machine: Machine, results: SuiteResults): string {
  const sections = page.split(/^(?=## )/m).filter((part) => part.startsWith("## "));
  const isOwn = (part: string) => part.startsWith(heading(machine.adapter));
  const others = sections.filter((part) => !isOwn(part)).map((part) => part.trimEnd());
  const all = [...others, section(machine, results, sections.find(isOwn) ?? "")].sort();
  return `${[HEAD.trimEnd(), ...all].join("\n\n")}\n`;
}

function section(
  { adapter, processor, date, deno }: Machine,
  results: SuiteResults,
  earlier: string,
): string {
  const known = earlierRows(earlier, TARGET_COLUMNS.length);
  const rows = targetRows(results).map(({ what, target, measured, met }) =>
    met === null
      ? known.get(what) ?? [what, target, "not measured", ""]
      : [what, target, `${measured}; ${date}`, met ? "yes" : "**no**"]
  );
  return [
    `${heading(adapter)}\n${[processor, `Deno ${deno}`].join("; ")}.`,
    tableOf(TARGET_COLUMNS, rows),
    ...slowest(results, earlierPart(earlier, SLOWEST)),
    ...(growth(results) ?? earlierPart(earlier, GROWTH)),
    ...(peers(results) ?? earlierPart(earlier, PRODUCTS)),
    ...earlierPart(earlier, GPU),
    ...absent(results),
  ].join("\n\n");
}

/** Returns the page with the measurements of `bench gpu` on an adapter. The rest of its section stays as it is. */
export function withGpuRows(
  page: string,
  { adapter, processor, date, deno }: Machine,
  rows: readonly (readonly [what: string, result: string])[],
): string {
  const sections = page.split(/^(?=## )/m).filter((part) => part.startsWith("## "));
  const isOwn = (part: string) => part.startsWith(heading(adapter));
  const own = sections.find(isOwn) ??
    `${heading(adapter)}\n${[processor, `Deno ${deno}`].join("; ")}.`;
  const earlier = earlierPart(own, GPU);
  const kept = own.trimEnd().split("\n\n").filter((part) => !earlier.includes(part.trim()));
  const table = [`${GPU} on ${date}:`, tableOf(["measurement", "result"], rows)];
  const all = [
    ...sections.filter((part) => !isOwn(part)).map((part) => part.trimEnd()),
    [...kept, ...table].join("\n\n"),
  ].sort();
  return `${[HEAD.trimEnd(), ...all].join("\n\n")}\n`;
}

/** The rows of all tables with this number of columns, by their first cell. */
function earlierRows(section: string, columns: number): Map<string, string[]> {
  const rows = section.split("\n")
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()))
    .filter((cells) => cells.length === columns);
  return new Map(rows.map((cells) => [cells[0], cells]));
}

/** The paragraph of an earlier section that starts with `lead`, and the table after it. */
function earlierPart(section: string, lead: string): string[] {
  const parts = section.split("\n\n").map((part) => part.trim());
  const first = parts.findIndex((part) => part.startsWith(lead));
  return first < 0 ? [] : parts.slice(first, first + 2);
}

function slowest({ steps }: SuiteResults, [, earlier = ""]: readonly string[]): string[] {
  const rows = Object.entries(steps).map(([name, { kernels }]) => {
    const total = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    const three = kernels.slice(0, 3).map(({ kernel, variant, milliseconds }) =>
      `${kernel} (${variant}) ${Math.round(100 * milliseconds / total)}%`
    );
    return [name, ...three];
  });
  const heads = ["step", "1", "2", "3"];
  const all = earlierRows(earlier.split("\n").slice(2).join("\n"), heads.length);
  for (const row of rows) all.set(row[0], row);
  return all.size === 0 ? [] : [SLOWEST, tableOf(heads, [...all.values()])];
}

function growth({ growth }: SuiteResults): string[] | undefined {
  if (growth === undefined) return undefined;
  const rows = growth.curves.map((
    { axis, timeSlope, leastTimeSlope, memorySlope, leastMemorySlope },
  ) => [
    axis,
    ...[timeSlope, leastTimeSlope, memorySlope, leastMemorySlope].map((value) => value.toFixed(2)),
  ]);
  return [
    `${GROWTH} on ${growth.kind}, as exponents between the last sizes; ${
      growth.faster.join("; ") || "nothing grows faster than its lower bound"
    }.`,
    tableOf(["size", "time", "time, lower bound", "memory", "memory, lower bound"], rows),
  ];
}

function peers({ peers }: SuiteResults): string[] | undefined {
  if (peers === undefined) return undefined;
  const rows = Object.entries(peers.libraries).map(([key, label]) => [
    label,
    ...peers.results.map(({ gigaflopsPerSecond }) =>
      gigaflopsPerSecond[key] == null ? "n/a" : figure(gigaflopsPerSecond[key])
    ),
  ]);
  const products = peers.results.map(({ product }) => product.replace(/^matmul_/, ""));
  return [PRODUCTS, tableOf(["library", ...products], rows)];
}

function absent({ absent, peers }: SuiteResults): string[] {
  const lines = Object.entries({ ...peers?.absent, ...absent });
  if (lines.length === 0) return [];
  return [lines.map(([name, reason]) => `- ${name}: ${reason.split("\n")[0]}`).join("\n")];
}
