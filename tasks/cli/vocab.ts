import { formatCount } from "../../src/json/mod.ts";
import type { NormalizationRule, VocabularyTrainer } from "../../src/text/training/mod.ts";
import { defineCommand, defineGroup } from "./command.ts";
import { usage, UsageError } from "./errors.ts";
import { THREADS } from "./options.ts";
import { TEXT_OPTIONS } from "./prepare.ts";
import { createProgress, printNotice } from "./progress.ts";

/** Text files and their format. */
interface TextSource {
  paths: readonly string[];
  format: (typeof TEXT_OPTIONS)["--format <name>"]["kind"][number];
  textField: string;
  quiet?: boolean;
  onFormat?: (format: string, name: string) => void;
}

/** Shows the bytes read of all files. */
async function byteProgress({ paths, quiet }: TextSource, title: string) {
  const { sizeOfInputs } = await import("../../src/data/disk/mod.ts");
  const total = await sizeOfInputs(paths) || undefined;
  const progress = createProgress({ title, total, unit: "byte", quiet });
  let bytes = 0;
  return { onBytes: (count: number) => progress.update(bytes += count), end: () => progress.end() };
}

/** Adds a random sample of `size` lines to the trainer. The sample depends on the order of the lines, so one thread reads. */
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

/** The rules of `--normalization-rule-name`: of a name, or else of a file. */
async function normalizationRule(name: string): Promise<NormalizationRule> {
  const { compileRules, namedRules, NORMALIZATION_RULES, parseRules } = await import(
    "../../src/text/training/mod.ts"
  );
  const known = NORMALIZATION_RULES.find((rule) => rule === name);
  if (known !== undefined) return { name: known, charsmap: compileRules(namedRules(known)) };
  const text = await Deno.readTextFile(name).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UsageError(
      `--normalization-rule-name must be ${NORMALIZATION_RULES.join(", ")} or a file (got ${name})`,
    );
  });
  return { name: "user_defined", charsmap: compileRules(parseRules(text, name)) };
}

/** Rejects a folder whose data or model depends on the vocabulary that it contains, or with files that would apply to the new vocabulary. */
async function refuseDependents(output: string): Promise<void> {
  const { ifExists } = await import("../../src/files/mod.ts");
  const has = async (name: string) => await ifExists(Deno.stat(`${output}/${name}`)) !== null;
  for (const [name, content] of [["index.json", "prepared data"], ["config.json", "a model"]]) {
    if (!await has(name)) continue;
    throw new Error(
      `${output} contains ${content} (${name}) of another vocabulary: choose another folder`,
    );
  }
  for (const name of ["vocab.txt", "added_tokens.json"]) {
    if (!await has(name)) continue;
    throw new Error(
      `${output} contains ${name} of another tokenizer, which would be read with the new one: ` +
        "choose another folder, or remove the file",
    );
  }
}

/** Writes the files of a vocabulary in place of an older one. A process that is killed meanwhile leaves a folder without a vocabulary, not a mixture of two. */
async function replaceVocabulary(
  output: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  const { atomicWriteFile, ifExists, removeTemporaryFiles } = await import(
    "../../src/files/mod.ts"
  );
  const vocabularies = ["spiece.model", "tokenizer.json"];
  await Deno.mkdir(output, { recursive: true });
  await removeTemporaryFiles(output, Object.keys(files));
  for (const name of vocabularies) await ifExists(Deno.remove(`${output}/${name}`));
  const names = Object.keys(files).filter((name) => !vocabularies.includes(name));
  for (const name of [...names, ...vocabularies]) {
    if (name in files) await atomicWriteFile(`${output}/${name}`, files[name]);
  }
}

