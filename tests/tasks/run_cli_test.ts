import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { dashes } from "../../tasks/cli/run.ts";
import { runAlbert } from "./albert_process.ts";

Deno.test("dashes() rewrites the name of an option and nothing else", () => {
  assertEquals(dashes("--max_seq_length"), "--max-seq-length");
  assertEquals(dashes("--output_dir=my_folder/a_b"), "--output-dir=my_folder/a_b");
  assertEquals(dashes("--learning-rate_min=1"), "--learning-rate-min=1");
  for (const word of ["my_file.txt", "-x_y", "--", "_", "--a b_c", "--_x", "___", "a=--b_c"]) {
    assertEquals(dashes(word), word);
  }
});

Deno.test("albert help lists the commands on standard output and exits with 0", async () => {
  const { code, stdout } = await runAlbert(["help"]);
  assertEquals(code, 0);
  for (const name of ["completions", "help", "--device", "--seed", "--quiet", "--json"]) {
    assertStringIncludes(stdout, name);
  }
});

Deno.test("albert exits with 2 and one sentence for a usage error, in either spelling", async () => {
  const { code, stdout, stderr } = await runAlbert(["completions", "--no_such_thing"]);
  assertEquals({ code, stdout }, { code: 2, stdout: "" });
  assertMatch(stderr, /^albert: Unknown option "--no-such-thing"\. Did you mean option ".+"\?\n$/);
});

Deno.test("albert exits with 2 for an unknown device and lists the devices", async () => {
  const { code, stderr } = await runAlbert(["--device", "gpu", "help"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, '"auto", "webgpu", "cpu"');
});

Deno.test("albert shows the stack of an error under ALBERT_DEBUG=1 only", async () => {
  const words = ["no-such-command"];
  assertEquals((await runAlbert(words)).stderr.split("\n").length, 2);
  assertMatch((await runAlbert(words, { env: { ALBERT_DEBUG: "1" } })).stderr, /\n\s+at .*run\.ts/);
});

Deno.test({
  name: "albert completions prints a script that bash can read",
  ignore: Deno.build.os === "windows",
  fn: bashReadsTheScript,
});

async function bashReadsTheScript() {
  const { code, stdout } = await runAlbert(["completions", "bash"]);
  assertEquals(code, 0);
  const bash = await new Deno.Command("bash", { args: ["-n", "/dev/stdin"], stdin: "piped" })
    .spawn();
  const writer = bash.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdout));
  await writer.close();
  assertEquals((await bash.status).code, 0);
}
