/**
 * HTML templates that escape their values.
 *
 * @module
 */

/** A fragment of HTML. */
export class Html {
  /** The markup. */
  readonly text: string;

  /**
   * Wraps markup.
   *
   * @param text trusted markup, inserted without escaping
   */
  constructor(text: string) {
    this.text = text;
  }
}

/** A value of a template. */
export type HtmlValue = Html | string | number | readonly HtmlValue[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes text for use between tags and in quoted attributes: `& < > " '` become entities, control characters that HTML forbids become U+FFFD. */
export function escapeHtml(text: string): string {
  return text
    // deno-lint-ignore no-control-regex
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g, "\ufffd")
    .replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/**
 * A template tag that escapes all values except {@linkcode Html}; lists are joined.
 *
 * @example A table cell
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

/** A length in pixels, to a hundredth. */
export function pixel(value: number): number {
  return Math.round(value * 100) / 100;
}

/** An SVG element. Numbers are lengths in pixels, and text is escaped. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: string | readonly Html[] = [],
): Html {
  const written = Object.entries(attributes).map(([key, value]) =>
    ` ${key}="${typeof value === "number" ? pixel(value) : escapeHtml(value)}"`
  );
  const inner = typeof content === "string"
    ? escapeHtml(content)
    : content.map(({ text }) => text).join("");
  return new Html(`<${name}${written.join("")}>${inner}</${name}>`);
}
