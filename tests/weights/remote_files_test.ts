import { assertEquals, assertRejects } from "@std/assert";
import { RemoteFileError, remoteFiles, type RemoteProgress } from "../../src/weights/mod.ts";

const CONTENT = new TextEncoder().encode("0123456789".repeat(20_000));

/** Serves one file in pieces and counts the requests. */
function serve(): { url: string; requests: string[]; stop(): Promise<void> } {
  const requests: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    requests.push(pathname);
    if (pathname === "/model/broken") return new Response("no", { status: 500 });
    if (pathname === "/model/page") {
      return new Response("<!doctype html>", {
        headers: { "content-type": "text/html;charset=utf-8" },
      });
    }
    if (pathname !== "/model/weights") return new Response(null, { status: 404 });
    const body = new ReadableStream({
      start(controller) {
        for (let at = 0; at < CONTENT.length; at += 50_000) {
          controller.enqueue(CONTENT.slice(at, at + 50_000));
        }
        controller.close();
      },
    });
    return new Response(body, { headers: { "content-length": `${CONTENT.length}` } });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/model/`,
    requests,
    stop: () => server.shutdown(),
  };
}

Deno.test("remoteFiles() fetches files, reports progress, and distinguishes missing files from errors", async () => {
  const { url, requests, stop } = serve();
  const seen: RemoteProgress[] = [];
  const read = remoteFiles(url, { onProgress: (progress) => seen.push(progress) });
  assertEquals(await read("weights"), CONTENT);
  assertEquals(seen[0], { name: "weights", done: 0, total: CONTENT.length });
  assertEquals(seen.at(-1), { name: "weights", done: CONTENT.length, total: CONTENT.length });
  assertEquals(seen.map(({ done }) => done), seen.map(({ done }) => done).sort((a, b) => a - b));
  assertEquals(await read("other"), null);
  assertEquals(await read("page"), null);
  await assertRejects(
    () => read("broken"),
    RemoteFileError,
    `GET ${url}broken returned status 500`,
  );
  assertEquals(requests, [
    ...["/model/weights", "/model/other", "/model/page", "/model/broken"],
  ]);
  await stop();
});

Deno.test("remoteFiles() with a cache fetches a file once", async () => {
  const { url, requests, stop } = serve();
  const cache = `remote-files-test-${crypto.randomUUID()}`;
  try {
    for (let i = 0; i < 2; i++) {
      assertEquals(await remoteFiles(url, { cache })("weights"), CONTENT);
      assertEquals(await remoteFiles(url, { cache })("other"), null);
    }
    assertEquals(requests, ["/model/weights", "/model/other", "/model/other"]);
  } finally {
    await caches.delete(cache);
    await stop();
  }
});
