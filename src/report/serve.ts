/**
 * Serving a live report to this machine alone.
 *
 * @module
 */
import { livePage, type LiveReport } from "./live.ts";

/** A server of a live report. */
export interface ReportServer {
  /** Where a browser finds the page. */
  readonly url: string;
  /** Ends the server, once a page that is open has fetched the last state. */
  close(): Promise<void>;
}

/** A body is drawn again only after so many times its drawing time, so that watching takes about 5% of a run … */
const DRAWING_PAUSE = 20;
/** … but after so many milliseconds at the latest: the first drawing loads the library and tells nothing of the next. */
const LONGEST_PAUSE = 4000;
/** Milliseconds after its last question that a page counts as open, and that its last fetch is waited for. */
const OPEN = 5000;

/**
 * Serves a live report on 127.0.0.1. Nothing is drawn while nobody looks.
 *
 * @param live The run.
 * @param port Where to listen; 0 takes any free port.
 * @throws {Deno.errors.AddrInUse} when something else listens there.
 */
export function serveReport(live: LiveReport, port = 0): ReportServer {
  let drawn = { version: -1, body: "", at: -Infinity, took: 0 };
  let asked = -Infinity;
  let fetched = -1;
  let closing = false;

  const newest = async (): Promise<typeof drawn> => {
    const start = performance.now();
    const pause = Math.min(DRAWING_PAUSE * drawn.took, LONGEST_PAUSE);
    const fresh = drawn.version === live.version || !closing && start - drawn.at < pause;
    if (fresh) return drawn;
    const { version } = live;
    const body = await live.body();
    const at = performance.now();
    return drawn = { version, body, at, took: at - start };
  };
  const answer = async (request: Request): Promise<Response> => {
    const { pathname, hostname } = new URL(request.url);
    // A page elsewhere whose name was made to point here is no reader of ours.
    if (hostname !== "127.0.0.1" && hostname !== "localhost") {
      return new Response("Not here", { status: 403 });
    }
    asked = performance.now();
    if (pathname === "/version") return text(`${(await newest()).version}`);
    if (pathname === "/body") {
      const { version, body } = await newest();
      fetched = version;
      return text(body);
    }
    if (pathname !== "/") return new Response("Not found", { status: 404 });
    return new Response(livePage(live.name, (await newest()).body), {
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
