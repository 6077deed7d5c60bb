// The device that `auto` chooses for a run, and that a resumed run keeps.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openDevice } from "../../src/device/mod.ts";
import { parseSealed, sealedJson } from "../../src/files/mod.ts";
import { smallModelBytes, smallText } from "../data/small_tokenizer.ts";
import { autoAndWebGpu } from "../support/devices.ts";
import { runAlbert } from "./albert_process.ts";

interface RunFile {
  adapter: string;
  flags: Record<string, unknown>;
  determinants: { numerics: Record<string, string> };
}

Deno.test("a run keeps the device that auto chose, and its BLAS library", async (t) => {
  const folder = await Deno.makeTempDir();
  await Deno.writeFile(`${folder}/spiece.model`, smallModelBytes());
  await Deno.writeTextFile(`${folder}/a.txt`, smallText(1, 60));
  const albert = async (...words: string[]) => {
    const { code, stderr } = await runAlbert(words, { cwd: folder });
    assertEquals(code, 0, stderr);
    return stderr;
  };
  const start = (output: string, ...words: string[]) =>
    albert(
      ...["pretrain", "--config", "smoke", "--data", "data", "--output", output, "--steps", "1"],
      ...["--batch-size", "4", "--eval-examples", "4", "--no-tune", ...words],
    );
  let steps = 1;
  const resume = (output: string, ...words: string[]) =>
    albert(
      ...["pretrain", "--output", output, "--resume", "--extend-to", String(++steps)],
      ...["--no-tune", ...words],
    );
  const read = async (run: string): Promise<RunFile> =>
    JSON.parse(await Deno.readTextFile(`${folder}/${run}/run.json`));
  /** Writes `run.json` as earlier versions did. */
  const writeOld = async (run: string) => {
    const path = `${folder}/${run}/run.json`;
    const { flags, ...file } = parseSealed(await Deno.readTextFile(path));
    const { blas: _, learningRate: __, ...kept } = flags as RunFile["flags"];
    const old = { ...file, flags: { ...kept, device: "auto" } };
    await Deno.writeTextFile(path, sealedJson(old));
  };
  const device = await openDevice({ device: "auto" });
  const { description: chosen } = device;
  await device.destroy();
  try {
    await albert("prepare", "--input", "a.txt", "--vocab", "spiece.model", "--output", "data");

    await t.step("chosen by auto, in the log and in run.json", async () => {
      const log = await start("run");
      assertStringIncludes(log, ` 1 step on ${chosen.kind} (${chosen.adapter})`);
      const { adapter, flags } = await read("run");
      assertEquals(adapter, chosen.adapter);
      assertEquals(flags.device, chosen.kind);
      if (chosen.kind === "cpu") assertEquals(flags.blas, chosen.blas ?? "none");
      for (const again of [[], ["--device", "auto", "--blas", "auto"]]) {
        assertStringIncludes(await resume("run", ...again), `(${chosen.adapter})`);
      }
    });

    await t.step("without a BLAS library, also by an earlier version", async () => {
      await start("plain", "--device", "cpu");
      await writeOld("plain");
      assertStringIncludes(await resume("plain"), "threads)");
      const { flags, determinants } = await read("plain");
      assertEquals([flags.device, flags.blas], ["cpu", "none"]);
      assert(determinants.numerics.products.startsWith("WebAssembly"));
    });

    await t.step("and its learning rate, if the default is another one", async () => {
      await start("rate", "--device", "cpu", "--learning-rate", "0.001");
      await writeOld("rate");
      const again = ["pretrain", "--output", "rate", "--resume", "--no-tune"];
      assertStringIncludes(await albert(...again), "rate is finished: step 1");
      assertEquals((await read("rate")).flags.learningRate, 0.001);
    });

    await t.step({
      name: "WebGPU, also on a software adapter that an earlier version chose",
      ignore: autoAndWebGpu().length === 1,
      fn: async () => {
        await start("gpu", "--device", "webgpu");
        assertStringIncludes(await resume("gpu"), "steps on webgpu (");
        await writeOld("gpu");
        assertStringIncludes(await resume("gpu", "--device", "auto"), "steps on webgpu (");
        assertEquals((await read("gpu")).flags.device, "webgpu");
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
