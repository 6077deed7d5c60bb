import { assertEquals, assertStringIncludes } from "@std/assert";
import { albertModelBytes } from "../text/support/vocabulary.ts";
import { runAlbert } from "./albert_process.ts";

Deno.test("albert tokenize writes one JSON array per line", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/spiece.model`, albertModelBytes());
    const stdin = "Hello world\n\nIt costs 9,\r\nlast";
    const cleaned = await runAlbert(["tokenize", "--vocab", folder], { stdin });
    assertEquals([cleaned.code, cleaned.stderr], [0, ""]);
    assertEquals(cleaned.stdout, "[10975,126]\n[]\n[32,4227,561,15]\n[236]\n");
    const raw = await runAlbert(["tokenize", "--raw", "--vocab", folder], { stdin: "Hello\n" });
    assertEquals(raw.stdout, "[13,1,7523]\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("albert tokenize reports an error as one sentence", async () => {
  const missing = await runAlbert(["tokenize", "--vocab", "no/such/file"], { stdin: "a\n" });
  assertEquals([missing.code, missing.stdout], [1, ""]);
  assertEquals(
    missing.stderr,
    "albert: Cannot find the vocabulary no/such/file: no such file or folder\n",
  );
  const usage = await runAlbert(["tokenize"]);
  assertEquals([usage.code, usage.stdout], [2, ""]);
  assertStringIncludes(usage.stderr, "--vocab");
});
