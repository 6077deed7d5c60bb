// Opening an adapter in a program that the launcher did not start.
import { assertEquals } from "@std/assert";
import { prepareConfig } from "../../tasks/launch/config.ts";

Deno.test("opening a GPU prints no warning where XDG_RUNTIME_DIR is not set, and leaves it so", async () => {
  const { flags } = await prepareConfig(() => {});
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    script,
    `import { openDevice } from ${
      JSON.stringify(new URL("../../src/device/mod.ts", import.meta.url))
    };
     const device = await openDevice({ device: "webgpu" }).catch(() => null); // there may be no GPU
     await device?.destroy();
     console.log(Deno.env.get("XDG_RUNTIME_DIR"));`,
  );
  const { XDG_RUNTIME_DIR: _, ...env } = Deno.env.toObject();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-all", ...flags, script],
    env,
    clearEnv: true,
  }).output();
  const decoder = new TextDecoder();
  assertEquals([code, decoder.decode(stdout), decoder.decode(stderr)], [0, "undefined\n", ""]);
  await Deno.remove(script);
});
