import { assertEquals, assertRejects } from "@std/assert";
import { loadTokenizer } from "../../../src/text/disk/mod.ts";
import { Tokenizer, writeSentencePieceModel } from "../../../src/text/mod.ts";
import { smallModel } from "../support/small_model.ts";
import { albertModelBytes } from "../support/vocabulary.ts";

const TEXT = "The naïve Cat paid 9,000, twice.";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function writeFiles(folder: string, files: Record<string, string | Uint8Array>) {
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(`${folder}/${name}`, bytes);
  }
}

Deno.test("loadTokenizer() reads each kind of file under any name, and a folder", () =>
  inFolder(async (folder) => {
    const tokenizer = Tokenizer.fromModel(albertModelBytes());
    const expected = tokenizer.encode(TEXT);
    await writeFiles(folder, tokenizer.toFiles());
    await Deno.copyFile(`${folder}/spiece.model`, `${folder}/30k.vocabulary`);
    await Deno.copyFile(`${folder}/tokenizer.json`, `${folder}/renamed.txt`);
    for (
      const name of ["", "/", "/spiece.model", "/tokenizer.json", "/30k.vocabulary", "/renamed.txt"]
    ) {
      assertEquals((await loadTokenizer(folder + name)).encode(TEXT), expected, name);
    }
    // Not next to the settings of the other tokenizer, whose unknown piece is <unk>.
    await Deno.mkdir(`${folder}/words`);
    await writeFiles(`${folder}/words`, { "vocab.txt": "[UNK]\nthe\ncat\n" });
    assertEquals((await loadTokenizer(`${folder}/words/vocab.txt`)).encode("The cat").tokens, [
      ...["the", "cat"],
    ]);
  }));

Deno.test("loadTokenizer() reads lower case and accents from tokenizer_config.json", () =>
  inFolder(async (folder) => {
    await writeFiles(folder, {
      "spiece.model": albertModelBytes(),
      "tokenizer_config.json": '{"do_lower_case": false, "keep_accents": true}',
    });
    assertEquals((await loadTokenizer(folder)).encode("Hé").tokens, ["▁", "Hé"]);
    assertEquals((await loadTokenizer(folder, { lowerCase: true })).encode("H").tokens, ["▁h"]);
  }));

Deno.test("loadTokenizer() reports errors in one sentence", () =>
  inFolder(async (folder) => {
    const rejects = (path: string, kind: new () => Error, text: string) =>
      assertRejects(() => loadTokenizer(`${folder}/${path}`), kind, text);
    await rejects("none", Deno.errors.NotFound, "no such file or folder");
    await rejects("", Deno.errors.NotFound, "none of spiece.model, tokenizer.json, vocab.txt");
    await writeFiles(folder, {
      empty: "",
      "pointer.model": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
      "cut.model": albertModelBytes().subarray(0, 500_000),
      "bad.json": "{",
      "latin1.txt": new Uint8Array([0x63, 0x61, 0x66, 0xe9, 0x0a]),
      "words.txt": "one\ntwo\n",
    });
    await rejects("empty", SyntaxError, "empty: it is empty");
    await rejects("pointer.model", SyntaxError, "pointer.model: it is a Git LFS pointer");
    await rejects(
      "cut.model",
      SyntaxError,
      "cut.model: it is not a SentencePiece model, or it is truncated",
    );
    await rejects("bad.json", SyntaxError, "bad.json: it is not valid JSON");
    await rejects("latin1.txt", SyntaxError, "latin1.txt: it is not valid UTF-8");
    await rejects("words.txt", SyntaxError, "words.txt)");
    await writeFiles(folder, { "tokenizer_config.json": "no" });
    await rejects("words.txt", SyntaxError, "tokenizer_config.json: it is not valid JSON");
  }));

Deno.test("loadTokenizer() reads the vocabulary of google-research/albert, and explains its listing", () =>
  inFolder(async (folder) => {
    const bytes = albertModelBytes();
    await writeFiles(folder, {
      "30k-clean.model": bytes,
      "30k-clean.vocab": "<pad>\t0\n▁the\t-3.5\n",
    });
    const expected = Tokenizer.fromModel(bytes).encode(TEXT);
    assertEquals((await loadTokenizer(folder)).encode(TEXT), expected);
    await assertRejects(
      () => loadTokenizer(`${folder}/30k-clean.vocab`),
      SyntaxError,
      "30k-clean.vocab: it lists the pieces of a SentencePiece model without its normalization; use the .model file",
    );
    // With two models, neither is chosen.
    await writeFiles(folder, { "other.model": bytes });
    await assertRejects(() => loadTokenizer(folder), Deno.errors.NotFound, "contains none of");
    // A list of pieces may have any name.
    await writeFiles(folder, { "words.vocab": "[PAD]\n[UNK]\nthe\ncat\n" });
    assertEquals((await loadTokenizer(`${folder}/words.vocab`)).vocabularySize, 4);
  }));

Deno.test("a saved model with other options of white space is read back from its spiece.model", () =>
  inFolder(async (folder) => {
    const model = smallModel({ "▁": -2, a: -2, b: -2.5, "▁a": -3, "a▁b": -3.5 });
    model.normalizerSpec.removeExtraWhitespaces = false;
    const tokenizer = Tokenizer.fromModel(writeSentencePieceModel(model));
    await writeFiles(folder, tokenizer.toFiles());
    const again = await loadTokenizer(folder);
    assertEquals(again.encode("a b"), tokenizer.encode("a b"));
    assertEquals(again.snapshot().kind, "sentencepiece");
    const fromJson = await loadTokenizer(`${folder}/tokenizer.json`);
    assertEquals(fromJson.encodeIds("a b  ab"), tokenizer.encodeIds("a b  ab"));
    // Another vocabulary next to it is an error.
    model.pieces[5].piece = "c";
    await writeFiles(folder, { "spiece.model": writeSentencePieceModel(model) });
    await assertRejects(() => loadTokenizer(folder), TypeError, "different tokenizers");
  }));
