/**
 * Faults, injected: `deno task test:faults [--kills N] [--only NAME,…] [--seed N]`.
 *
 * Prints a row for each kind of fault: how often it was tried, what was lost (nothing may be), exit codes and ends; under `--verbose` also what
 * the user saw. Exits 1 where anything was lost.
 *
 * @module
 */
import { CASES } from "./cases.ts";
import { table, type Tally } from "./tally.ts";
import { Workbench } from "./workbench.ts";

interface Request {
  kills: number;
  seed: number;
  only: string[];
  verbose: boolean;
}

function readWords(words: string[]): Request {
  const request: Request = { kills: 20, seed: 1, only: Object.keys(CASES), verbose: false };
  for (let i = 0; i < words.length; i++) {
    if (words[i] === "--verbose") request.verbose = true;
    else if (words[i] === "--kills") request.kills = Number(words[++i]);
    else if (words[i] === "--seed") request.seed = Number(words[++i]);
    else if (words[i] === "--only") request.only = (words[++i] ?? "").split(",");
    else {throw new Error(
        `unknown option "${words[i]}", expected --kills, --seed, --only, --verbose`,
      );}
  }
  const unknown = request.only.find((name) => !(name in CASES));
  if (unknown !== undefined || !(request.kills > 0)) {
    throw new Error(`--kills is a number, --only takes ${Object.keys(CASES).join(", ")}`);
  }
  return request;
}

if (import.meta.main) {
  try {
    const { only, kills, seed, verbose } = readWords(Deno.args);
    const tallies: Tally[] = [];
    await using bench = await Workbench.make(seed);
    for (const name of only) {
      for (const tally of await CASES[name](bench, kills)) {
        console.error(tally.row());
        for (const loss of tally.losses) console.error(`  LOST ${loss}`);
        if (verbose) { for (const [end, text] of tally.seen) console.error(`  ${end}: ${text}`); }
        tallies.push(tally);
      }
    }
    const losses = tallies.reduce((sum, tally) => sum + tally.losses.length, 0);
    const tries = tallies.reduce((sum, tally) => sum + tally.tries, 0);
    console.log(table(tallies));
    console.log(`\n${tries} tries, ${losses} losses`);
    Deno.exitCode = losses > 0 ? 1 : 0; // after the folder is gone
  } catch (error) {
    console.error(`faults: ${error instanceof Error ? error.message : error}`);
    Deno.exitCode = 2;
  }
}
