/**
 * A small BERT with every head and random weights, as the files of a Hugging Face folder.
 *
 *     deno run -A tests/inference/toy_model.ts FOLDER
 *
 * writes it, and an ALBERT that tags words to `FOLDER/albert`, for `tests/fixtures/inference/expected.py`.
 */
import {
  classifierSpecs,
  encoderSpecs,
  initialValues,
  maskedLanguageSpecs,
  parseConfig,
  spanSpecs,
} from "../../src/model/mod.ts";
import { encodeSafetensors, type ReadFile } from "../../src/weights/mod.ts";

const WORDS = "the a cat dog sat ran on mat fast slow not very good bad . , ? ##s ##ed who where";

/** The model's config.json. */
export const TOY_CONFIG = {
  model_type: "bert",
  architectures: ["BertForSequenceClassification"],
  vocab_size: 27,
  hidden_size: 16,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 32,
  max_position_embeddings: 24,
  id2label: { 0: "bad", 1: "fair", 2: "good" },
  label2id: { bad: 0, fair: 1, good: 2 },
  problem_type: "single_label_classification",
};

/** Returns the files of the model by name. */
export function toyFiles(change: object = {}): Map<string, Uint8Array> {
  const config = { ...TOY_CONFIG, ...change };
  const parsed = parseConfig(JSON.stringify(config));
  const specs = [
    ...encoderSpecs(parsed),
    ...maskedLanguageSpecs(parsed),
    ...classifierSpecs(parsed, 3),
    ...spanSpecs(parsed),
  ];
  const tensors = new Map(
    specs.map((spec) => [spec.name, { shape: spec.shape, data: initialValues(spec, 3, 0.5) }]),
  );
  const vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...WORDS.split(" "), "is"];
  const text = (content: string) => new TextEncoder().encode(content);
  return new Map([
    ["config.json", text(JSON.stringify(config))],
    ["vocab.txt", text(`${vocabulary.join("\n")}\n`)],
    ["tokenizer_config.json", text('{"do_lower_case": true, "tokenizer_class": "BertTokenizer"}')],
    [
      "model.safetensors",
      Uint8Array.from(
        encodeSafetensors(tensors, { format: "pt" }).flatMap((piece) => [...piece]),
      ),
    ],
  ]);
}

/** Changes of {@linkcode TOY_CONFIG} for an ALBERT that tags words. */
export const TOY_TAGGER = {
  model_type: "albert",
  architectures: ["AlbertForTokenClassification"],
  embedding_size: 8,
  id2label: { 0: "B-A", 1: "I-A", 2: "O" },
  label2id: { "B-A": 0, "I-A": 1, O: 2 },
  problem_type: undefined,
};

/** Returns a reader of files in memory. */
export function reader(files: ReadonlyMap<string, Uint8Array>): ReadFile {
  return (name) => Promise.resolve(files.get(name) ?? null);
}

if (import.meta.main) {
  const [folder] = Deno.args;
  for (
    const [path, files] of [[folder, toyFiles()], [
      `${folder}/albert`,
      toyFiles(TOY_TAGGER),
    ]] as const
  ) {
    await Deno.mkdir(path, { recursive: true });
    for (const [name, bytes] of files) await Deno.writeFile(`${path}/${name}`, bytes);
  }
}
