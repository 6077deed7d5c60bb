/**
 * SQuAD's files, versions 1.1 and 2.0 (Rajpurkar et al. 2016, 2018).
 *
 * @module
 */
import { isObject, parseJson, shown } from "../../json/mod.ts";
import { CodePointOffsets } from "./code_points.ts";

/** Version of the task: 2.0 has questions without an answer. */
export type SquadVersion = "1.1" | "2.0";

/** An answer as its annotator marked it. */
export interface SquadAnswer {
  /** Its text. */
  readonly text: string;
  /** Where the text starts in the paragraph, in UTF-16 units; undefined where the file's `answer_start` does not point at it. */
  readonly start?: number;
}

/** A question on a paragraph. */
export interface SquadQuestion {
  /** Its id. */
  readonly id: string;
  /** The question. */
  readonly question: string;
  /** The paragraph. */
  readonly context: string;
  /** Title of the article. */
  readonly title: string;
  /** Gold answers, none where the paragraph does not tell. */
  readonly answers: readonly SquadAnswer[];
}

/** Something wrong that does not make a file unreadable: how often, and where first. */
export interface SquadProblem {
  /** How often. */
  readonly count: number;
  /** The first one, in words that name its id. */
  readonly first: string;
}

/** What a file holds. */
export interface SquadDataset {
  /** Which metrics and heads fit. */
  readonly version: SquadVersion;
  /** In the file's order. */
  readonly questions: readonly SquadQuestion[];
  /** Answers that do not stand where `answer_start` says. */
  readonly misplaced?: SquadProblem;
  /** Ids that stand more than once: their questions share one prediction. */
  readonly repeated?: SquadProblem;
}

/** A file that is not SQuAD's JSON; the message says where. */
export class SquadFormatError extends SyntaxError {
  /** @ignore */
  override readonly name: string = "SquadFormatError";
}

/** How {@linkcode readSquad} reads. */
export interface ReadSquadOptions {
  /** Throw at the first misplaced answer or repeated id instead of counting them. */
  readonly strict?: boolean;
}

/**
 * Reads a SQuAD file.
 *
 * The version is the file's own `version`; where that is missing or unknown, a file that has a question without an answer, or says
 * `is_impossible` anywhere, is 2.0.
 *
 * @param text the JSON
 * @throws {SquadFormatError} naming the place or the question's id.
 */
export function readSquad(text: string, { strict = false }: ReadSquadOptions = {}): SquadDataset {
  const root = field(new Place(parse(text), ""), isObject, "an object");
  const questions: SquadQuestion[] = [];
  const problems = new Problems(strict);
  const seen = new Set<string>();
  let impossible = false;
  for (const article of items(root, "data")) {
    const title = article.get("title").value;
    for (const paragraph of items(article, "paragraphs")) {
      const context = string(paragraph, "context");
      const offsets = new CodePointOffsets(context);
      for (const qa of items(paragraph, "qas")) {
        const id = string(qa, "id");
        if (seen.has(id)) problems.add("repeated", `question ${shown(id)} stands more than once`);
        seen.add(id);
        impossible ||= qa.get("is_impossible").value !== undefined;
        const answers = items(qa, "answers", `question ${shown(id)}`).map((answer) =>
          readAnswer(answer, id, context, offsets, problems)
        );
        impossible ||= answers.length === 0;
        questions.push({
          id,
          question: string(qa, "question"),
          context,
          title: typeof title === "string" ? title : "",
          answers,
        });
      }
    }
  }
  const version = versionOf(root.get("version").value) ?? (impossible ? "2.0" : "1.1");
  return { version, questions, ...problems.found };
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
    throw new SquadFormatError(`question ${shown(id)}: ${answer.path}.answer_start is no number`);
  }
  const start = offsets.toUnits(given);
  if (start !== undefined && context.startsWith(text, start)) return { text, start };
  problems.add(
    "misplaced",
    `question ${shown(id)}: the answer ${
      JSON.stringify(shorten(text))
    } does not stand at its answer_start ${given}`,
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

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new SquadFormatError((error as Error).message);
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

/** A value of the file and the way to it. */
class Place {
  constructor(readonly value: unknown, readonly path: string) {}

  /** A field of an object; its value is undefined where there is none. */
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
    `not SQuAD's format: ${owner === undefined ? "" : `${owner}: `}${where} is ${
      place.value === undefined ? "missing" : `not ${what}`
    }`,
  );
}

function string(place: Place, name: string, owner?: string): string {
  return field(place.get(name), (value) => typeof value === "string", "a text", owner)
    .value as string;
}

/** The objects of a list. */
function items(place: Place, name: string, owner?: string): Place[] {
  const list = field(place.get(name), Array.isArray, "a list", owner);
  return (list.value as unknown[]).map((value, index) =>
    field(new Place(value, `${list.path}[${index}]`), isObject, "an object", owner)
  );
}
