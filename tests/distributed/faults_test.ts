// A short version of `deno task test:faults --only ranks`, under one launcher.
import { killRank, stopRank } from "../faults/ranks.ts";
import { assertNoFailures, type Tally } from "../faults/tally.ts";
import { Workbench } from "../faults/workbench.ts";
import { findMpiruns, NO_MPI } from "../support/mpirun.ts";

const WHY_NOT = (await findMpiruns()).length === 0
  ? NO_MPI
  : Deno.env.get("ALBERT_SLOW") === "1"
  ? null
  : "takes a minute; run with --slow";

function testFault(name: string, injectFaults: (bench: Workbench) => Promise<Tally[]>): void {
  if (WHY_NOT !== null) return Deno.test.ignore(`${name} (${WHY_NOT})`, () => {});
  Deno.test(name, async () => {
    await using bench = await Workbench.make(1, 150);
    for (const tally of await injectFaults(bench)) assertNoFailures(tally);
  });
}

testFault(
  "killing one rank ends all ranks, and the run resumes to the same bytes",
  (bench) => killRank(bench, 1, 1),
);
testFault(
  "ranks wait for a stopped rank, and the bytes do not change",
  (bench) => stopRank(bench, 1, 3000, 1),
);
