import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { prepareConfig } from "../../tasks/launch/config.ts";
import { toolCommand, TOOLS } from "../../tasks/launch/tools.ts";
import { withFileFirst } from "../../tasks/cli/run.ts";
import { runAlbert } from "./albert_process.ts";

Deno.test("albert help lists the commands on standard output and exits with 0", async () => {
  const { code, stdout } = await runAlbert(["help"]);
  assertEquals(code, 0);
  for (const name of ["completions", "help", "--device", "--seed", "--quiet", "--json"]) {
    assertStringIncludes(stdout, name);
  }
});

for (const noColor of ["", "1"]) {
  Deno.test(`help and versions have no colors in a pipe with NO_COLOR="${noColor}"`, async () => {
    const lines = [
      [],
      ["--quiet"],
      ["--version"],
      ["-V"],
      ["pretrain", "--help"],
      ["help"],
      [
        "vocab",
        "--json",
      ],
      ["completions", "--help"],
      ["completions", "bash", "--quiet"],
      ["help", "--quiet"],
    ];
    for (const words of lines) {
      const { code, stdout, stderr } = await runAlbert(words, { env: { NO_COLOR: noColor } });
      assertEquals({ code, stderr }, { code: 0, stderr: "" }, words.join(" "));
      assert(stdout.length > 6 && !stdout.includes("\x1b"), `${words.join(" ")}: ${stdout}`);
    }
  });
}

Deno.test("albert --version prints the name and the version", async () => {
  const { version } = JSON.parse(await Deno.readTextFile("deno.json"));
  assertEquals((await runAlbert(["--version"])).stdout, `albert ${version}\n`);
});

Deno.test("every line in the list of commands is a sentence", async () => {
  const { stdout } = await runAlbert([]);
  const lines = stdout.slice(stdout.indexOf("Commands:")).trim().split("\n").slice(2);
  assert(lines.length > 14);
  for (const line of lines) assertMatch(line.trim(), /- [A-Z].*\.$/);
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

Deno.test({
  name: "completions bash completes commands and options",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    const config = await prepareConfig(() => {});
    const command = toolCommand(TOOLS.albert, config, ["completions"]).slice(0, -1);
    const words = [Deno.execPath(), ...command].map((word) => `'${word}'`).join(" ");
    await Deno.writeTextFile(`${folder}/albert`, `#!/bin/sh\nexec ${words} "$@"\n`, {
      mode: 0o755,
    });
    const script = [
      "source <(albert completions bash)",
      "complete_line() {",
      '  COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}',
      '  COMPREPLY=(); _albert; echo "${COMPREPLY[*]}"',
      "}",
      "complete_line albert pretr",
      "complete_line albert pretrain --eval-d",
      "complete_line albert finetune glue --tas",
      "complete_line albert predict fill",
    ];
    const { stdout, stderr } = await new Deno.Command("bash", {
      args: ["-c", script.join("\n")],
      env: { PATH: `${folder}:${Deno.env.get("PATH")}` },
    }).output();
    assertEquals(
      new TextDecoder().decode(stdout),
      "pretrain\n--eval-data\n--task\nfill-mask\n",
      new TextDecoder().decode(stderr),
    );
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("errors of the system name the file first, and keep what the command adds", () => {
  for (
    const [text, expected] of [
      ["No such file or directory (os error 2): open 'a b'", "a b: No such file or directory"],
      ["No such file or directory (os error 2)", "No such file or directory"],
      [
        "Busy (os error 16): rename 'it's' -> 'b'; the rest; is kept",
        "it's -> b: Busy; the rest; is kept",
      ],
      ["Cannot read a: Denied (os error 13): open 'a'", "Cannot read a: Denied"],
      [
        "Full (os error 28): write 'a'; more",
        "Full; free some space and run the same command again, with --resume for a training run",
      ],
      ["Nothing of the system", "Nothing of the system"],
    ]
  ) assertEquals(withFileFirst(text), expected);
});