const train = defineCommand({
  description: "Train a SentencePiece unigram vocabulary with ALBERT's special tokens.\n" +
    "Writes spiece.model, spiece.vocab, tokenizer.json and its two configuration files.",
  options: {
    "--input <path...>": {
      kind: "strings",
      help: "Text files, folders or glob patterns; - reads standard input.",
      required: true,
    },
    "--vocab-size <n>": {
      kind: "integer",
      help: "Number of pieces, special tokens included.",
      required: true,
    },
    "--output <folder>": { kind: "string", help: "Folder for the vocabulary.", required: true },
    "--character-coverage <x>": {
      kind: "number",
      help: "Fraction of the characters that the pieces cover.",
      range: [0, 1],
      default: 0.99995,
    },
    "--input-sentence-size <n>": {
      kind: "integer",
      help: "Train on a random sample of N lines; 0 uses all lines.",
      range: [0],
      default: 0,
    },
    "--max-sentence-length <bytes>": {
      kind: "integer",
      help: "Skip lines longer than this; 0 keeps all lines.",
      range: [0],
      default: 0,
    },
    "--user-defined-symbols <list>": {
      kind: "string",
      help: "Symbols that are always single pieces, separated by commas.",
      default: '(,),",-,.,–,£,€',
    },
    "--do-lower-case <true|false>": {
      kind: "boolean",
      help: "Lower-case text in training and in use.",
      default: true,
    },
    "--keep-accents": { kind: "switch", help: "Keep accents and other marks." },
    "--normalization-rule-name <name>": {
      kind: "string",
      help: "Rules for characters after that: identity, nfkc, nmt_nfkc, or a TSV file of rules.",
      default: "identity",
    },
    "--hard-vocab-limit <true|false>": {
      kind: "boolean",
      help: "Fail if the text supports fewer pieces than --vocab-size; false writes fewer.",
      default: true,
    },
    "--workers <n>": {
      kind: "integer",
      help: "Threads that read and count.",
      range: THREADS,
      defaultText: "one per core",
    },
    ...TEXT_OPTIONS,
  },
  examples: {
    "A vocabulary of 8,000 pieces":
      "albert vocab train --input 'books/*.txt' --vocab-size 8000 --output runs/vocabulary",
  },
  action: async (flags) => {
    const size = flags.inputSentenceSize;
    const { countWords, expandInputs, findReadOnce } = await import(
      "../../src/data/disk/mod.ts"
    );
    const { folderOf, LockedError, linkTarget, lockOutput } = await import(
      "../../src/files/mod.ts"
    );
    const { Tokenizer, writeSentencePieceModel } = await import("../../src/text/mod.ts");
    const { VocabularyTrainer, vocabularyListing } = await import("../../src/text/training/mod.ts");
    const training = {
      vocabSize: flags.vocabSize,
      characterCoverage: flags.characterCoverage,
      maxSentenceLength: flags.maxSentenceLength || undefined,
      userDefinedSymbols: flags.userDefinedSymbols.split(",").filter((text) => text !== ""),
      lowerCase: flags.doLowerCase,
      stripAccents: !flags.keepAccents,
      normalization: await normalizationRule(flags.normalizationRuleName),
      hardVocabLimit: flags.hardVocabLimit,
    };
    const trainer = usage(() => new VocabularyTrainer(training));
    await refuseDependents(flags.output);
    const folder = await linkTarget(flags.output.replace(/(?<=.)[\\/]+$/, ""));
    await Deno.mkdir(folderOf(folder), { recursive: true });
    // The files of two processes would be mixed.
    using _lock = await lockOutput(folder).catch((error) => {
      if (!(error instanceof LockedError)) throw error;
      throw new Error(error.refusal(flags.output));
    });
    const emptyFiles: string[] = [];
    const paths = await expandInputs(flags.input, (path) => emptyFiles.push(path));
    const once = await findReadOnce(paths);
    if (size > 0 && once !== undefined) {
      throw new UsageError(
        `--input-sentence-size reads the input twice: --input must be files, not ${once}`,
      );
    }
    const formats: Record<string, number> = {};
    const onFormat = (format: string, name: string) => {
      formats[format] = (formats[format] ?? 0) + 1;
      if (formats[format] === 1 && !flags.quiet) printNotice(`Format of ${name}: ${format}`);
    };
    const source = { ...flags, paths, onFormat };
    if (size > 0) await takeSample(trainer, source, size, flags.seed);
    else {
      const { onBytes, end } = await byteProgress(source, "reading");
      await countWords(trainer, { ...source, training, onBytes });
      end();
    }

    const progress = createProgress({ title: "training", unit: "step", quiet: flags.quiet });
    const { sentences, tooLong, reserved } = trainer;
    progress.log(`${formatCount(sentences, "line")} of text`);
    if (emptyFiles.length > 0) {
      progress.log(`Left out ${emptyFiles.length} empty files, such as ${emptyFiles[0]}`);
    }
    if (tooLong > 0) {
      progress.log(`Skipped ${formatCount(tooLong, "line")} longer than --max-sentence-length`);
    }
    if (reserved > 0) {
      progress.log(`Skipped ${formatCount(reserved, "line")} with the reserved character ▅`);
    }
    progress.update(0, "collecting substrings");
    const model = trainer.train((stage) => {
      if (stage.stage === "seeds") {
        progress.log(formatCount(stage.pieces, "seed piece"));
        progress.resume(0); // The rate counts from here.
        progress.update(0, "");
      }
      if (stage.stage !== "expectation-maximization") return;
      const [pieces, target] = [stage.pieces, stage.target].map((n) => formatCount(n));
      progress.update(stage.step, `${pieces} pieces, target ${target}`, stage.expectedSteps);
    });

    const bytes = writeSentencePieceModel(model);
    const { lowerCase, stripAccents } = training;
    const tokenizer = Tokenizer.fromModel(bytes, { lowerCase, stripAccents });
    for (const sentence of tokenizer.unwritten) progress.log(sentence);
    const files = {
      ...tokenizer.toFiles(),
      "spiece.model": bytes,
      "spiece.vocab": vocabularyListing(model.pieces),
    };
    await replaceVocabulary(flags.output, files);
    progress.end(`${flags.output}: ${model.pieces.length} pieces`);
    if (flags.json) {
      const pieces = model.pieces.length;
      const { output } = flags;
      const counts = { pieces, sentences, tooLong, reserved };
      console.log(JSON.stringify({ output, ...counts, formats, emptyFiles }));
    }
  },
});

/** `albert vocab` */
export default defineGroup("Train vocabularies.", { train });
