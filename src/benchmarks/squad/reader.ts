/**
 * Reads SQuAD's files, versions 1.1 (Rajpurkar et al., arXiv 1606.05250) and 2.0 (Rajpurkar et al., arXiv 1806.03822).
 *
 * @module
 */
import { isObject, parseJson, shown } from "../../json/mod.ts";

/** Version of SQuAD. 2.0 has unanswerable questions. */
export type SquadVersion = "1.1" | "2.0";

/** A gold answer. */
export interface SquadAnswer {
  /** Text of the answer. */
  readonly text: string;
  /** Start in the paragraph, in UTF-16 code units; undefined if the text is not at the file's `answer_start`. */
  readonly start?: number;
}

/** A question about a paragraph. */
export interface SquadQuestion {
  /** Id of the question. */
  readonly id: string;
  /** Text of the question. */
  readonly question: string;
  /** Text of the paragraph. */
  readonly context: string;
  /** Title of the article. */
  readonly title: string;
  /** Gold answers; empty for an unanswerable question. */
  readonly answers: readonly SquadAnswer[];
  /** True if the question has `is_impossible`. Training then ignores answers; the official metric does not. */
  readonly isImpossible?: true;
}

/** A kind of problem that does not make a file unreadable. */
export interface SquadProblem {
  /** Number of occurrences. */
  readonly count: number;
  /** Description of the first occurrence, with the question id. */
  readonly first: string;
}

/** The contents of a file. */
export interface SquadDataset {
  /** Version of SQuAD, which determines the metrics. */
  readonly version: SquadVersion;
  /** Questions in file order. */
  readonly questions: readonly SquadQuestion[];
  /** True if no question has answers, so that there is nothing to score. */
  readonly unlabeled?: true;
  /** Answers that are not at their `answer_start`. */
  readonly misplaced?: SquadProblem;
  /** Repeated ids, whose questions share one prediction. */
  readonly repeated?: SquadProblem;
}

/** Thrown if a file is missing or is not in SQuAD's format; the message names the place. */
export class SquadFormatError extends SyntaxError {
  /** @ignore */
  override readonly name: string = "SquadFormatError";
}

/** Options of {@linkcode readSquad}. */
export interface ReadSquadOptions {
  /** Whether a misplaced answer or a repeated id is an error; default false. */
  readonly strict?: boolean;
  /** Whether all questions may be without `answers`; default false. */
  readonly unlabeled?: boolean;
}

/**
 * Parses the text of a SQuAD file, or of one of the forms that other tools write: a question per row
 * with its context, as JSON lines, an array or `data` (Hugging Face's data sets), and an array of
 * paragraphs (simpletransformers). Ids may be integers, and answers an object of lists.
 *
 * If the file's `version` is missing or unknown, it is 2.0 for a file with an unanswerable question or an `is_impossible` field, else 1.1.
 *
 * @throws {SquadFormatError} if the text is not in SQuAD's format, or has a problem and `strict` is set
 */
export function readSquad(
  text: string,
  { strict = false, unlabeled = false }: ReadSquadOptions = {},
): SquadDataset {
  const root = new Place(parse(text), "");
  const questions: SquadQuestion[] = [];
  const problems = new Problems(strict);
  const seen = new Set<string>();
  let impossible = false;
  const labeled = new Set<boolean>();
  for (const { title, paragraph, entries } of paragraphsOf(root)) {
    const context = string(paragraph, "context");
    const offsets = new CodePointOffsets(context);
    for (const qa of entries) {
      const id = idOf(qa);
      if (seen.has(id)) problems.add("repeated", `question ${shown(id)} is repeated`);
      seen.add(id);
      const isImpossible = flag(qa, "is_impossible", `question ${shown(id)}`);
      impossible ||= isImpossible !== undefined;
      const isLabeled = !unlabeled || (qa.get("answers").value ?? undefined) !== undefined;
      labeled.add(isLabeled);
      if (labeled.size > 1) {
        throw new SquadFormatError(
          `question ${shown(id)} ${isLabeled ? "has" : "has no"} answers, unlike those before it`,
        );
      }
      const answers = isLabeled
        ? answersOf(qa, `question ${shown(id)}`).map((answer) =>
          readAnswer(answer, id, context, offsets, problems)
        )
        : [];
      impossible ||= isLabeled && answers.length === 0;
      questions.push({
        id,
        question: string(qa, "question"),
        context,
        title: typeof title === "string" ? title : "",
        answers,
        ...(isImpossible && { isImpossible }),
      });
    }
  }
  const version = versionOf(root.get("version").value) ?? (impossible ? "2.0" : "1.1");
  return {
    version,
    questions,
    ...(labeled.has(false) && { unlabeled: true }),
    ...problems.found,
  };
}

function readAnswer(
  answer: Place,
  id: string,
  context: string,
  offsets: CodePointOffsets,
  problems: Problems,
): SquadAnswer {
  const text = string(answer, "text", `question ${shown(id)}`);
  const given = answer.get("answer_start").value;
  if (typeof given !== "number") {
    throw new SquadFormatError(
      `question ${shown(id)}: ${answer.path}.answer_start must be a number`,
    );
  }
  // Some tools write an empty answer, at -1, for a question without one.
  if (text === "") return { text };
  const start = offsets.toUnits(given);
  if (start !== undefined && context.startsWith(text, start)) return { text, start };
  problems.add(
    "misplaced",
    `question ${shown(id)}: the answer ${
      JSON.stringify(shorten(text))
    } is not at its answer_start ${given}`,
  );
  return { text };
}

