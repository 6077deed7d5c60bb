/** A process that prepares FOLDER/a.txt as FOLDER/OUTPUT, to be killed by a test. */
import { prepare } from "../../../src/data/disk/mod.ts";
import { Tokenizer } from "../../../src/text/mod.ts";

const [folder, output] = Deno.args;
const tokenizer = Tokenizer.fromModel(await Deno.readFile(`${folder}/spiece.model`));
await prepare({
  inputs: [`${folder}/a.txt`],
  tokenizer,
  output: `${folder}/${output}`,
  shardTokens: 20_000,
  workers: 0,
});
