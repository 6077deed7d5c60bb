import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { RunFolder } from "../../src/train/disk.ts";
import { runAlbert } from "./albert_process.ts";

/** A run folder with one step. */
async function makeRun(path: string, loss: number): Promise<void> {
  const run = await RunFolder.open(path);
  await run.writeSettings({ settings: { seed: loss, schedule: { totalSteps: 10 } } });
  await run.appendEvent({ step: 10, loss });
  await run.close();
}

Deno.test("albert report writes a page for run folders", async (t) => {
  const folder = await Deno.makeTempDir();
  const albert = (...words: string[]) => runAlbert(["report", ...words], { cwd: folder });
  try {
    await makeRun(`${folder}/first`, 3);
    await makeRun(`${folder}/second`, 2);
    await t.step("the page of one run is in its folder", async () => {
      const { code, stdout, stderr } = await albert("first/");
      assertEquals([code, stdout.trim()], [0, "first/report.html"], stderr);
      const page = await Deno.readTextFile(`${folder}/first/report.html`);
      assertStringIncludes(page, "<svg");
      assertStringIncludes(page, "10 of 10");
    });
    await t.step("several runs share a page", async () => {
      const { code, stdout } = await albert("first", "second", "--output", "both.html", "--json");
      assertEquals(code, 0);
      const { report, runs } = JSON.parse(stdout);
      assertEquals(report, "both.html");
      assertEquals(runs.map(({ name, step }: { name: string; step: number }) => [name, step]), [
        ["first", 10],
        ["second", 10],
      ]);
      assertStringIncludes(await Deno.readTextFile(`${folder}/both.html`), "Comparison of 2 runs");
    });
    await t.step(
      "--format prints the events as CSV, and verdicts and results as JSON",
      async () => {
        const csv = await albert("first", "second", "--format", "csv");
        assertEquals([csv.code, csv.stdout], [
          0,
          "run,step,time,loss\nfirst,10,,3\nsecond,10,,2\n",
        ]);
        const json = await albert("first", "--format", "json");
        const [run] = JSON.parse(json.stdout);
        assertEquals([run.name, run.step, run.totalSteps, run.finished], ["first", 10, 10, true]);
        assertEquals(run.verdict.title, "No evaluation yet");
        await albert("first", "--format", "csv", "--output", "first.csv");
        assertEquals(await Deno.readTextFile(`${folder}/first.csv`), "step,time,loss\n10,,3\n");
      },
    );
    await t.step("a folder without a run is rejected with one sentence", async () => {
      const { code, stdout, stderr } = await albert("first", "third");
      assertEquals([code, stdout], [1, ""]);
      assertEquals(stderr.trim(), "albert: third does not exist; expected a folder with run.json");
    });
    await t.step("no argument is a usage error", async () => {
      const { code, stderr } = await albert();
      assertEquals(code, 2);
      assert(stderr.includes("run"), stderr);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