function versionOf(value: unknown): SquadVersion | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const major = /^v?([12])(?:\.|$)/.exec(`${value}`)?.[1];
  return major === undefined ? undefined : major === "1" ? "1.1" : "2.0";
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** Parses JSON, or JSON lines as an array. */
function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    const lines = text.split("\n").map((line) => line.trim());
    const filled = lines.filter((line) => line !== "");
    const isRow = (line: string) => line.startsWith("{") && line.endsWith("}");
    if (filled.length < 2 || !filled.every(isRow)) {
      throw new SquadFormatError((error as Error).message);
    }
    return lines.flatMap((line, i) => {
      if (line === "") return [];
      try {
        return [parseJson(line)];
      } catch (cause) {
        throw new SquadFormatError(`line ${i + 1} is not valid JSON: ${(cause as Error).message}`);
      }
    });
  }
}

/** A context and its questions. */
interface Paragraph {
  readonly title: unknown;
  /** The object with `context`. */
  readonly paragraph: Place;
  readonly entries: readonly Place[];
}

/** Yields the paragraphs of a file in any of its forms. */
function* paragraphsOf(root: Place): Generator<Paragraph> {
  const isRow = isObject(root.value) && "question" in root.value;
  const list = isRow
    ? [root]
    : Array.isArray(root.value)
    ? elements(root, root.value)
    : items(field(root, isObject, "an object"), "data");
  for (const entry of list) {
    const title = entry.get("title").value;
    if (entry.get("qas").value !== undefined) {
      yield { title, paragraph: entry, entries: items(entry, "qas") };
    } else if (entry.get("question").value !== undefined) {
      yield { title, paragraph: entry, entries: [entry] };
    } else {
      for (const paragraph of items(entry, "paragraphs")) {
        yield { title, paragraph, entries: items(paragraph, "qas") };
      }
    }
  }
}

class Problems {
  readonly found: { misplaced?: SquadProblem; repeated?: SquadProblem } = {};

  constructor(readonly strict: boolean) {}

  add(kind: "misplaced" | "repeated", sentence: string): void {
    if (this.strict) throw new SquadFormatError(sentence);
    const earlier = this.found[kind];
    this.found[kind] = { count: (earlier?.count ?? 0) + 1, first: earlier?.first ?? sentence };
  }
}

/** A value of the file and its path. */
class Place {
  constructor(readonly value: unknown, readonly path: string) {}

  /** Returns a field of an object; its value is undefined if the object does not have it. */
  get(name: string): Place {
    const path = this.path === "" ? name : `${this.path}.${name}`;
    return new Place(
      isObject(this.value) && Object.hasOwn(this.value, name) ? this.value[name] : undefined,
      path,
    );
  }
}

function field(
  place: Place,
  is: (value: unknown) => boolean,
  what: string,
  owner?: string,
): Place {
  if (is(place.value)) return place;
  const where = place.path === "" ? "the file" : place.path;
  throw new SquadFormatError(
    `not in SQuAD's format: ${owner === undefined ? "" : `${owner}: `}${where} ${
      place.value === undefined ? "is missing" : `must be ${what}`
    }`,
  );
}

/** Returns an id. Some tools write integers. */
function idOf(qa: Place): string {
  const { value } = qa.get("id");
  if (Number.isSafeInteger(value)) return `${value}`;
  field(qa.get("id"), (value) => typeof value === "string", "a string or an integer");
  return value as string;
}

/** Returns the value of a switch, or undefined without one. */
function flag(place: Place, name: string, owner: string): boolean | undefined {
  const { value } = place.get(name);
  if (value === undefined || value === null) return undefined;
  return field(place.get(name), (value) => typeof value === "boolean", "true or false", owner)
    .value as boolean;
}

/** Returns the answers of a question as a list of objects. */
function answersOf(qa: Place, owner: string): Place[] {
  const place = qa.get("answers");
  const { text, answer_start: starts } = isObject(place.value) ? place.value : {};
  if (!Array.isArray(text) || !Array.isArray(starts) || text.length !== starts.length) {
    return items(qa, "answers", owner);
  }
  return text.map((text, i) => new Place({ text, answer_start: starts[i] }, `${place.path}[${i}]`));
}

function string(place: Place, name: string, owner?: string): string {
  return field(place.get(name), (value) => typeof value === "string", "a string", owner)
    .value as string;
}

/** Returns the elements of a list of objects. */
function items(place: Place, name: string, owner?: string): Place[] {
  const list = field(place.get(name), Array.isArray, "a list", owner);
  return elements(list, list.value as unknown[], owner);
}

function elements(list: Place, values: readonly unknown[], owner?: string): Place[] {
  return values.map((value, index) =>
    field(new Place(value, `${list.path}[${index}]`), isObject, "an object", owner)
  );
}

/** Converts offsets in code points, which SQuAD uses, to offsets in UTF-16 code units. */
class CodePointOffsets {
  /** Code-unit offset of each code point and of the end; undefined if the text has no surrogate pairs. */
  readonly #starts: readonly number[] | undefined;
  readonly #length: number;

  constructor(text: string) {
    this.#length = text.length;
    if (!/[\ud800-\udbff][\udc00-\udfff]/.test(text)) return;
    const starts = [0];
    for (const character of text) starts.push(starts.at(-1)! + character.length);
    this.#starts = starts;
  }

  /** Returns the code-unit offset of a code point, or undefined if it is out of range. */
  toUnits(codePoint: number): number | undefined {
    if (this.#starts !== undefined) return this.#starts[codePoint];
    return Number.isInteger(codePoint) && codePoint >= 0 && codePoint <= this.#length
      ? codePoint
      : undefined;
  }
}
