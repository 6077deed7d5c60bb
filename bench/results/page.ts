/**
 * `bench/RESULTS.md`: a section for each adapter, of which a new run replaces its own.
 *
 * @module
 */
import { figure } from "../table.ts";
import type { SuiteResults } from "./suite.ts";
import { targetRows } from "./targets.ts";

/** What the machine is called, beside the adapter. */
export interface Machine {
  readonly adapter: string;
  readonly processor: string;
  readonly date: string;
  readonly deno: string;
}

const HEAD = `# Results

A section an adapter, each written by \`deno task bench all --update-results\` on that machine;
[docs/benchmarks.md](../docs/benchmarks.md) says what is measured. Ratios are of interleaved runs.
`;

/** How a section begins. */
const heading = (adapter: string) => `## ${adapter}\n`;

/** The page with the section of this adapter new, the others as they were. */
export function withSection(page: string, machine: Machine, results: SuiteResults): string {
  const sections = page.split(/^(?=## )/m).filter((part) => part.startsWith("## "));
  const own = heading(machine.adapter);
  const others = sections.filter((part) => !part.startsWith(own)).map((part) => part.trimEnd());
  const all = [...others, section(machine, results)].sort();
  return `${[HEAD.trimEnd(), ...all].join("\n\n")}\n`;
}

function section({ adapter, processor, date, deno }: Machine, results: SuiteResults): string {
  const rows = targetRows(results).map((
    { what, target, measured, met },
  ) => [what, target, measured || "not measured", met === null ? "" : met ? "yes" : "**no**"]);
  return [
    `${heading(adapter)}\n${[processor, `Deno ${deno}`, date].join("; ")}.`,
    table(["what", "target", "measured", "met"], rows),
    ...slowest(results),
    ...growth(results),
    ...peers(results),
    ...absent(results),
  ].join("\n\n");
}

function slowest({ steps }: SuiteResults): string[] {
  const rows = Object.entries(steps).map(([name, { kernels }]) => {
    const total = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    const three = kernels.slice(0, 3).map(({ kernel, variant, milliseconds }) =>
      `${kernel} (${variant}) ${Math.round(100 * milliseconds / total)}%`
    );
    return [name, ...three];
  });
  if (rows.length === 0) return [];
  return ["The slowest kernels of each step:", table(["step", "1", "2", "3"], rows)];
}

function growth({ growth }: SuiteResults): string[] {
  if (growth === undefined) return [];
  const rows = growth.curves.map((
    { axis, timeSlope, flopsSlope, memorySlope, leastSlope },
  ) => [
    axis,
    ...[timeSlope, flopsSlope, memorySlope, leastSlope].map((value) => value.toFixed(2)),
  ]);
  return [
    `Growth of a step on ${growth.kind}, as exponents between the last sizes; ${
      growth.faster.join("; ") || "nothing grows faster than its arithmetic"
    }.`,
    table(["with", "time", "arithmetic", "memory", "least memory"], rows),
  ];
}

function peers({ peers }: SuiteResults): string[] {
  if (peers === undefined) return [];
  const rows = Object.entries(peers.libraries).map(([key, label]) => [
    label,
    ...peers.results.map(({ gigaflopsPerSecond }) =>
      gigaflopsPerSecond[key] == null ? "lacks it" : figure(gigaflopsPerSecond[key])
    ),
  ]);
  const products = peers.results.map(({ product }) => product.replace(/^matmul_/, ""));
  return ["Matrix products in GFLOP/s:", table(["library", ...products], rows)];
}

function absent({ absent, peers }: SuiteResults): string[] {
  const lines = Object.entries({ ...peers?.absent, ...absent });
  if (lines.length === 0) return [];
  return [lines.map(([name, reason]) => `- ${name}: ${reason.split("\n")[0]}`).join("\n")];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, i) =>
    Math.max(3, head.length, ...rows.map((row) => row[i]?.length ?? 0))
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, i) => (cells[i] ?? "").padEnd(width)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(heads), rule, ...rows.map(line)].join("\n");
}
