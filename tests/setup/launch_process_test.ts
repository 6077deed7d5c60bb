// Tests the launcher as a process: a copy of it, in a folder with spaces in its name, runs small tools.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ROOT } from "../../tasks/launch/files.ts";

const posix = Deno.build.os !== "windows";
const decoder = new TextDecoder();

interface Checkout extends AsyncDisposable {
  root: string;
  cache: string;
  /** Writes the source of the tool. */
  write(tool: string): Promise<void>;
  /** Writes the source of the tool and starts the launcher for it, in the folder around the checkout by default. */
  start(
    tool: string,
    args?: string[],
    env?: Record<string, string>,
    cwd?: string,
  ): Promise<Deno.ChildProcess>;
}

async function checkout(): Promise<Checkout> {
  const folder = await Deno.makeTempDir({ prefix: "albert launch " });
  const [root, cache] = [`${folder}/a checkout`, `${folder}/the cache`];
  await copy(`${ROOT}/tasks/launch`, `${root}/tasks/launch`);
  await copy(`${ROOT}/tasks/airgap`, `${root}/tasks/airgap`);
  await copy(`${ROOT}/src/files`, `${root}/src/files`);
  await Deno.mkdir(`${root}/src/device/cpu`, { recursive: true });
  const files = ["tasks/launch.ts", "deno.json", "imports.json", "deno.lock", "mod.ts"];
  for (const file of [...files, "src/device/cpu/blas_libraries.ts"]) {
    await Deno.copyFile(`${ROOT}/${file}`, `${root}/${file}`);
  }
  const write = (tool: string) => Deno.writeTextFile(`${root}/tasks/golden.ts`, tool);
  return {
    root,
    cache,
    write,
    start: async (tool, args = [], env = {}, cwd = folder) => {
      await write(tool);
      return new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-A",
          "--no-config",
          "--no-lock",
          `${root}/tasks/launch.ts`,
          "golden",
          ...args,
        ],
        cwd,
        env: {
          ALBERT_CACHE: cache,
          ALBERT_JSR: "never",
          ALBERT_NO_INSTALL: "1",
          NO_COLOR: "1",
          ...env,
        },
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    if (entry.isDirectory) await copy(`${from}/${entry.name}`, `${to}/${entry.name}`);
    else await Deno.copyFile(`${from}/${entry.name}`, `${to}/${entry.name}`);
  }
}

async function finish(child: Deno.ChildProcess) {
  await child.stdin.close().catch(() => {}); // The test may have closed it.
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("launch forwards arguments, standard input, the user's folder and the exit code", async () => {
  await using here = await checkout();
  const tool = `
    import { assertEquals } from "@std/assert";
    import { Command } from "@cliffy/command";
    assertEquals(new Command().name("x").getName(), "x");
    console.log(JSON.stringify([Deno.args, Deno.cwd(), Deno.env.get("INIT_CWD") ?? null]));
    console.log((await new Response(Deno.stdin.readable).text()).length);
    Deno.exit(7);`;
  const elsewhere = await Deno.realPath(`${here.root}/..`);
  const args = ["--device=cpu", "two words", "", "--", "-x"];
  const child = await here.start(tool, args, { INIT_CWD: elsewhere }, here.root);
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("12345"));
  writer.releaseLock();
  const { code, stdout, stderr } = await finish(child);
  assertEquals(code, 7, stderr);
  const [first, second] = stdout.trim().split("\n");
  assertEquals(JSON.parse(first), [args, elsewhere, null]);
  assertEquals(second, "5");
  assertMatch(
    stderr,
    /^Cannot reach JSR\. Using the stand-ins in tasks\/airgap \(.+\)\.\n$/,
  );
});

Deno.test("launch ignores the folder of another project's task", async () => {
  await using here = await checkout();
  const project = await Deno.realPath(`${here.root}/..`);
  const child = await here.start("console.log(Deno.cwd());", [], { INIT_CWD: here.root }, project);
  const { code, stdout, stderr } = await finish(child);
  assertEquals([code, stdout], [0, `${project}\n`], stderr);
});

Deno.test("launch logs about JSR once a day, and not with --quiet", async () => {
  await using here = await checkout();
  const { code, stdout, stderr } = await finish(
    await here.start("console.log(Deno.args.join());", ["--quiet"]),
  );
  assertEquals([code, stdout, stderr], [0, "--quiet\n", ""]);
  const logs = [];
  for (let run = 0; run < 2; run++) logs.push((await finish(await here.start(""))).stderr);
  assertMatch(logs[0], /^Cannot reach JSR/);
  assertEquals(logs[1], "");
});

Deno.test("launch runs in parallel and leaves one configuration", async () => {
  await using here = await checkout();
  const children = await Promise.all(
    Array.from({ length: 6 }, () => here.start(`console.log("ran")`, ["--device", "cpu"])),
  );
  for (const { code, stdout, stderr } of await Promise.all(children.map(finish))) {
    assertEquals({ code, stdout }, { code: 0, stdout: "ran\n" }, stderr);
  }
  const names = (await Array.fromAsync(Deno.readDir(here.cache))).map((entry) => entry.name);
  assertEquals(names.filter((name) => name.endsWith(".tmp")), []);
  assertEquals(names.filter((name) => /^deno-[0-9a-f]{16}\.json$/.test(name)).length, 1);
});

