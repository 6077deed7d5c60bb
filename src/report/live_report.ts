/**
 * The live report: a page that follows a run while it trains, served on this machine only.
 *
 * @module
 */
import { Html, html } from "./html.ts";
import { page } from "./page.ts";
import { runBody } from "./run_page.ts";
import type { RunRecord } from "./run_record.ts";

/** A run to follow. */
export interface LiveReport {
  /** The run's name. */
  readonly name: string;
  /** Increases with every new line. */
  readonly version: number;
  /** Draws the current body of the page. */
  body(): string;
}

/** The body of the live page. */
export function liveBody(record: RunRecord): string {
  return runBody(record).text;
}

/** Milliseconds between two requests of an open page. */
const POLL_INTERVAL = 2000;

/** Polls for a new version, replaces the body, and keeps open what the reader has opened. */
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
    note.textContent = "Live: this page updates automatically.";
    setTimeout(look, ${POLL_INTERVAL});
  } catch {
    note.textContent = "The run has ended. The report remains in report.html.";
  }
}
look();
`);

function livePage(name: string, body: string): string {
  return page(
    `${name} – live`,
    html`<p class="quiet" id="note">Live</p>
${new Html(body)}`,
    { script: { nonce: crypto.randomUUID(), source: SCRIPT } },
  );
}

/** A running server. */
export interface ReportServer {
  /** Address of the page. */
  readonly url: string;
  /** Stops the server after an open page has fetched the final state. */
  close(): Promise<void>;
}

/** A body is drawn at most once in this many times its drawing time, so that drawing takes at most about 5% of a run … */
const DRAWING_PAUSE = 20;
/** … but at least once in this many milliseconds. */
const MAX_PAUSE = 4000;
/** Milliseconds for which a page counts as open after its last request, and for which `close()` waits at most. */
const OPEN = 5000;

/**
 * Serves a live report on 127.0.0.1. Nothing is drawn while no page is open.
 *
 * @param live the run
 * @param port 0 for any free port
 * @throws {Deno.errors.AddrInUse} If the port is in use.
 */
export function serveReport(live: LiveReport, port = 0): ReportServer {
  let drawn = { version: -1, body: "", at: -Infinity, took: 0 };
  let asked = -Infinity;
  let fetched = -1;
  let closing = false;

  const newest = (): typeof drawn => {
    const start = performance.now();
    const pause = Math.min(DRAWING_PAUSE * drawn.took, MAX_PAUSE);
    const fresh = drawn.version === live.version || !closing && start - drawn.at < pause;
    if (fresh) return drawn;
    const { version } = live;
    const body = live.body();
    const at = performance.now();
    return drawn = { version, body, at, took: at - start };
  };
  const answer = (request: Request): Response => {
    const { pathname, hostname } = new URL(request.url);
    // Rejects DNS rebinding: a page of another site whose name resolves to this machine.
    if (hostname !== "127.0.0.1" && hostname !== "localhost") {
      return new Response("Forbidden", { status: 403 });
    }
    asked = performance.now();
    if (pathname === "/version") return text(`${newest().version}`);
    if (pathname === "/body") {
      const { version, body } = newest();
      fetched = version;
      return text(body);
    }
    if (pathname !== "/") return new Response("Not found", { status: 404 });
    return new Response(livePage(live.name, newest().body), {
      headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
    });
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, answer);
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    close: async () => {
      closing = true;
      const end = performance.now() + OPEN;
      while (
        fetched !== live.version && performance.now() - asked < OPEN && performance.now() < end
      ) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      await server.shutdown();
    },
  };
}

function text(body: string): Response {
  return new Response(body, {
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
}
