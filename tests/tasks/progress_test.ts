import { assert, assertEquals } from "@std/assert";
import { createProgress, duration, type ProgressOutput } from "../../tasks/cli/progress.ts";

function screen(terminal: boolean, columns = 200) {
  let time = 0;
  const written: string[] = [];
  const output: ProgressOutput = {
    terminal,
    columns: () => columns,
    now: () => time,
    write: (text) => void written.push(text),
  };
  return { output, written, pass: (seconds: number) => void (time += seconds * 1000) };
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

Deno.test("createProgress() redraws one line on a terminal, no wider than the terminal", () => {
  const { output, written, pass } = screen(true, 40);
  const progress = createProgress({ title: "x", total: 4, output });
  pass(1);
  progress.update(1);
  progress.log("a separate line");
  pass(1);
  progress.update(2, "a note that is much too long for this narrow screen");
  progress.end();
  assertEquals(written[0], "\r\x1b[2Kx  █████░░░░░░░░░░░░░░░  1/4  25%  1.00"); // cut at 39
  assertEquals(written.slice(1, 4), [
    "\r\x1b[2K",
    "a separate line\n",
    written[0].replace("\r\x1b[2K", ""),
  ]);
  assert(written[4].startsWith(`\r\x1b[2Kx  ${"█".repeat(10)}${"░".repeat(10)}  2/4`), written[4]);
  assertEquals(written.at(-1), "\r\x1b[2K");
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