Deno.test("launch lists the tools if the tool is unknown", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", "--no-lock", `${ROOT}/tasks/launch.ts`, "nonsense"],
    stderr: "piped",
  }).output();
  assertEquals(code, 2);
  assertStringIncludes(decoder.decode(stderr), 'unknown tool "nonsense", expected one of albert');
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test({
    name: `launch forwards ${signal} once and returns the tool's exit code`,
    ignore: !posix,
    fn: async () => {
      await using here = await checkout();
      const tool = `
        let count = 0;
        Deno.addSignalListener("${signal}", () => {
          if (++count > 1) return console.log("again");
          console.log("stopping");
          setTimeout(() => Deno.exit(5), 200);
        });
        console.log("ready");
        setInterval(() => {}, 1000);`;
      const child = await here.start(tool, ["--device", "cpu"]);
      const reader = child.stdout.getReader();
      assertEquals(decoder.decode((await reader.read()).value), "ready\n");
      child.kill(signal);
      child.kill(signal); // as if the terminal and the task runner each sent it
      let rest = "";
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        rest += decoder.decode(part.value);
      }
      assertEquals(rest, "stopping\n");
      assertEquals((await child.status).code, 5);
      await child.stdin.close();
      await child.stderr.cancel();
    },
  });
}

Deno.test({
  name: "launch exits with 128 + n if signal n killed the tool",
  ignore: !posix,
  fn: async () => {
    await using here = await checkout();
    const child = await here.start(`Deno.kill(Deno.pid, "SIGKILL");`, ["--device", "cpu"]);
    assertEquals((await finish(child)).code, 137);
  },
});

Deno.test({
  name: "a tool exits soon after its task or its launcher is killed",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using here = await checkout();
    await copy(`${ROOT}/tasks/cli`, `${here.root}/tasks/cli`);
    await here.write(`
      import { followLauncher } from "./cli/interrupt.ts";
      followLauncher();
      console.log(Deno.pid, Deno.ppid);
      setTimeout(() => {}, 30_000);`);
    for (const victim of ["task", "launcher"]) {
      const { root } = here;
      const shell =
        `deno run -A --no-config --no-lock "${root}/tasks/launch.ts" golden --device cpu; :`;
      const task = new Deno.Command("sh", {
        args: ["-c", shell],
        env: { ALBERT_CACHE: here.cache, ALBERT_JSR: "never", PATH: pathWithDeno() },
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const reader = task.stdout.getReader();
      const [tool, launcher] = decoder.decode((await reader.read()).value).split(" ").map(Number);
      Deno.kill(victim === "task" ? task.pid : launcher, "SIGKILL");
      assert((await reader.read()).done, "standard output is still open");
      assert(!await isRunning(tool), `the tool still runs after its ${victim} was killed`);
      await task.status;
      reader.releaseLock();
      await task.stdout.cancel();
    }
  },
});

function pathWithDeno(): string {
  return `${Deno.execPath().replace(/\/[^/]+$/, "")}:${Deno.env.get("PATH")}`;
}

async function isRunning(pid: number): Promise<boolean> {
  try {
    return !/^State:\s+Z/m.test(await Deno.readTextFile(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

Deno.test({
  name: "launch sets XDG_RUNTIME_DIR, and works without a home folder",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using here = await checkout();
    const child = await here.start(
      `console.log(Deno.env.get("XDG_RUNTIME_DIR"));`,
      ["--device", "cpu"],
      { XDG_RUNTIME_DIR: "", HOME: "", XDG_CACHE_HOME: "", DENO_DIR: `${here.cache}/deno` },
    );
    const { code, stdout, stderr } = await finish(child);
    assertEquals(code, 0, stderr);
    assert((await Deno.stat(stdout.trim())).isDirectory);
  },
});

const NO_HOME = { ALBERT_CACHE: "", HOME: "", XDG_CACHE_HOME: "" };

Deno.test({
  name: "without a home folder, launch caches in a temporary folder that other users cannot read",
  ignore: !posix,
  fn: async () => {
    await using here = await checkout();
    const TMPDIR = `${here.root}/tmp`;
    const child = await here.start(
      `console.log(Deno.env.get("ALBERT_CACHE"));`,
      ["--device", "cpu"],
      { ...NO_HOME, TMPDIR, DENO_DIR: `${here.cache}/deno` },
    );
    const { code, stdout, stderr } = await finish(child);
    assertEquals([code, stdout], [0, `${TMPDIR}/albert-lab-${Deno.uid()}\n`], stderr);
    assertEquals((await Deno.stat(stdout.trim())).mode! & 0o777, 0o700);
  },
});

Deno.test({
  name: "launch rejects a temporary cache folder of another user in one line",
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0, // Only root can create one.
  fn: async () => {
    await using here = await checkout();
    const TMPDIR = `${here.root}/tmp`, folder = `${TMPDIR}/albert-lab-0`;
    const other = 12_345;
    await Deno.mkdir(folder, { recursive: true });
    await Deno.chown(folder, other, other);
    const child = await here.start("", [], { ...NO_HOME, TMPDIR, DENO_DIR: `${here.cache}/deno` });
    const { code, stderr } = await finish(child);
    assertEquals(
      [code, stderr],
      [
        1,
        `launch: Cannot find a cache folder: ${folder} belongs to another user. ` +
        "Set ALBERT_CACHE to a folder that you can write to.\n",
      ],
    );
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).length, 0);
  },
});
