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
  /** Path of the report that remains after the run. */
  readonly reportPath: string;
  /** Draws the current body of the page. */
  body(): string;
  /** Draws the whole report, which the page shows after the run has ended. */
  report(): string;
}

/** The body of the live page. */
export function liveBody(record: RunRecord): string {
  return runBody(record).text;
}

/** Milliseconds between two requests of an open page. */
const POLL_INTERVAL = 2000;

/**
 * Polls for a new version and replaces the parts of the page that differ, except one in which the reader has selected text. At the end it stores the report in
 * the browser, where the service worker finds it when the address is opened again.
 */
const SCRIPT = new Html(String.raw`
"use strict";
(() => {
  const status = document.getElementById("status"), age = document.getElementById("age");
  let version = null, updated = Date.now(), parts = [], ended = false, reached = true;

  // A screen reader announces the status when it changes, but not the age.
  function note(text, since = "") {
    if (status.textContent !== text) status.textContent = text;
    age.textContent = since;
  }

  function replace(old, fresh) {
    const open = [...old.querySelectorAll("details")].map((details) => details.open);
    const scrolled = [...old.querySelectorAll(".scroll")].map((box) => box.scrollLeft);
    const wasOpen = old.open;
    old.replaceWith(fresh);
    if (wasOpen !== undefined && fresh.open !== undefined) fresh.open = wasOpen;
    fresh.querySelectorAll("details").forEach((details, i) => {
      if (i in open) details.open = open[i];
    });
    fresh.querySelectorAll(".scroll").forEach((box, i) => {
      if (i in scrolled) box.scrollLeft = scrolled[i];
    });
  }

  function isSelected(element) {
    const selection = getSelection();
    return selection.type === "Range" && selection.containsNode(element, true);
  }

  // Returns whether the whole page is up to date.
  function update(body) {
    const main = document.querySelector("main");
    const fresh = new DOMParser().parseFromString(body, "text/html").querySelector("main");
    const next = [...fresh.children], texts = next.map((element) => element.outerHTML);
    main.dataset.axes = fresh.dataset.axes;
    let complete = true;
    if (next.length !== main.children.length || parts.length !== next.length) {
      if (isSelected(main)) return false;
      main.replaceChildren(...next);
      parts = texts;
    } else {
      [...main.children].forEach((old, i) => {
        if (texts[i] === parts[i]) return;
        if (isSelected(old)) complete = false;
        else {
          replace(old, next[i]);
          parts[i] = texts[i];
        }
      });
    }
    albertReport.apply();
    return complete;
  }

  async function keep(path) {
    note("The run has ended. This page is its report, also in " + path);
    const page = await (await fetch("report")).text();
    if (!("caches" in self)) return;
    const cache = await caches.open("albert-report");
    await cache.put(location.pathname, new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } }));
  }

  async function look() {
    try {
      const state = await (await fetch("state")).json();
      reached = true;
      if (state.version !== version && update(await (await fetch("body")).text())) {
        version = state.version;
        updated = Date.now();
      }
      if (state.ended) {
        ended = true;
        return await keep(state.report);
      }
    } catch {
      reached = false;
      note("Cannot reach the run: its process has ended, or the connection is interrupted. This page shows the last known state.");
    }
    setTimeout(look, ${POLL_INTERVAL});
  }

  setInterval(() => {
    if (ended || !reached) return;
    const seconds = Math.round((Date.now() - updated) / 1000);
    note("Live", ", last logged " + (seconds < 2 ? "now" : seconds + " s ago"));
  }, 1000);
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("worker.js").catch(() => {});
  look();
})();
`);

/** Answers from the stored report if the server is gone. Its scope is the path of this run. */
const WORKER = `
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  const stored = () => caches.match(event.request, { ignoreSearch: true });
  event.respondWith(fetch(event.request).catch(async () => await stored() ?? Response.error()));
});
`;

function livePage(name: string, body: string): string {
  return page(
    `${name} – live`,
    html`<p class="quiet" id="note"><span id="status" role="status">Live</span><span id="age"></span></p>
${new Html(body)}`,
    { script: SCRIPT },
  );
}

/** A running server. */
export interface ReportServer {
  /** Address of the page. */
  readonly url: string;
  /** Stops the server after an open page has fetched the final report. */
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
  // The path differs between runs, so that the report which a browser stored is never that of another run.
  const folder = `/${crypto.randomUUID().slice(0, 8)}/`;
  let drawn = { version: -1, body: "", at: -Infinity, took: 0 };
  let asked = -Infinity;
  let kept = false;
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
    if (pathname === "/") return new Response(null, { status: 302, headers: { location: folder } });
    if (!pathname.startsWith(folder)) return new Response("Not found", { status: 404 });
    asked = performance.now();
    switch (pathname.slice(folder.length)) {
      case "":
        return respond("text/html", livePage(live.name, newest().body));
      case "state": {
        const { version } = newest();
        return respond(
          "application/json",
          JSON.stringify({ version, ended: closing, report: live.reportPath }),
        );
      }
      case "body":
        return respond("text/html", newest().body);
      case "report":
        kept = true;
        return respond("text/html", live.report());
      case "worker.js":
        return respond("text/javascript", WORKER);
    }
    return new Response("Not found", { status: 404 });
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, answer);
  return {
    url: `http://127.0.0.1:${server.addr.port}${folder}`,
    close: async () => {
      closing = true;
      const end = performance.now() + OPEN;
      while (!kept && performance.now() - asked < OPEN && performance.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      await server.shutdown();
    },
  };
}

function respond(type: string, body: string): Response {
  return new Response(body, {
    headers: { "content-type": `${type}; charset=utf-8`, "cache-control": "no-store" },
  });
}
