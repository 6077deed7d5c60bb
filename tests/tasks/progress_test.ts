import { assert, assertEquals } from "@std/assert";
import {
  createProgress,
  duration,
  logTo,
  type ProgressOutput,
  wrap,
} from "../../tasks/cli/progress.ts";
import { fileUrl, ROOT } from "../../tasks/launch/files.ts";

function screen(terminal: boolean, columns = 200, colors = false) {
  let time = 0;
  const written: string[] = [];
  let moving = false;
  const shown: { note: string; seconds: number }[] = [];
  const output: ProgressOutput = {
    terminal,
    colors,
    columns: () => columns,
    now: () => time,
    write: (text) => void written.push(text),
    move() {
      moving = true;
      return {
        show: ({ note }, seconds) => void shown.push({ note, seconds }),
        pause: (write) => write(),
        stop: () => moving = false,
      };
    },
  };
  return {
    output,
    written,
    pass: (seconds: number) => void (time += seconds * 1000),
    shown,
    isMoving: () => moving,
  };
}

Deno.test("createProgress() writes a line every few seconds without a terminal", () => {
  const { output, written, pass } = screen(false);
  const progress = createProgress({ title: "pretraining", total: 100, output, every: 3 });
  for (let step = 1; step <= 100; step++) {
    pass(0.1);
    progress.update(step, `loss ${step}`);
  }
  progress.end("done");
  assertEquals(written, [
    "pretraining  1/100  1%  10.0 steps/s  0:10 left  loss 1\n",
    "pretraining  31/100  31%  10.0 steps/s  0:07 left  loss 31\n",
    "pretraining  61/100  61%  10.0 steps/s  0:04 left  loss 61\n",
    "pretraining  91/100  91%  10.0 steps/s  0:01 left  loss 91\n",
    "pretraining  100/100  100%  10.0 steps/s  loss 100\n",
    "done\n",
  ]);
});

Deno.test("createProgress() redraws one line on a terminal, and prints log lines above it", () => {
  const { output, written, pass } = screen(true);
  const progress = createProgress({ title: "x", total: 4, output });
  pass(1);
  progress.update(1);
  progress.log("a separate line");
  progress.end("the end");
  const bar = "x  █████░░░░░░░░░░░░░░░  1/4  25%  1.00 steps/s  0:03 left";
  assertEquals(written, [
    `\r\x1b[2K${bar}`,
    "\r\x1b[2K",
    "a separate line\n",
    bar,
    "\r\x1b[2K",
    "the end\n",
  ]);
});

Deno.test("createProgress() leaves out parts of a line that is too long, and never cuts the loss", () => {
  const line = (columns: number) => {
    const { output, written, pass } = screen(true, columns);
    const progress = createProgress({ title: "pretraining", total: 20_000, output });
    pass(1234);
    progress.update(1234, "loss 6.162, 12,849 tokens/s");
    const [text] = written;
    assert(text.length - 5 < columns, `${columns}: ${text.length - 5}`);
    return text.slice(5);
  };
  assertEquals(
    line(120),
    "pretraining  █░░░░░░░░░░░░░░░░░░░  1234/20000  6%  1.00 steps/s  5:12:46 left  loss 6.162  12,849 tokens/s",
  );
  assertEquals(
    line(80),
    "pretraining  █░░░░░░░░░  1234/20000  5:12:46 left  loss 6.162  12,849 tokens/s",
  );
  for (let columns = 79; columns >= 24; columns--) assert(line(columns).includes("loss 6.162"));
});

Deno.test("createProgress() keeps the note, and has the bar moved from the first update to the end", () => {
  const { output, shown, pass, isMoving } = screen(true);
  const progress = createProgress({ title: "x", total: 10, output });
  assert(!isMoving());
  progress.update(0);
  assert(isMoving());
  pass(2);
  progress.update(1, "loss 2.000");
  pass(3);
  progress.update(2);
  assertEquals(shown, [
    { note: "", seconds: 0 },
    { note: "loss 2.000", seconds: 2 },
    { note: "loss 2.000", seconds: 5 },
  ]);
  progress.end();
  assert(!isMoving());
});

const HAS_SCRIPT = await new Deno.Command("script", { args: ["--version"] }).output()
  .then(({ success }) => success, () => false);

/** Checks that the bar moves in a terminal while the main thread computes, for a program that imports this module. */
async function checkBar(module: string): Promise<void> {
  const code = `
    import { createProgress } from ${JSON.stringify(module)};
    const progress = createProgress({ title: "busy", total: 10 });
    progress.update(1, "loss 2.5");
    await new Promise((resolve) => setTimeout(resolve, 300));
    const start = performance.now();
    while (performance.now() - start < 4500);
    progress.end("done");
  `;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, code);
    const { success, stdout } = await new Deno.Command("script", {
      args: [
        "-qec",
        `${Deno.execPath()} run --no-check --reload -A --no-lock ${file}`,
        "/dev/null",
      ],
      stdin: "null",
    }).output();
    const text = new TextDecoder().decode(stdout);
    assert(success, text);
    // Once by the main thread, and about four times by the other one while the main thread computes.
    assert(text.split("busy").length - 1 >= 4, text);
    assert(text.trimEnd().endsWith("done"), text);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test({
  name: "the bar of a terminal moves while the main thread is busy",
  ignore: !HAS_SCRIPT,
  fn: () => checkBar(`${fileUrl(ROOT)}/tasks/cli/progress.ts`),
});

