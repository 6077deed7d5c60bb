import { EnumType, ValidationError } from "@cliffy/command";
import type { VocabularyTrainer } from "../../src/text/training/mod.ts";
import { albertCommand } from "./common.ts";
import { createProgress } from "./progress.ts";

const FORMATS = ["auto", "sentences", "wikiextractor", "wikitext", "jsonl"] as const;

/** Where the text is, and how to read it. */
interface TextSource {
  paths: readonly string[];
  format: typeof FORMATS[number];
  textField: string;
  quiet?: true;
}

/** A progress bar over the bytes of the files. */
async function byteProgress({ paths, quiet }: TextSource, title: string) {
  const { STANDARD_INPUT } = await import("../../src/data/disk/mod.ts");
  let total: number | undefined = 0;
  for (const path of paths) {
    if (path === STANDARD_INPUT) total = undefined;
    else if (total !== undefined) total += (await Deno.stat(path)).size;
  }
  const progress = createProgress({ title, total, unit: "byte", quiet });
  let bytes = 0;
  return { onBytes: (count: number) => progress.update(bytes += count), end: () => progress.end() };
}

/** Hands the trainer a sample of `size` lines. Which lines depends on their order: one thread reads. */
async function takeSample(
  trainer: VocabularyTrainer,
  source: TextSource,
  size: number,
  seed: number,
): Promise<void> {
  const { readPiece, textPieces } = await import("../../src/data/disk/mod.ts");
  const { SentenceSampler } = await import("../../src/text/training/mod.ts");
  const pieces = await textPieces(source.paths, source);
  const read = async (title: string, take: (line: string) => void) => {
    const { onBytes, end } = await byteProgress(source, title);
    for (const piece of pieces) await readPiece(piece, source, take, onBytes);
    end();
  };
  let lines = 0;
  await read("counting", () => lines++);
  const sampler = new SentenceSampler(lines, size, seed);
  await read("reading", (line) => {
    if (sampler.take()) trainer.add(line);
  });
}

const train = albertCommand()
  .description(
    "Train a SentencePiece unigram vocabulary with ALBERT's special pieces.\n" +
      "Writes spiece.model, spiece.vocab, tokenizer.json and its two companions.",
  )
  .type("format", new EnumType(FORMATS))
  .option("--input <glob...:string>", "Files, folders, patterns, or - for standard input.", {
    required: true,
  })
  .option("--vocab-size <n:integer>", "Pieces in the vocabulary, special ones included.", {
    required: true,
  })
  .option("--output <folder:string>", "Where the vocabulary goes.", { required: true })
  .option("--character-coverage <share:number>", "Share of characters that get a piece.", {
    default: 0.99995,
  })
  .option("--input-sentence-size <n:integer>", "Train on a sample of so many lines; 0: on all.", {
    default: 0,
  })
  .option("--max-sentence-length <bytes:integer>", "Leave longer lines out; 0: none.", {
    default: 0,
  })
  .option("--user-defined-symbols <list:string>", "Symbols that stand alone, parted by commas.", {
    default: '(,),",-,.,–,£,€',
  })
  .option("--workers <n:integer>", "Threads that read and count; one a core if left out.")
  .option("--format <format:format>", "How documents are marked; gzip is recognized by itself.", {
    default: "auto" as const,
  })
  .option("--text-field <name:string>", "Field with the text in JSON lines.", { default: "text" })
  .example(
    "A vocabulary of 8,000 pieces",
    "albert vocab train --input 'books/*.txt' --vocab-size 8000 --output runs/vocabulary",
  )
  .action(async (options) => {
    const size = options.inputSentenceSize;
    if (size < 0) throw new ValidationError("--input-sentence-size must be 0 or more.");
    if (options.workers !== undefined && options.workers < 0) {
      throw new ValidationError("--workers must be 0 or more.");
    }
    const { countWords, expandInputs, STANDARD_INPUT } = await import(
      "../../src/data/disk/mod.ts"
    );
    const { atomicWriteFile, removeLeftovers } = await import("../../src/files/mod.ts");
    const { Tokenizer, writeSentencePieceModel } = await import("../../src/text/mod.ts");
    const { VocabularyTrainer, vocabularyListing } = await import("../../src/text/training/mod.ts");
    const training = {
      vocabSize: options.vocabSize,
      characterCoverage: options.characterCoverage,
      maxSentenceLength: options.maxSentenceLength || undefined,
      userDefinedSymbols: options.userDefinedSymbols.split(",").filter((text) => text !== ""),
    };
    const trainer = usage(() => new VocabularyTrainer(training));
    const paths = await expandInputs(options.input);
    if (size > 0 && paths.includes(STANDARD_INPUT)) {
      throw new ValidationError("--input-sentence-size reads twice: give files, not -.");
    }
    const source = { ...options, paths };
    if (size > 0) await takeSample(trainer, source, size, options.seed);
    else {
      const { onBytes, end } = await byteProgress(source, "reading");
      await countWords(trainer, { ...source, training, onBytes });
      end();
    }

    const start = () => createProgress({ title: "training", quiet: options.quiet });
    let progress = start();
    const { sentences, tooLong, reserved } = trainer;
    progress.say(`${sentences} lines of text`);
    if (tooLong > 0) progress.say(`${tooLong} lines left out: longer than --max-sentence-length`);
    if (reserved > 0) progress.say(`${reserved} lines left out: they contain the reserved ▅`);
    const model = trainer.train((stage) => {
      if (stage.stage === "seeds") {
        progress.say(`${stage.pieces} seed pieces`);
        progress = start(); // the rate is that of the steps to come
      }
      if (stage.stage !== "expectation-maximization") return;
      progress.update(stage.step, `${stage.pieces} pieces, going down to ${stage.target}`);
    });

    await Deno.mkdir(options.output, { recursive: true });
    const bytes = writeSentencePieceModel(model);
    const files = {
      ...Tokenizer.fromModel(bytes).toFiles(),
      "spiece.model": bytes,
      "spiece.vocab": vocabularyListing(model.pieces),
    };
    await removeLeftovers(options.output, Object.keys(files));
    for (const [name, content] of Object.entries(files)) {
      await atomicWriteFile(`${options.output}/${name}`, content);
    }
    progress.end(`${options.output}: ${model.pieces.length} pieces`);
    if (options.json) {
      const pieces = model.pieces.length;
      console.log(JSON.stringify({ output: options.output, pieces, sentences, tooLong, reserved }));
    }
  });

/** A setting out of range is wrong usage, not a failure. */
function usage<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) {
      throw new ValidationError(error.message);
    }
    throw error;
  }
}

/** `albert vocab`: make vocabularies. */
export default albertCommand()
  .description("Make vocabularies.")
  .command("train", train);
