/**
 * The page that shows a run while it goes on.
 *
 * @module
 */
import { Html, html } from "./html.ts";
import { page } from "./page.ts";
import { runBody } from "./run_page.ts";
import type { RunRecord } from "./run_record.ts";

/** A run that can be watched. */
export interface LiveReport {
  /** The run's name. */
  readonly name: string;
  /** Grows whenever there is something new. */
  readonly version: number;
  /** What stands in the page's body now. */
  body(): Promise<string>;
}

/** Milliseconds between two looks. */
const LOOK = 2000;

/** The script asks for news, puts them in place, and leaves open what the reader has opened. */
const SCRIPT = new Html(`
let version = "";
const note = document.getElementById("note");
async function look() {
  try {
    const now = await (await fetch("/version")).text();
    if (now !== version) {
      const main = document.querySelector("main");
      const open = [...main.querySelectorAll("details")].map((details) => details.open);
      main.outerHTML = await (await fetch("/body")).text();
      document.querySelectorAll("main details").forEach((details, i) => {
        if (i < open.length) details.open = open[i];
      });
      version = now;
    }
    note.textContent = "Live: this page refreshes by itself.";
    setTimeout(look, ${LOOK});
  } catch {
    note.textContent = "The run has ended; its report.html stays.";
  }
}
look();
`);

/** The body of the live page. */
export async function liveBody(record: RunRecord): Promise<string> {
  return (await runBody(record)).text;
}

/** The live page with a first body in it. */
export function livePage(name: string, body: string): string {
  return page(
    `${name} – live`,
    html`<p class="quiet" id="note">Live.</p>
${new Html(body)}`,
    { script: { nonce: crypto.randomUUID(), source: SCRIPT } },
  );
}
