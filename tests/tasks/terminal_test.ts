import { assertEquals, assertStringIncludes } from "@std/assert";
import { guardTerminal, printable } from "../../tasks/cli/terminal.ts";
import { createProgress } from "../../tasks/cli/progress.ts";
import { countingConfig } from "../support/counting_config.ts";
import { toolCommand, TOOLS } from "../../tasks/launch/tools.ts";

/** Moves the cursor, clears the line, sets the title of the window, and rings. */
const HOSTILE = "a\x1b[1A\x1b[2K\x1b]0;title\x07\rb\x9b2Jc\x7f\0";
const SHOWN = "a\\x1b[1A\\x1b[2K\\x1b]0;title\\x07\\x0db\\x9b2Jc\\x7f\\x00";

Deno.test("control characters are visible on a terminal, and colors stay", () => {
  assertEquals(printable(HOSTILE), SHOWN);
  const plain = "a\tb\n\x1b[1;7mword\x1b[0m é 中 🤷🏽 \u200f\u2028";
  assertEquals(printable(plain), plain);
  assertEquals(printable("a\r\nb"), "a\nb");
});

Deno.test("a console is guarded only where it prints on a terminal", () => {
  const printed: unknown[][] = [];
  const target = {
    log: (...values: unknown[]) => void printed.push(["log", ...values]),
    error: (...values: unknown[]) => void printed.push(["error", ...values]),
  };
  guardTerminal(target, { log: true, error: false });
  target.log(HOSTILE, 7);
  target.error(HOSTILE);
  assertEquals(printed, [["log", SHOWN, 7], ["error", HOSTILE]]);
});

Deno.test("notes and lines of a progress bar are guarded on a terminal", () => {
  for (const terminal of [true, false]) {
    let written = "";
    const output = {
      write: (text: string) => void (written += text),
      terminal,
      colors: false,
      columns: () => 200,
      now: () => 0,
      move: () => ({ show() {}, pause: (write: () => void) => write(), stop() {} }),
    };
    const progress = createProgress({ title: "test", total: 2, output });
    progress.update(1, `note ${HOSTILE}`);
    progress.log(`line ${HOSTILE}`);
    progress.end(`last ${HOSTILE}`);
    for (const word of ["note", "line", "last"]) {
      assertStringIncludes(written, `${word} ${terminal ? SHOWN : HOSTILE}`);
    }
  }
});

Deno.test({
  name: "albert prints the text of a file on a terminal without its control characters",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const words = ["predict", "fill-mask", "--quiet", "--device", "cpu", `a\x1b[2Jb [MASK]`];
    const line = toolCommand(TOOLS.albert, await countingConfig(), words);
    const quoted = [Deno.execPath(), ...line].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
    // script runs a command on a terminal.
    const { stdout } = await new Deno.Command("script", {
      args: ["-qec", quoted.join(" "), "/dev/null"],
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stdout);
    assertStringIncludes(text, "a\\x1b[2Jb [MASK]");
    assertEquals(text.includes("\x1b[2J"), false);
  },
});
