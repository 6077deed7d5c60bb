import { createHash } from "node:crypto";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { liveBody, runPage, RunRecord, serveReport } from "../../src/report/mod.ts";

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
    reportPath: "runs/a/report.html",
    body() {
      this.drawn++;
      return liveBody(record);
    },
    report: () => runPage(record),
  };
}

Deno.test("serveReport() serves the page, its version and its body, and draws only new versions", async () => {
  const live = liveRun();
  live.add(1);
  const server = serveReport(live);
  try {
    assertMatch(server.url, /^http:\/\/127\.0\.0\.1:\d+\/\w+\/$/);
    assertEquals(live.drawn, 0, "nothing is drawn before the first request");
    const get = async (path: string) => await (await fetch(server.url + path)).text();
    const page = await get("");
    assertStringIncludes(page, "a &lt;run&gt;");
    const scripts = [...page.matchAll(/<script>([^]*?)<\/script>/g)].map(([, script]) => script);
    const hashes = scripts.map((one) => createHash("sha256").update(one).digest("base64"));
    assertStringIncludes(
      page,
      `script-src ${hashes.map((hash) => `&#39;sha256-${hash}&#39;`).join(" ")};`,
    );
    assertEquals(JSON.parse(await get("state")), {
      ...{ version: 1, ended: false, report: "runs/a/report.html" },
    });
    assertStringIncludes(await get("body"), "<main data-axes=");
    assertEquals(await (await fetch(new URL("/", server.url))).text(), page, "the root leads here");
    assertEquals(live.drawn, 1);
    const missing = await fetch(new URL("/run.json", server.url));
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
  const get = async (path: string) => await (await fetch(server.url + path)).text();
  await get("body");
  live.add(7);
  const closing = server.close();
  assertEquals(JSON.parse(await get("state")), {
    ...{ version: 1, ended: true, report: "runs/a/report.html" },
  });
  assertStringIncludes(await get("body"), "<dd>7</dd>");
  assertStringIncludes(await get("report"), "<title>a &lt;run&gt; – run</title>");
  await closing;
});