Deno.test({
  name: "the bar also moves if the modules come from a server, as those of JSR",
  ignore: !HAS_SCRIPT,
  async fn() {
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      async (request) => {
        const path = `${ROOT}${new URL(request.url).pathname}`;
        return new Response(await Deno.readTextFile(path), {
          headers: { "content-type": "application/typescript" },
        });
      },
    );
    await checkBar(`http://127.0.0.1:${server.addr.port}/tasks/cli/progress.ts`);
  },
});

Deno.test({
  name:
    "a terminal with TERM=dumb gets lines, and one with NO_COLOR a bar, without escape sequences for colors",
  ignore: !HAS_SCRIPT,
  async fn() {
    const code = `
      import { createProgress } from ${JSON.stringify(`${fileUrl(ROOT)}/tasks/cli/progress.ts`)};
      import { showsColors } from ${JSON.stringify(`${fileUrl(ROOT)}/tasks/cli/terminal.ts`)};
      const progress = createProgress({ title: "busy", total: 10 });
      progress.update(1, "loss 2.5");
      progress.log("a line");
      progress.end(\`colors \${showsColors()}\`);
    `;
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    const shown = async (flags: string, env: Record<string, string>) => {
      const { stdout } = await new Deno.Command("script", {
        args: ["-qec", `${Deno.execPath()} run --no-check ${flags} --no-lock ${file}`, "/dev/null"],
        env: { TERM: "xterm", NO_COLOR: "", ...env },
        stdin: "null",
      }).output();
      const text = new TextDecoder().decode(stdout);
      assert(text.includes("loss 2.5"), text);
      const escapes = text.includes("\x1b[2K"), colors = text.includes("\x1b[1mloss");
      assertEquals(text.includes("colors true"), colors, text);
      return { escapes: text.includes("\x1b"), bar: escapes, colors };
    };
    try {
      await Deno.writeTextFile(file, code);
      assertEquals(await shown("-A", {}), { escapes: true, bar: true, colors: true });
      assertEquals(await shown("-A", { TERM: "dumb" }), {
        escapes: false,
        bar: false,
        colors: false,
      });
      assertEquals(await shown("-A", { NO_COLOR: "1" }), {
        escapes: true,
        bar: true,
        colors: false,
      });
      // Without permission to read TERM, the terminal is taken for a usual one.
      const { bar } = await shown("--no-prompt --allow-read --allow-env=NO_COLOR", {});
      assert(bar);
    } finally {
      await Deno.remove(file);
    }
  },
});

Deno.test("createProgress() uses colors only if the terminal has them, and no color counts as width", () => {
  const draw = (colors: boolean, columns: number) => {
    const { output, written, pass } = screen(true, columns, colors);
    const progress = createProgress({ title: "pretraining", total: 100, output });
    pass(10);
    progress.update(10, "loss 1.5");
    return written[0].slice(5);
  };
  // deno-lint-ignore no-control-regex
  const plain = (text: string) => text.replace(/\x1b\[\d*m/g, "");
  for (const columns of [200, 60]) {
    assert(draw(true, columns).includes("\x1b[1mloss 1.5\x1b[0m"));
    assertEquals(plain(draw(true, columns)), draw(false, columns));
  }
});

Deno.test("wrap() breaks lines between words", () => {
  assertEquals(wrap("one two three four", 10), "one two\n  three\n  four");
  assertEquals(wrap("a /very/long/path b", 8), "a\n  /very/long/path\n  b");
  assertEquals(wrap("albert a --b c", 13, " \\"), "albert a \\\n  --b c");
});

Deno.test("createProgress() computes the rate of a resumed run from its start", () => {
  const { output, written, pass } = screen(false);
  const progress = createProgress({ title: "t", total: 120, from: 100, output });
  pass(10);
  progress.update(110);
  assertEquals(written, ["t  110/120  91%  1.00 steps/s  0:10 left\n"]);
});

Deno.test("createProgress() computes the rate from the step at which a run resumes", () => {
  const { output, written, pass } = screen(false);
  const progress = createProgress({ title: "t", total: 120, output });
  pass(100);
  progress.resume(100);
  pass(10);
  progress.update(110);
  assertEquals(written, ["t  110/120  91%  1.00 steps/s  0:10 left\n"]);
});

Deno.test("createProgress() formats bytes in kilobytes and megabytes", () => {
  const { output, written, pass } = screen(false);
  const progress = createProgress({ title: "t", unit: "byte", total: 12_195_257, output });
  pass(10);
  progress.update(8_032_330);
  const endless = createProgress({ title: "t", unit: "byte", output });
  pass(1);
  endless.update(512);
  assertEquals(written, [
    "t  8.03 MB/12.2 MB  65%  803 kB/s  0:05 left\n",
    "t  512 B  512 B/s\n",
  ]);
});

Deno.test("createProgress() writes nothing if it is quiet", () => {
  const { output, written } = screen(false);
  const progress = createProgress({ title: "t", output, quiet: true });
  progress.update(1);
  progress.log("x");
  progress.end("y");
  assertEquals(written, []);
});

Deno.test("duration() formats minutes and hours as a clock", () => {
  assertEquals([0, 9.4, 75, 3725, 360_000].map(duration), [
    "0:00",
    "0:09",
    "1:15",
    "1:02:05",
    "100:00:00",
  ]);
});

Deno.test("progress that nobody can read does not end the work", () => {
  const { writeSync } = Deno.stderr;
  let calls = 0;
  Deno.stderr.writeSync = () => {
    calls++;
    throw new Deno.errors.BrokenPipe("Broken pipe (os error 32)");
  };
  try {
    const progress = createProgress({ title: "x" });
    progress.log("a line");
    progress.update(1);
    logTo({})("a line");
    progress.end("the end");
  } finally {
    Deno.stderr.writeSync = writeSync;
  }
  assert(calls >= 4, `${calls}`);
});
