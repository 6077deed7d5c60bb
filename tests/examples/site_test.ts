import { assertEquals } from "@std/assert";
import { siteHandler } from "../../examples/browser/site.ts";

Deno.test("the playground's files are served under names of this machine only", async () => {
  const handler = siteHandler(new Map([["model/config.json", new TextEncoder().encode("{}")]]));
  const status = (url: string) => handler(new Request(url)).status;
  for (const host of ["localhost:8000", "127.0.0.1:8000", "[::1]:8000"]) {
    assertEquals(status(`http://${host}/model/config.json`), 200, host);
  }
  for (const host of ["evil.example:8000", "localhost.evil.example", "127.0.0.1.nip.io:8000"]) {
    assertEquals(status(`http://${host}/model/config.json`), 403, host);
  }
  // No path leaves the files.
  for (const path of ["..%2f..%2fetc/passwd", "%2e%2e/deno.json", "model/../../deno.json"]) {
    assertEquals(status(`http://localhost:8000/${path}`), 404, path);
  }
  const found = handler(new Request("http://localhost/model/config.json"));
  assertEquals(await found.text(), "{}");
});
