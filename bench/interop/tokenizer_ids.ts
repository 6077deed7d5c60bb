/**
 * Encodes lines with tokenizer files, for `tokenizer_options.py`.
 *
 * Usage: `tokenizer_ids.ts LINES.json FILE…`. For each file it writes `FILE.out`: the ids of each
 * line, with which a `.model` is raw; and for a `.model` the saved tokenizer as `FILE.json`, with its
 * ids in `FILE.clean`, where special tokens in text are found. `FILE.nbest` has the 20 best
 * segmentations of every 20th line.
 *
 * @module
 */
import { Tokenizer } from "../../src/text/mod.ts";

const [linesFile, ...files] = Deno.args;
const lines: string[] = JSON.parse(Deno.readTextFileSync(linesFile));
for (const file of files) {
  try {
    const isModel = file.endsWith(".model");
    const tokenizer = isModel
      ? Tokenizer.fromModel(Deno.readFileSync(file), { raw: true })
      : Tokenizer.fromJson(Deno.readTextFileSync(file));
    Deno.writeTextFileSync(
      `${file}.out`,
      JSON.stringify(lines.map((line) => [...tokenizer.encodeIds(line)])),
    );
    if (!isModel) continue;
    const nBest = lines.filter((_, i) => i % 20 === 0)
      .map((line) => tokenizer.encodeNBest(line, 20).map(({ ids }) => [...ids]));
    Deno.writeTextFileSync(`${file}.nbest`, JSON.stringify(nBest));
    const clean = Tokenizer.fromModel(Deno.readFileSync(file));
    const saved = clean.toFiles()["tokenizer.json"];
    Deno.writeTextFileSync(`${file}.json`, typeof saved === "string" ? saved : "null");
    Deno.writeTextFileSync(
      `${file}.clean`,
      JSON.stringify(lines.map((line) => [...clean.encode(line, { specialTokens: true }).ids])),
    );
  } catch (error) {
    Deno.writeTextFileSync(`${file}.out`, JSON.stringify({ error: String(error) }));
  }
}
