/**
 * Splits paragraphs into sentences with `Intl.Segmenter`. Sentences are joined after abbreviations,
 * initials and numbering, and around quoted speech. Boundaries that the segmenter does not know are
 * added: Greek questions, Tibetan, Sinhala, Thai and Lao, and text without capitals.
 *
 * @module
 */

/** Titles and other abbreviations before a name or a number; a sentence does not end here. */
const NEVER_LAST = words(
  "Mr Mrs Ms Messrs Mme Mlle Dr Drs Prof Rev Revd Hon Gen Col Lt Lieut Capt Sgt Maj Cmdr Cpl Adm " +
    "Gov Sen Rep Pres Supt Insp vs v viz cf e.g i.e ca approx esp incl",
);
/** Abbreviations that end a sentence only if the next word usually starts one. */
const SELDOM_LAST = words(
  "St Mt Ft Jr Sr Co Corp Inc Ltd Bros Ave Rd Blvd Dept Univ Assn Ph.D M.D B.A M.A a.m p.m A.M P.M " +
    "Esq al",
);
/** Abbreviations before a number; otherwise, as in "No. He left.", they are ordinary words. */
const BEFORE_A_NUMBER = words(
  "No Nos Fig Figs Vol Vols vol vols fig figs no nos p pp Ch ch Chap chap Sec sec Art art Eq eq " +
    "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec ver cap lib fol",
);
/** Words that often start a sentence and are not names. */
const STARTERS = words(
  "A An The This That These Those He She It We You They I There Here In On At By For From With As " +
    "If When While After Before Since Although Though But And Or So Yet Then Thus However Now " +
    "What Who Where Why How His Her Its Our Your Their My No Not One Some All Many Most Such To",
);

const [LOWER_NEVER_LAST, LOWER_SELDOM_LAST, LOWER_BEFORE_A_NUMBER, LOWER_STARTERS] = [
  NEVER_LAST,
  SELDOM_LAST,
  BEFORE_A_NUMBER,
  STARTERS,
].map((set) => words([...set].join(" ").toLowerCase()));

const SPEECH_VERB = "(?:said|says|cried|asked|replied|answered|exclaimed|shouted|whispered|added|" +
  "continued|returned|observed|murmured|called|remarked|repeated|inquired|demanded|muttered|" +
  "screamed|gasped|sighed|laughed|responded|interrupted|agreed|suggested|declared|went\\s+on)";
