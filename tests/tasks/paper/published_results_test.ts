// The folder of published results: read and extended by runs of the same data only.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runAlbert } from "../albert_process.ts";

/** Runs `paper` for smoke and returns its output. */
async function paper(...words: string[]): Promise<{ stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await runAlbert(["paper", ...words]);
  assertEquals(code, 0, stderr);
  return { stdout, stderr };
}

Deno.test("published results serve runs of the same data and their status; a run of other data leaves them alone", async () => {
  const folder = await Deno.makeTempDir();
  const [first, second, other, results] = ["first", "second", "other", "results"]
    .map((name) => `${folder}/${name}`);
  const run = async (output: string, ...words: string[]) =>
    await paper(
      ...["run", ...words, "--preset", "smoke", "--device", "cpu", "--benchmarks", "none"],
      ...["--results", results, "--output", output, "--json"],
    );
  const textOf = (name: string) => Deno.readTextFile(`${results}/${name}`);
  try {
    const rows = ["table-5", "--rows", "none", "nsp"];
    assertEquals(JSON.parse((await run(first, ...rows)).stdout).ran, 2);
    const published = [await textOf("data.json"), await textOf("paper.json")];

    assertEquals(JSON.parse((await run(second, ...rows)).stdout).ran, 0);
    assertEquals([await textOf("data.json"), await textOf("paper.json")], published);
    const status = async (...flags: string[]) =>
      JSON.parse((await paper("status", "--output", second, "--json", ...flags)).stdout).counts;
    assertEquals(await status("--results", results), { jobs: 2, done: 2, open: 0 });
    assertEquals(await status(), { jobs: 2, done: 0, open: 2 });

    // A job that does not depend on the difference is found, and nothing is added.
    const less = await run(`${folder}/less`, "table-5", "--rows", "none", "--without", "sst-2");
    assertEquals(JSON.parse(less.stdout).ran, 0, less.stderr);
    assertEquals([await textOf("data.json"), await textOf("paper.json")], published);

    const { stdout, stderr } = await run(other, "table-5", "--rows", "none", "--seed", "7");
    assertEquals(JSON.parse(stdout).ran, 1);
    assertStringIncludes(stderr, `${results} has results of other data`);
    assertEquals([await textOf("data.json"), await textOf("paper.json")], published);
    assertEquals([...Deno.readDirSync(`${results}/cells`)].length, 2);
    const report = await paper("report", "--output", `${folder}/report`, "--results", results);
    assert(report.stdout.includes("index.html"));
    const readme = await Deno.readTextFile(`${folder}/report/report/README.md`);
    assertStringIncludes(readme, "Jobs: 2 finished, 0 failed");
    const publish = ["paper", "report", "--output", other, "--results", results, "--publish"];
    const refused = await runAlbert(publish);
    assertEquals(refused.code, 2, refused.stderr);
    assertStringIncludes(refused.stderr, "choose another --results");

    // Results of another version, whose settings have other addresses.
    for (const { name } of Deno.readDirSync(`${results}/cells`)) {
      const cell = JSON.parse(await textOf(`cells/${name}`));
      await Deno.remove(`${results}/cells/${name}`);
      const renamed = { ...cell, address: cell.address.replaceAll(/[0-9]/g, "a") };
      await Deno.writeTextFile(`${results}/cells/x${name}`, JSON.stringify(renamed));
    }
    const words = ["report", "--output", `${folder}/none`, "--results", results, "--publish"];
    const empty = await runAlbert(["paper", ...words]);
    assertEquals(empty.code, 1, empty.stderr);
    assertStringIncludes(
      empty.stderr,
      `${results} has 2 results, but none of the preset smoke as this version has it`,
    );
    assertEquals([...Deno.readDirSync(results)].some(({ name }) => name.endsWith(".md")), false);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
