/**
 * Compares the pipelines of transformers.js on an exported folder with the toolkit on the checkpoint that it came from.
 *
 * @module
 */
import type { Device } from "../../src/device/mod.ts";
import { type Albert, loadPretrained } from "../../src/inference/mod.ts";
import type { OnnxTask } from "../../src/onnx/mod.ts";
import { importPackage } from "../peers/peer.ts";

const TRANSFORMERS_JS = "npm:@huggingface/transformers@4.3.2";

const TEXTS = [
  "The cat sat down.",
  "Who ran up? A dog, a man and the cat.",
  "The dog sat on the mat where the man ran down.",
];
const QUESTIONS = ["Who sat on the mat?", "Where was the dog?"];

/** An exported folder and its origin. */
export interface Exported {
  readonly name: string;
  readonly task: OnnxTask;
  /** The checkpoint. */
  readonly from: string;
  /** The parent folder, and the name of the exported folder in it. */
  readonly parent: string;
  readonly folder: string;
}

/** How far a pipeline's answers are from ours. */
export interface PipelineComparison {
  /** Number of compared answers. */
  readonly answers: number;
  /** Number of answers with another text or label. */
  readonly different: number;
  /** Largest difference of a probability, or of a value of an embedding. */
  readonly largest: number;
}

interface Scored {
  readonly text: string;
  readonly score: number;
}

// deno-lint-ignore no-explicit-any -- the package is not a dependency
type Pipeline = (...input: unknown[]) => Promise<any>;

/** Runs the pipeline of an exported folder; null for tasks without a pipeline. */
export async function comparePipeline(
  device: Device,
  exported: Exported,
): Promise<PipelineComparison | null> {
  const name = {
    "feature-extraction": "feature-extraction",
    "fill-mask": "fill-mask",
    pretraining: "fill-mask",
    "text-classification": "text-classification",
    "question-answering": "question-answering",
    "squad-v2": "question-answering",
  }[exported.task as string];
  if (name === undefined) return null;
  const { env, pipeline } = await importPackage(TRANSFORMERS_JS);
  Object.assign(env, { localModelPath: `${exported.parent}/`, allowRemoteModels: false });
  const run: Pipeline = await pipeline(name, exported.folder, { dtype: "fp32" });
  const model = await loadPretrained(exported.from, device);
  try {
    if (name === "feature-extraction") return await compareEmbeddings(model, run);
    const [ours, theirs] = name === "fill-mask"
      ? await filledMasks(model, run)
      : name === "text-classification"
      ? await classes(model, run)
      : await answers(model, run);
    // The decoder of transformers.js keeps the prefix of a WordPiece token at the start.
    const plain = (text: string) => text.toLowerCase().replace(/\s|^##/g, "");
    const differences = ours.map(({ score }, i) => Math.abs(score - theirs[i].score));
    return {
      answers: ours.length,
      different: ours.filter(({ text }, i) => plain(text) !== plain(theirs[i].text)).length,
      largest: Math.max(...differences),
    };
  } finally {
    model.free();
  }
}

async function compareEmbeddings(model: Albert, run: Pipeline): Promise<PipelineComparison> {
  const vectors = await model.embed(TEXTS, { pooling: "mean", normalize: true });
  let largest = 0;
  for (const [i, text] of TEXTS.entries()) {
    const { data } = await run(text, { pooling: "mean", normalize: true });
    if (data.length !== vectors[i].length) throw new Error(`got ${data.length} values`);
    vectors[i].forEach((value, at) => largest = Math.max(largest, Math.abs(value - data[at])));
  }
  return { answers: TEXTS.length, different: 0, largest };
}

async function filledMasks(model: Albert, run: Pipeline): Promise<Scored[][]> {
  const ours: Scored[] = [], theirs: Scored[] = [];
  for (const text of TEXTS) {
    const masked = text.replace(/\b(sat|ran)\b/, "[MASK]");
    for (const { piece, probability } of (await model.fillMask(masked, 5))[0]) {
      ours.push({ text: piece.replaceAll("▁", ""), score: probability });
    }
    for (const { token_str, score } of await run(masked, { top_k: 5 })) {
      theirs.push({ text: token_str, score });
    }
  }
  return [ours, theirs];
}

async function classes(model: Albert, run: Pipeline): Promise<Scored[][]> {
  const ours = (await model.classify(TEXTS)).flat();
  const theirs: { label: string; score: number }[] = [];
  for (const text of TEXTS) theirs.push(...await run(text, { top_k: null }));
  return [ours, theirs].map((list) => list.map(({ label, score }) => ({ text: label, score })));
}

async function answers(model: Albert, run: Pipeline): Promise<Scored[][]> {
  const asked = QUESTIONS.flatMap((question) => TEXTS.map((context) => ({ question, context })));
  const ours = await model.answer(asked, { top: 1 });
  const theirs: { answer: string }[] = [];
  for (const { question, context } of asked) theirs.push(await run(question, context));
  // Scores are not comparable: ours are relative to the n best answers, theirs to all tokens.
  return [ours.map(([{ text }]) => text), theirs.map(({ answer }) => answer)]
    .map((list) => list.map((text) => ({ text, score: 0 })));
}