/** `I said`, `Joe cried`, `Mr. Jaggers asked`: the speaker of the words before. */
const SPEAKER = new RegExp(`^(?:I\\s*|(?:[A-Z][\\w.’'-]*\\s+){1,3}?)${SPEECH_VERB}\\b`, "u");
/** The same without capitals: up to three words and the verb. */
const LOWER_SPEAKER = new RegExp(`^(?:[\\p{L}.’'-]+\\s+){0,3}?${SPEECH_VERB}\\b`, "u");
// Patterns of an ending match the last characters before white space, of which they need only a few.
const ENDS_IN_QUOTED_SPEECH = /[!?…—–-][”"’']$/u;
const ENDS_IN_INITIAL = /(?:^|[\s("“‘[.-])\p{Lu}\.$/u;
/** As above; "i" is usually the pronoun. */
const ENDS_IN_LOWER_INITIAL = /(?:^|[\s("“‘[.-])(?!i\.)\p{L}\.$/u;
const ENDS_IN_ACRONYM = /(?:^|[^\p{L}])(?:\p{L}\.){2}$/u;
const LAST_ABBREVIATION = /([\p{L}.]*\p{L})\.$/u;
/** Georgian letters have the category of lower-case letters, but sentences start with them. */
const LOWER = "(?![\\u10D0-\\u10FF])\\p{Ll}";
const STARTS_LOWER = new RegExp(`^[\\s"“”'‘’([—–…-]*${LOWER}`, "u");
/** German ordinals: `3. Mai`, `19. Jahrhundert`. */
const ENDS_IN_ORDINAL = /(?:^|[^\p{L}\p{N}.,])\d{1,2}\.$/u;
const FOLLOWS_ORDINAL =
  /^\s*(?:J[aä]n(?:uar|ner)|Feb(?:ruar|er)|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|Jahrhunderts?|Jahrtausends?|Weltkriegs?|Weltkrieges|Auflage|Jahrestag)(?!\p{L})/u;
const STARTS_WITH_NUMBER = /^[\s([]*(?:\d|[IVXLC]+\b)/u;
const FIRST_WORD = /^[\s"“‘'([]*(\p{L}+)/u;
/** `1.`, `(a)`, `IV.`, `CHAPTER 7.`: a number that belongs to what follows. */
const ONLY_NUMBERING =
  /^\s*(?:\(?(?:\d{1,4}|[ivxlIVXL]{1,5}|\p{L})[.)]|(?:chapter|part|book|section|act|scene|canto|letter|volume)\s+(?:\d+|[ivxlc]+)\.)$/iu;
const HAS_TEXT = /[\p{L}\p{N}]/u;

/** Punctuation after the mark that ends a sentence. */
const CLOSING = `["'”’»›)\\]」』]*`;
const SENTENCE_END = new RegExp(
  `(?:[\\p{Sentence_Terminal}…\\u0DF4\\u0F0D-\\u0F12]|\\p{Script=Greek}[;\\u037E])${CLOSING}\\s*$`,
  "u",
);
const THAI_OR_LAO = "(?![\\u0E2F\\u0E46\\u0EAF\\u0EC6])[\\p{Script=Thai}\\p{Script=Lao}]";
/** White space at boundaries that the segmenter does not know. */
const MISSED_BOUNDARY = new RegExp(
  `(?=\\s)(?<=\\p{Script=Greek}[;\\u037E]${CLOSING})\\s+|(?<=\\u0DF4)\\s*|` +
    `(?<=[\\u0F0D-\\u0F11])\\s+(?![\\s\\u0F0D-\\u0F11])|` +
    `(?<=${THAI_OR_LAO})\\s+(?=${THAI_OR_LAO})`,
  "gu",
);
/** Scripts that have such boundaries. */
const MISSED_SCRIPT = /[\u0370-\u03FF\u0DF4\u0E00-\u0FFF]/;
const LOWER_BOUNDARY = new RegExp(`(?=\\s)(?<=(?<!\\.\\.)[.!?]${CLOSING})\\s+`, "gu");
/** Maximum fraction of capitals in lower-cased text. */
const MOST_CAPITALS = 0.005;

/**
 * Detects lower-cased text: text in a script with two cases and hardly any capitals.
 *
 * @param text The text, or the start of a long text.
 * @returns Whether a sentence may start with a lower-case letter.
 */
export function isLowerCased(text: string): boolean {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  const capitals = count(/\p{Lu}/gu);
  const lower = count(new RegExp(LOWER, "gu"));
  return lower > 0.5 * count(/\p{L}/gu) && capitals <= MOST_CAPITALS * (capitals + lower);
}

/**
 * Returns whether a text ends with the mark of a sentence end of any script, or a quotation mark after it.
 *
 * @param text The text.
 * @returns Whether it does. Thai and Lao have no such mark.
 */
export function endsSentence(text: string): boolean {
  return SENTENCE_END.test(text);
}

/**
 * Splits a paragraph into sentences without surrounding white space.
 *
 * @param paragraph The text of a paragraph; line feeds count as spaces.
 * @param lowerCased Whether a sentence may start with a lower-case letter. By default, this is detected
 *   from the paragraph; the whole document is a better sample.
 * @returns The sentences; except for white space, they contain the whole paragraph.
 *
 * @example Split quoted speech
 * ```ts
 * import { splitSentences } from "./sentences.ts";
 *
 * const sentences = splitSentences('Mr. Pip left. "Where to?" she asked.');
 * if (sentences.length !== 2) throw new Error(sentences.join(" | "));
 * ```
 */
export function splitSentences(
  paragraph: string,
  lowerCased: boolean = isLowerCased(paragraph),
): string[] {
  const text = paragraph.includes("\n")
    ? paragraph.replaceAll(/\s+/g, (space) => space.includes("\n") ? " " : space)
    : paragraph;
  const pieces = [...segmenter.segment(text)]
    .flatMap(({ segment }) =>
      MISSED_SCRIPT.test(segment) ? cut(segment, MISSED_BOUNDARY) : [segment]
    )
    .flatMap((piece) => lowerCased ? cut(piece, LOWER_BOUNDARY) : [piece]);
  // Speakers are detected after their names are complete: "Mr." alone is ambiguous.
  const speaker = lowerCased ? LOWER_SPEAKER : SPEAKER;
  return join(
    join(spansOf(text, pieces), lowerCased ? isOneLowerCasedSentence : isOneSentence),
    (before, after) => ENDS_IN_QUOTED_SPEECH.test(before.ending) && speaker.test(after.text),
  ).map(({ text }) => text.trim()).filter((sentence) => sentence !== "");
}

const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

/** Cuts a text after white space; nothing is removed. */
function cut(text: string, boundary: RegExp): string[] {
  const pieces: string[] = [];
  let start = 0;
  for (const { index, 0: space } of text.matchAll(boundary)) {
    pieces.push(text.slice(start, index + space.length));
    start = index + space.length;
  }
  return [...pieces, text.slice(start)];
}

/** Longer than what the patterns of an ending match, and than all abbreviations. */
const ENDING_LENGTH = 32;

/** A part of a paragraph. Spans grow piece by piece, so no test of one reads its whole text again. */
class Span {
  readonly #paragraph: string;
  readonly #start: number;
  readonly #end: number;
  /** The end without white space. */
  readonly #textEnd: number;
  /** Whether there is a letter or a number. */
  readonly hasText: boolean;
  /** Whether there is a full stop before the last character. */
  readonly #hasInnerStop: boolean;

  private constructor(
    paragraph: string,
    [start, end, textEnd]: readonly [number, number, number],
    hasText: boolean,
    hasInnerStop: boolean,
  ) {
    this.#paragraph = paragraph;
    [this.#start, this.#end, this.#textEnd] = [start, end, textEnd];
    this.hasText = hasText;
    this.#hasInnerStop = hasInnerStop;
  }

  static of(paragraph: string, start: number, piece: string): Span {
    const places = [start, start + piece.length, start + piece.trimEnd().length] as const;
    return new Span(paragraph, places, HAS_TEXT.test(piece), false);
  }

  /** Returns the span of this one and the next. */
  with(next: Span): Span {
    const isBlank = next.#textEnd === next.#start;
    const places = [this.#start, next.#end, isBlank ? this.#textEnd : next.#textEnd] as const;
    const hasInnerStop = this.#hasInnerStop || !isBlank && this.endsInStop;
    return new Span(this.#paragraph, places, this.hasText || next.hasText, hasInnerStop);
  }

  get text(): string {
    return this.#paragraph.slice(this.#start, this.#end);
  }

  /** The last characters before white space. */
  get ending(): string {
    const start = Math.max(this.#start, this.#textEnd - ENDING_LENGTH);
    return this.#paragraph.slice(start, this.#textEnd);
  }

  get endsInStop(): boolean {
    return this.#textEnd > this.#start && this.#paragraph[this.#textEnd - 1] === ".";
  }

  /** Whether the span consists of a number that belongs to what follows. Such a number has a stop at its end only. */
  get isNumbering(): boolean {
    return !this.#hasInnerStop &&
      ONLY_NUMBERING.test(this.#paragraph.slice(this.#start, this.#textEnd));
  }
}

function spansOf(paragraph: string, pieces: readonly string[]): Span[] {
  let start = 0;
  return pieces.map((piece) => {
    const span = Span.of(paragraph, start, piece);
    start += piece.length;
    return span;
  });
}

function join(
  spans: readonly Span[],
  belongTogether: (before: Span, after: Span) => boolean,
): Span[] {
  const joined: Span[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last !== undefined && belongTogether(last, span)) {
      joined[joined.length - 1] = last.with(span);
    } else joined.push(span);
  }
  return joined;
}

/** Whether a boundary of the segmenter is within a sentence. */
function isOneSentence(before: Span, after: Span): boolean {
  if (!before.hasText || !after.hasText) return true;
  if (STARTS_LOWER.test(after.text)) return true;
  if (!before.endsInStop) return false;
  if (before.isNumbering) return true;
  const { ending } = before;
  if (ENDS_IN_ORDINAL.test(ending) && FOLLOWS_ORDINAL.test(after.text)) return true;
  const abbreviation = LAST_ABBREVIATION.exec(ending)?.[1] ?? "";
  if (NEVER_LAST.has(abbreviation)) return true;
  if (BEFORE_A_NUMBER.has(abbreviation)) return STARTS_WITH_NUMBER.test(after.text);
  const seldomLast = SELDOM_LAST.has(abbreviation) || ENDS_IN_INITIAL.test(ending) ||
    ENDS_IN_ACRONYM.test(ending);
  return seldomLast && !STARTERS.has(FIRST_WORD.exec(after.text)?.[1] ?? "The");
}

function isOneLowerCasedSentence(before: Span, after: Span): boolean {
  if (!before.hasText || !after.hasText) return true;
  if (!before.endsInStop) return false;
  if (before.isNumbering) return true;
  const { ending } = before;
  const abbreviation = LAST_ABBREVIATION.exec(ending)?.[1].toLowerCase() ?? "";
  if (LOWER_NEVER_LAST.has(abbreviation)) return true;
  if (LOWER_BEFORE_A_NUMBER.has(abbreviation)) return /^[\s([]*\d/.test(after.text);
  const seldomLast = LOWER_SELDOM_LAST.has(abbreviation) || ENDS_IN_LOWER_INITIAL.test(ending) ||
    ENDS_IN_ACRONYM.test(ending);
  return seldomLast &&
    !LOWER_STARTERS.has(FIRST_WORD.exec(after.text)?.[1].toLowerCase() ?? "the");
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}
