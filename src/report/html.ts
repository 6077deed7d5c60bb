/**
 * HTML in which everything that is put in is escaped.
 *
 * @module
 */

/** A piece of finished HTML. */
export class Html {
  /** The markup. */
  readonly text: string;

  /** Takes markup as it is: only for what this program wrote itself. */
  constructor(text: string) {
    this.text = text;
  }
}

/** What can stand in a template. */
export type HtmlValue = Html | string | number | readonly HtmlValue[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Text for use between tags and within quoted attributes.
 *
 * @param text Any text.
 * @returns The text with `& < > " '` as entities, and without the control characters that HTML forbids.
 */
export function escapeHtml(text: string): string {
  return text
    // deno-lint-ignore no-control-regex
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g, "\ufffd")
    .replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/**
 * A template whose values are escaped, except those that are {@linkcode Html} already; lists are joined.
 *
 * @example A cell
 * ```ts
 * import { html } from "./html.ts";
 *
 * const cell = html`<td title="${'"'}">${"a < b"}</td>`;
 * if (cell.text !== '<td title="&quot;">a &lt; b</td>') throw new Error(cell.text);
 * ```
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.reduce((text, part, i) => text + markup(values[i - 1]) + part));
}

function markup(value: HtmlValue): string {
  if (value instanceof Html) return value.text;
  return typeof value === "object" ? value.map(markup).join("") : escapeHtml(`${value}`);
}
