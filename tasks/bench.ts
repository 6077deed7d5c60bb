/**
 * `deno task bench kernels|step|peers|load|growth|tokenizer|all-reduce|all [--json]`: what is how fast.
 */
import { Command } from "@cliffy/command";
import { BENCHES } from "./bench/benches.ts";
import { dashes, report } from "./cli/run.ts";

const program = new Command().throwErrors().name("bench").description(
  "Measure how fast things are.",
);

try {
  const words = Deno.args.map(dashes);
  const names = Object.hasOwn(BENCHES, words[0] ?? "") ? [words[0]] : Object.keys(BENCHES);
  for (const name of names) {
    // deno-lint-ignore no-explicit-any -- commands of different options have no common type
    program.command(name, (await BENCHES[name]()).default as Command<any>);
  }
  program.reset();
  await program.parse(words);
} catch (error) {
  Deno.exitCode = report(error);
}
Deno.exit();
