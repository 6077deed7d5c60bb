/** Vocabularies: `spiece.model`, `tokenizer.json`, `vocab.txt`, `tokenizer_config.json`. */
import {
  parseTokenizerConfig,
  readSentencePieceModel,
  readTokenizer,
  Tokenizer,
  writeSentencePieceModel,
} from "../../../src/text/mod.ts";
import { smallModelBytes, smallTokenizer } from "../../data/small_tokenizer.ts";
import { chance, fuzzer, pick } from "../fuzzer.ts";
import { mutateBytes } from "../mutate_bytes.ts";
import { mutateJson } from "../mutate_json.ts";
import { mutateText } from "../mutate_text.ts";

/** Uses an accepted tokenizer. */
const TEXT = "The café's “price” is 1,250 e\u0301 ﬁ ①\t🤷🏽\0 中文 " + "x".repeat(300);
const REFUSALS = ["SyntaxError", "TypeError"];

/** A normalization rule like those of `nmt_nfkc`: a double array of a few units and its replacements. */
function ruledModelBytes(): Uint8Array {
  const model = readSentencePieceModel(smallModelBytes());
  const units = new Uint32Array(300);
  for (let i = 0; i < units.length; i++) units[i] = i << 10 | (i * 7 & 0xff) | (i % 5 ? 0 : 0x100);
  const rule = new Uint8Array(4 + units.byteLength + 12);
  new DataView(rule.buffer).setUint32(0, units.byteLength, true);
  rule.set(new Uint8Array(units.buffer), 4);
  rule.set(new TextEncoder().encode("fi\0a\0 \0(1)\0"), 4 + units.byteLength);
  const normalizerSpec = { ...model.normalizerSpec, precompiledCharsmap: rule };
  return writeSentencePieceModel({ ...model, normalizerSpec });
}

function use(tokenizer: Tokenizer): void {
  tokenizer.decode(tokenizer.encodeIds(TEXT));
  tokenizer.encode(TEXT.slice(0, 50));
  const files = tokenizer.toFiles();
  for (const name of Object.keys(files)) {
    if (!/^[\w.]+$/.test(name)) throw new Error(`wrote ${name}`);
  }
}

const MODELS = [smallModelBytes(), ruledModelBytes()];
const WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "##s", "a", "##a", "."];
const WORD_FILE = WORDS.join("\n") + "\n";
const JSONS = [smallTokenizer(), Tokenizer.fromVocabulary(WORD_FILE)]
  .map((tokenizer) => JSON.parse(tokenizer.toFiles()["tokenizer.json"] as string));

export const spieceModel = fuzzer<Uint8Array>({
  rejections: REFUSALS,
  make: (random) => mutateBytes(random, MODELS),
  read: (bytes) => use(Tokenizer.fromModel(bytes)),
});

export const tokenizerJson = fuzzer<string>({
  rejections: REFUSALS,
  make: (random) => mutateJson(random, JSONS),
  read: (text) => use(Tokenizer.fromJson(text)),
});

export const vocabTxt = fuzzer<string>({
  rejections: REFUSALS,
  make: (random) => mutateText(random, [WORD_FILE]),
  read: (text) => use(Tokenizer.fromVocabulary(text)),
});

export const tokenizerConfig = fuzzer<string>({
  rejections: REFUSALS,
  make: (random) =>
    mutateJson(random, [{ do_lower_case: true, keep_accents: false, strip_accents: null }]),
  read: (text) => {
    const options = parseTokenizerConfig(text);
    use(Tokenizer.fromModel(MODELS[0], options));
  },
});

const SPECIAL = {
  "tokenizer_config.json": {
    tokenizer_class: "AlbertTokenizer",
    do_lower_case: true,
    model_max_length: 512,
    mask_token: { content: "[MASK]", lstrip: true, special: true },
    added_tokens_decoder: { "4": { content: "[MASK]", lstrip: true, special: true } },
  },
  "special_tokens_map.json": { mask_token: "[MASK]", additional_special_tokens: ["<a>"] },
  "added_tokens.json": { "<a>": 40 },
};

/** The files that name special tokens, for a model and a list of words. */
export const specialTokens = fuzzer<readonly string[]>({
  rejections: [...REFUSALS, "UnsupportedPart"],
  cost: 2,
  make: (random) => [
    pick(random, ["spiece.model", "vocab.txt"]),
    ...Object.values(SPECIAL).map((file) =>
      chance(random, 50) ? mutateJson(random, [file]) : JSON.stringify(file)
    ),
  ],
  read: async ([vocabulary, ...files]) => {
    const names = Object.keys(SPECIAL), encoder = new TextEncoder();
    const tokenizer = await readTokenizer((name) => {
      if (name === vocabulary) {
        return Promise.resolve(name === "vocab.txt" ? encoder.encode(WORD_FILE) : MODELS[0]);
      }
      const at = names.indexOf(name);
      return Promise.resolve(at < 0 ? null : encoder.encode(files[at]));
    });
    use(tokenizer!);
  },
});
