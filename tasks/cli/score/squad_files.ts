import {
  evaluateSquadV1,
  evaluateSquadV2,
  type GoldQuestion,
  type Predictions,
  readNumbers,
  readTexts,
  SquadScoreError,
  type SquadV1Metrics,
  type SquadV2Metrics,
} from "../../../src/benchmarks/squad/metric/mod.ts";
import { readSquad, type SquadDataset } from "../../../src/benchmarks/squad/reader.ts";

/** How {@linkcode scoreSquad} scores. */
export interface ScoreSquadOptions {
  /** No-answer scores, for SQuAD 2.0. */
  noAnswerFile?: string;
  /** Above it an answer counts as none. */
  threshold: number;
  /** Whether what `warn` would be told stops. */
  strict: boolean;
  /** Is told in one sentence what does not fit. */
  warn(sentence: string): void;
}

/** Scores a predictions file against a gold file. */
export async function scoreSquad(
  goldFile: string,
  predictionsFile: string,
  { noAnswerFile, threshold, strict, warn }: ScoreSquadOptions,
): Promise<SquadV1Metrics | SquadV2Metrics> {
  const dataset = await read(goldFile, readSquad);
  const predictions = await read(predictionsFile, readTexts);
  const scores = noAnswerFile === undefined ? undefined : await read(noAnswerFile, readNumbers);
  for (const sentence of misfits(dataset, predictions, goldFile, predictionsFile)) {
    if (strict) throw new SquadScoreError(sentence);
    warn(sentence);
  }
  const gold: GoldQuestion[] = dataset.questions.map(({ id, answers }) => ({
    id,
    answers: answers.map(({ text }) => text),
  }));
  try {
    if (dataset.version === "2.0") return evaluateSquadV2(gold, predictions, { scores, threshold });
    if (scores !== undefined) warn(`${noAnswerFile} is not used: ${goldFile} is SQuAD 1.1`);
    return evaluateSquadV1(gold, predictions);
  } catch (error) {
    if (!(error instanceof SquadScoreError)) throw error;
    throw new SquadScoreError(`Cannot score ${predictionsFile} on ${goldFile}: ${error.message}`);
  }
}

function* misfits(
  { version, questions, repeated }: SquadDataset,
  predictions: Predictions,
  goldFile: string,
  predictionsFile: string,
): Generator<string> {
  const ids = new Set(questions.map(({ id }) => id));
  const missing = [...ids].filter((id) => !predictions.has(id));
  const unknown = [...predictions.keys()].filter((id) => !ids.has(id));
  if (missing.length > 0) {
    yield `${predictionsFile} lacks ${missing.length} of ${ids.size} questions, first ${
      missing[0]
    }: ${version === "2.0" ? "they are left out" : "they score 0"}`;
  }
  if (unknown.length > 0) {
    yield `${predictionsFile} has ${unknown.length} ids that ${goldFile} lacks, first ${
      unknown[0]
    }: they are ignored`;
  }
  if (repeated !== undefined) yield `${goldFile}: ${repeated.first} (${repeated.count} in all)`;
}

/** Reads a UTF-8 file; errors name it. */
async function read<T>(path: string, parse: (text: string) => T): Promise<T> {
  const bytes = await Deno.readFile(path);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new SquadScoreError(`${path} is no UTF-8 text`);
  }
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof SquadScoreError || error instanceof SyntaxError) {
      throw new SquadScoreError(`${path}: ${error.message}`);
    }
    throw error;
  }
}
