/**
 * Formats with explicit documents: WikiExtractor's output, WikiText, and JSON lines.
 *
 * @module
 */
import { DocumentCollector, type TextDocument } from "./text_document.ts";

const DOC_START = /^<doc\b([^>]*)>\s*$/;
const DOC_END = /^<\/doc>\s*$/;
/** Up to the last quote of the tag or before another attribute: WikiExtractor does not escape quotes. */
const TITLE = /\btitle="(.*?)"(?=\s+[\w-]+="|\s*$)/;

/**
 * Reads WikiExtractor's output: `<doc id=… title=…>`, the title, one paragraph per line, `</doc>`. The
 * title line is left out, because it is not a sentence.
 *
 * @param batches Lines of the file.
 * @param source Name of the file.
 * @returns The documents.
 * @throws {SyntaxError} If a `<doc>` is not closed, or text is outside of it; the message names the line.
 */
export async function* readWikiExtractor(
  batches: AsyncIterable<string[]>,
  source: string,
): AsyncGenerator<TextDocument> {
  const collector = new DocumentCollector(false);
  let number = 0, opened = 0, title = "", untitled = false;
  for await (const lines of batches) {
    for (const line of lines) {
      number++;
      const start = DOC_START.exec(line);
      if (start !== null) {
        if (opened > 0) throw notClosed(source, opened);
        opened = number;
        title = TITLE.exec(start[1])?.[1] ?? "";
        untitled = true;
      } else if (DOC_END.test(line)) {
        yield collector.take(`${source}:${opened} ${title}`);
        opened = 0;
      } else if (line.trim() !== "") {
        if (opened === 0) {
          throw new SyntaxError(
            `Cannot read ${source}: line ${number} is outside of <doc> and </doc>`,
          );
        }
        if (!(untitled && withoutEntities(title) === withoutEntities(line.trim()))) {
          collector.add(line);
        }
        untitled = false;
        if (collector.full) yield collector.take(`${source}:${opened} ${title}`);
      }
    }
  }
  if (opened > 0) throw notClosed(source, opened);
}

function notClosed(source: string, line: number): SyntaxError {
  return new SyntaxError(`Cannot read ${source}: the <doc> of line ${line} is not closed`);
}

function withoutEntities(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

const HEADING = /^\s*=( =)*\s+.*\S\s+=( =)*\s*$/;
const TOP_HEADING = /^\s*= (?!=)(.*[^=\s])\s+=\s*$/;

/**
 * Reads WikiText: ` = Title = ` starts a document, ` = = Section = = ` is left out, and the `@-@`,
 * `@,@` and `@.@` of its tokenizer become plain characters.
 *
 * @param batches Lines of the file.
 * @param source Name of the file.
 * @returns The documents.
 */
export async function* readWikiText(
  batches: AsyncIterable<string[]>,
  source: string,
): AsyncGenerator<TextDocument> {
  const collector = new DocumentCollector(false);
  let title = "";
  for await (const lines of batches) {
    for (const line of lines) {
      const top = TOP_HEADING.exec(line);
      if (top !== null) {
        if (!collector.empty) yield collector.take(`${source} ${title}`);
        title = top[1];
      } else if (!HEADING.test(line)) {
        collector.add(line.replaceAll(/ @([-,.])@ /g, "$1"));
        if (collector.full) yield collector.take(`${source} ${title}`);
      }
    }
  }
  if (!collector.empty) yield collector.take(`${source} ${title}`);
}

/**
 * Reads JSON lines: one object with a document per line. Line feeds in its text separate paragraphs.
 *
 * @param batches Lines of the file.
 * @param source Name of the file.
 * @param field Name of the field with the text.
 * @returns The documents.
 * @throws {SyntaxError} If a line is not a JSON object with this field; the message names the line.
 */
export async function* readJsonLines(
  batches: AsyncIterable<string[]>,
  source: string,
  field: string,
): AsyncGenerator<TextDocument> {
  const collector = new DocumentCollector(false);
  let number = 0;
  for await (const lines of batches) {
    for (const line of lines) {
      number++;
      if (line.trim() === "") continue;
      let object: Record<string, unknown> | null;
      try {
        object = JSON.parse(line);
      } catch (cause) {
        throw new SyntaxError(
          `Cannot read ${source}: line ${number} is not valid JSON; ` +
            "expected one object per line, or an array of objects",
          { cause },
        );
      }
      const value = object?.[field];
      if (typeof value !== "string") {
        throw new SyntaxError(
          `Cannot read ${source}: line ${number} has no string "${field}"; ` +
            "name the field with --text-field",
        );
      }
      const paragraphs = value.split("\n");
      // WikiExtractor --json repeats the title as the first line, as in <doc>.
      const titled = "title" in object! && "url" in object &&
        paragraphs.length > 1 && paragraphs[0].trim() === object.title;
      for (const paragraph of titled ? paragraphs.slice(1) : paragraphs) {
        collector.add(paragraph);
        if (collector.full) yield collector.take(`${source}:${number}`);
      }
      yield collector.take(`${source}:${number}`);
    }
  }
}
