/**
 * Made-up text to pretrain on, in the forms in which books, Wikipedia and other text come.
 *
 * @module
 */
import type { Language } from "./language.ts";

const BOOKS = 4;
const ARTICLES = 12;

/** Files by path under `text/`. */
export function textFiles(language: Language): Map<string, string> {
  const files = new Map<string, string>();
  const random = language.random("text");
  const chapter = () => Array.from({ length: 8 }, () => language.paragraph(random, 5)).join("\n\n");
  for (let book = 1; book <= BOOKS; book++) files.set(`books/book-${book}.txt`, `${chapter()}\n`);
  const article = (id: number) => {
    const title = language.sentence(random, 2).slice(0, -1);
    const text = [language.paragraph(random, 4), language.paragraph(random, 4)].join("\n");
    return `<doc id="${id}" url="https://example.org/${id}" title="${title}">\n${title}\n\n${text}\n</doc>\n`;
  };
  files.set(
    "wikipedia/AA_wiki_00",
    Array.from({ length: ARTICLES }, (_, i) => article(i + 1)).join(""),
  );
  const line = () => `${JSON.stringify({ text: language.paragraph(random, 8) })}\n`;
  files.set("web/pages.jsonl", Array.from({ length: ARTICLES }, line).join(""));
  return files;
}
