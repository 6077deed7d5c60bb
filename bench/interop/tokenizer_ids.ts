/**
 * Encodes lines with tokenizer files, for `tokenizer_options.py`.
 *
 * Usage: `tokenizer_ids.ts LINES.json FILE…`. For each file it writes `FILE.out`: the ids of each
 * line. A `.model` is raw; a `.json` with added tokens also finds its special tokens. For a `.model`
 * it writes the saved tokenizer as `FILE.json`, with its ids in `FILE.clean`, where special tokens in
 * text are found, and the 20 best segmentations of every 20th line as `FILE.nbest`.
 *
 * @module
 */
import { Tokenizer } from "../../src/text/mod.ts";

const [linesFile, ...files] = Deno.args;
const lines: string[] = JSON.parse(Deno.readTextFileSync(linesFile));
for (const file of files) {
  try {
    const isModel = file.endsWith(".model");
    const json = isModel ? undefined : JSON.parse(Deno.readTextFileSync(file));
    const specialTokens = json !== undefined && json.added_tokens.length > 0;
    const tokenizer = isModel
      ? Tokenizer.fromModel(Deno.readFileSync(file), { raw: true })
      : Tokenizer.fromJson(json);
    Deno.writeTextFileSync(
      `${file}.out`,
      JSON.stringify(
        lines.map((line) => [...tokenizer.encode(line, { specialTokens }).ids]),
      ),
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
