/** Helpers for tests of what is markup on a page of a report. */
import { CHART_SCRIPT } from "../../src/report/page_script.ts";

/** Returns a page without its own script. Any other script stays. */
export function withoutOwnScript(page: string): string {
  const parts = page.split(`<script>${CHART_SCRIPT.text}</script>`);
  if (parts.length !== 2) throw new Error("the page does not have its own script exactly once\n");
  return parts.join("");
}
