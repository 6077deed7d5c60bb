/**
 * Splits paragraphs into sentences with `Intl.Segmenter`. Sentences are joined after abbreviations,
 * initials and numbering, and around quoted speech.
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

const SPEECH_VERB = "(?:said|says|cried|asked|replied|answered|exclaimed|shouted|whispered|added|" +
  "continued|returned|observed|murmured|called|remarked|repeated|inquired|demanded|muttered|" +
  "screamed|gasped|sighed|laughed|responded|interrupted|agreed|suggested|declared|went\\s+on)";
/** `I said`, `Joe cried`, `Mr. Jaggers asked`: the speaker of the words before. */
const SPEAKER = new RegExp(`^(?:I|(?:[A-Z][\\w.’'-]*\\s+){1,3}?)\\s*${SPEECH_VERB}\\b`, "u");
const ENDS_IN_QUOTED_SPEECH = /[!?…][”"’']\s*$|[—–-][”"’']\s*$/u;
const ENDS_IN_INITIAL = /(?:^|[\s("“‘[.-])\p{Lu}\.\s*$/u;
const ENDS_IN_ACRONYM = /(?:^|[^\p{L}])(?:\p{L}\.){2,}\s*$/u;
const LAST_ABBREVIATION = /([\p{L}.]*\p{L})\.\s*$/u;
const STARTS_LOWER = /^[\s"“”'‘’([—–…-]*\p{Ll}/u;
const STARTS_WITH_NUMBER = /^[\s([]*(?:\d|[IVXLC]+\b)/u;
const FIRST_WORD = /^[\s"“‘'([]*(\p{L}+)/u;
/** `1.`, `(a)`, `IV.`, `CHAPTER 7.`: a number that belongs to what follows. */
const ONLY_NUMBERING =
  /^\s*(?:\(?(?:\d{1,4}|[ivxlIVXL]{1,5}|\p{L})[.)]|(?:chapter|part|book|section|act|scene|canto|letter|volume)\s+(?:\d+|[ivxlc]+)\.)\s*$/iu;
const HAS_TEXT = /[\p{L}\p{N}]/u;

/**
 * Splits a paragraph into sentences without surrounding white space.
 *
 * @param paragraph The text of a paragraph; line feeds count as spaces.
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
export function splitSentences(paragraph: string): string[] {
  const pieces: string[] = [];
  for (const { segment } of segmenter.segment(paragraph.replaceAll(/\s*\n\s*/g, " "))) {
    pieces.push(segment);
  }
  // Speakers are detected after their names are complete: "Mr." alone is ambiguous.
  return join(join(pieces, isOneSentence), isSpeechAndSpeaker)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}

const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

function join(
  pieces: readonly string[],
  belongTogether: (before: string, after: string) => boolean,
): string[] {
  const joined: string[] = [];
  for (const piece of pieces) {
    const last = joined.length - 1;
    if (last >= 0 && belongTogether(joined[last], piece)) joined[last] += piece;
    else joined.push(piece);
  }
  return joined;
}

/** Whether the speaker follows words in quotation marks. */
function isSpeechAndSpeaker(before: string, after: string): boolean {
  return ENDS_IN_QUOTED_SPEECH.test(before) && SPEAKER.test(after);
}

/** Whether a boundary of the segmenter is within a sentence. */
function isOneSentence(before: string, after: string): boolean {
  if (!HAS_TEXT.test(before) || !HAS_TEXT.test(after)) return true;
  if (STARTS_LOWER.test(after)) return true;
  if (!/\.\s*$/.test(before)) return false;
  if (ONLY_NUMBERING.test(before)) return true;
  const abbreviation = LAST_ABBREVIATION.exec(before)?.[1] ?? "";
  if (NEVER_LAST.has(abbreviation)) return true;
  if (BEFORE_A_NUMBER.has(abbreviation)) return STARTS_WITH_NUMBER.test(after);
  const seldomLast = SELDOM_LAST.has(abbreviation) || ENDS_IN_INITIAL.test(before) ||
    ENDS_IN_ACRONYM.test(before);
  return seldomLast && !STARTERS.has(FIRST_WORD.exec(after)?.[1] ?? "The");
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}
