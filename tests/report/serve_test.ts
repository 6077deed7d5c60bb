import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { liveBody, RunRecord, serveReport } from "../../src/report/mod.ts";

/** A live run that counts how often it is drawn. */
function liveRun() {
  const record = new RunRecord("a <run>", {});
  return {
    name: record.name,
    version: 0,
    drawn: 0,
    add(step: number) {
      record.add({ step, loss: 1 / step });
      this.version++;
    },
    body() {
      this.drawn++;
      return liveBody(record);
    },
  };
}

Deno.test("serveReport() serves the page, its version and its body, and draws only new versions", async () => {
  const live = liveRun();
  live.add(1);
  const server = serveReport(live);
  try {
    assertMatch(server.url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
    assertEquals(live.drawn, 0, "nothing is drawn before the first request");
    const get = async (path: string) => await (await fetch(server.url + path)).text();
    const page = await get("");
    assertStringIncludes(page, "a &lt;run&gt;");
    const [, nonce] = page.match(/script-src &#39;nonce-([-\w]+)&#39;/)!;
    assertStringIncludes(page, `<script nonce="${nonce}">`);
    assertEquals(await get("version"), "1");
    assertStringIncludes(await get("body"), "<main>");
    assertEquals(live.drawn, 1);
    const missing = await fetch(`${server.url}run.json`);
    assertEquals(missing.status, 404);
    await missing.body?.cancel();
  } finally {
    await server.close();
  }
});

Deno.test("serveReport() rejects requests with another host name", async () => {
  const server = serveReport(liveRun());
  try {
    const { port } = new URL(server.url);
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    const request = "GET / HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n";
    await connection.write(new TextEncoder().encode(request));
    const answer = await new Response(connection.readable).text();
    assertMatch(answer, /^HTTP\/1\.1 403 /);
    assert(!answer.includes("<main>"));
  } finally {
    await server.close();
  }
});

Deno.test("close() lets an open page fetch the final state first", async () => {
  const live = liveRun();
  const server = serveReport(live);
  await (await fetch(`${server.url}body`)).text();
  live.add(7);
  const closing = server.close();
  assertEquals(await (await fetch(`${server.url}version`)).text(), "1");
  assertStringIncludes(await (await fetch(`${server.url}body`)).text(), "<dd>7</dd>");
  await closing;
});
