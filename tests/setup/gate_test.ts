import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ROOT } from "../../tasks/launch/files.ts";
import { runStages, type Stage, type StageContext } from "../../tasks/ok/run_stages.ts";
import { countOf, runTests } from "../../tasks/ok/tests.ts";
import { prepareConfig, readSettings } from "../../tasks/launch/config.ts";
import { silentSeconds } from "../../tasks/ok/deno_command.ts";

async function quietContext(): Promise<StageContext> {
  return { config: await prepareConfig(() => {}), paths: [], slow: false, show: false };
}

Deno.test("countOf() adds up the suites of a JUnit report", () => {
  const junit = `<?xml version="1.0"?>
    <testsuites name="deno test" tests="7" failures="2" errors="0" time="1">
      <testsuite name="./a_test.ts" tests="4" disabled="1" errors="0" failures="1"></testsuite>
      <testsuite name="./b_test.ts" tests="3" disabled="0" errors="1" failures="0"></testsuite>
    </testsuites>`;
  assertEquals(countOf(junit), { passed: 4, failed: 2, skipped: 1 });
  assertEquals(countOf(""), { passed: 0, failed: 0, skipped: 0 });
});

Deno.test("runStages() continues after a failure and counts a stage that throws as failed", async () => {
  const context = await quietContext();
  const printed: unknown[] = [];
  const good: Stage = () => Promise.resolve({ passed: 2, failed: 0, skipped: 1 });
  const bad: Stage = () => Promise.reject(new Error("a stage that throws, on purpose"));
  const results = await runStages(
    [{ name: "bad", run: bad }, { name: "good", run: good }],
    context,
    (line) => void printed.push(line),
  );
  assertEquals(printed.slice(0, 2), ["\n== bad", "a stage that throws, on purpose"]);
  assertEquals(
    results.map(({ name, passed, failed, skipped }) => [name, passed, failed, skipped]),
    [
      ["bad", 0, 1, 0],
      ["good", 2, 0, 1],
    ],
  );
});

Deno.test("runTests() counts passed, failed and skipped tests, and a file that cannot be loaded", async () => {
  const folder = await Deno.makeTempDir();
  const context = await quietContext();
  await Deno.writeTextFile(
    `${folder}/a_test.ts`,
    `Deno.test("fine", () => {});
     Deno.test("fails on purpose", () => { throw new Error("on purpose"); });
     Deno.test.ignore("left out", () => {});`,
  );
  assertEquals(await runTests(context, [folder]), { passed: 1, failed: 1, skipped: 1 });
  await Deno.writeTextFile(`${folder}/a_test.ts`, `import "./not_there.ts";`);
  assertEquals(await runTests(context, [folder]), { passed: 0, failed: 1, skipped: 0 });
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name: "runStages() counts the WebGPU dispatches of tests",
  ignore: (await navigator.gpu?.requestAdapter() ?? null) === null,
  async fn() {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(
      `${folder}/a_test.ts`,
      `Deno.test("dispatches", async () => {
         const device = await (await navigator.gpu.requestAdapter()).requestDevice();
         const code = "@compute @workgroup_size(1) fn main() {}";
         const module = device.createShaderModule({ code });
         const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
         const commands = device.createCommandEncoder();
         const pass = commands.beginComputePass();
         pass.setPipeline(pipeline);
         for (let run = 0; run < 3; run++) pass.dispatchWorkgroups(1);
         pass.end();
         device.queue.submit([commands.finish()]);
         await device.queue.onSubmittedWorkDone();
         device.destroy();
       });`,
    );
    const run: Stage = (context) => runTests(context, [folder]);
    const [stage] = await runStages([{ name: "tests", run }], await quietContext(), () => {});
    assertEquals([stage.passed, stage.failed, stage.dispatches], [1, 0, 3]);
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("runTests() stops a run that hangs and counts it as one failure", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${folder}/a_test.ts`,
    `Deno.test("fine", () => {});
     Deno.test("hangs", () => new Promise((resolve) => setTimeout(resolve, 60_000)));`,
  );
  const count = await runTests(await quietContext(), [folder], 2);
  assertEquals(count, { passed: 1, failed: 1, skipped: 0 });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("runTests() stops a run that computes forever", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${folder}/a_test.ts`,
    `Deno.test("fine", () => {}); Deno.test("loops", () => { while (true); });`,
  );
  const count = await runTests(await quietContext(), [folder], 2);
  assertEquals(count, { passed: 1, failed: 1, skipped: 0 });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("silentSeconds() counts waiting and computing, but not waiting for the processor", () => {
  const start = { at: 100, computed: 7, ready: true };
  for (
    const [name, computed, ready, counted] of [
      ["waits for a timer", 0, false, 10],
      ["waits, with short work in between", 0.1, false, 10],
      ["computes on one core", 10, true, 10],
      ["computes on four cores", 40, true, 10],
      ["computes on a quarter of a core", 2.5, true, 2.5],
      ["gets no core", 0, true, 0],
      ["computes a little, and sleeps when it is looked at", 2, false, 2],
    ] as const
  ) {
    const end = { at: 110, computed: 7 + computed, ready };
    assertEquals(silentSeconds(start, end), counted, name);
  }
});

Deno.test("ok rejects unknown options and stages", async () => {
  for (const args of [["--fast"], ["--only", "style"]]) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-config", "--no-lock", `${ROOT}/tasks/ok.ts`, ...args],
    }).output();
    assertEquals(code, 2);
    assertStringIncludes(new TextDecoder().decode(stderr), `ok: unknown`);
  }
});

Deno.test("deno.lock contains every npm package of imports.json at its version", async () => {
  const { imports } = await readSettings();
  const { specifiers } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.lock`));
  const packages = Object.values(imports).filter((target) => target.startsWith("npm:"))
    .map((target) => /^npm:(?:@[^/]+\/)?[^/]+/.exec(target)![0]);
  assert(packages.length > 0);
  assertEquals(packages.filter((target) => !Object.hasOwn(specifiers, target)), []);
});
