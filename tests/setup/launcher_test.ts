import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { linkedConfig, readSettings, readStandIns } from "../../tasks/launch/config.ts";
import { cacheFolder, fileUrl, isDue, ROOT, shortHash } from "../../tasks/launch/files.ts";
import { checkVersion } from "../../src/files/mod.ts";
import { allCached, cachedCheck, jsrSpecifiers, registryAnswers } from "../../tasks/launch/jsr.ts";
import { needsOf, toolCommand, TOOLS } from "../../tasks/launch/tools.ts";
import { hasBlas, hasVulkan } from "../../tasks/launch/system.ts";

const windows = Deno.build.os === "windows";

Deno.test("checkVersion() rejects an older Deno and accepts a newer one", () => {
  assertEquals(checkVersion("2.9.6"), undefined);
  assertEquals(checkVersion("2.10.0"), undefined);
  assertEquals(checkVersion("3.0.0-rc.1"), undefined);
  for (const old of ["2.9.5", "2.8.12", "1.46.3"]) {
    assertStringIncludes(checkVersion(old)!, `Deno ${old} is too old`);
  }
});

Deno.test("cacheFolder() uses ALBERT_CACHE, then the system's convention, and works without a home folder", () => {
  assertEquals(cacheFolder({ ALBERT_CACHE: "/x", HOME: "/h" }, "linux"), "/x");
  assertEquals(cacheFolder({ XDG_CACHE_HOME: "/c", HOME: "/h" }, "linux"), "/c/albert-lab");
  assertEquals(
    cacheFolder({ XDG_CACHE_HOME: "relative", HOME: "/h" }, "linux"),
    "/h/.cache/albert-lab",
  );
  assertEquals(cacheFolder({ HOME: "/h" }, "darwin"), "/h/Library/Caches/albert-lab");
  assertEquals(cacheFolder({}, "linux", 1000), "/tmp/albert-lab-1000");
  assertEquals(cacheFolder({ TMPDIR: "/t", HOME: "/" }, "darwin", 501), "/t/albert-lab-501");
  assertEquals(cacheFolder({}, "linux", null), "/tmp/albert-lab");
  assertEquals(cacheFolder({ LOCALAPPDATA: "C:\\u" }, "windows"), "C:\\u\\albert-lab");
  assertEquals(cacheFolder({ TEMP: "C:\\t" }, "windows"), "C:\\t\\albert-lab");
});

Deno.test("linkedConfig() makes all paths absolute", async () => {
  const root = "/with a space/albert";
  const url = fileUrl(root);
  const standIns = [{ folder: `${root}/tasks/airgap/a`, name: "@std/a", exports: ["."] }];
  const config = {
    name: "@albert-lab/albert",
    exports: { ".": "./mod.ts", "./text": "./src/text/mod.ts" },
    imports: { "@std/a": "jsr:@std/a@^1", pbf: "npm:pbf@5.1.2", "#own": "./src/own.ts" },
    tasks: {},
    publish: {},
  };
  const text = linkedConfig(config, standIns, root);
  assertEquals(JSON.parse(text), {
    imports: {
      "@std/a": "jsr:@std/a@^1",
      pbf: "npm:pbf@5.1.2",
      "#own": `${url}/src/own.ts`,
      "@albert-lab/albert": `${url}/mod.ts`,
      "@albert-lab/albert/text": `${url}/src/text/mod.ts`,
    },
    lock: false,
    links: [`${root}/tasks/airgap/a`],
  });
  // Each checkout gets its own file, since the file name is the hash of the content.
  assertEquals(await shortHash(text), await shortHash(linkedConfig(config, standIns, root)));
  assert(await shortHash(text) !== await shortHash(linkedConfig(config, standIns, "/elsewhere")));
});

Deno.test("fileUrl() converts paths to URLs, also those of servers on Windows", () => {
  const urls: Record<string, string> = windows
    ? {
      "C:\\a b\\#c": "file:///C:/a%20b/%23c",
      "\\\\server\\share\\a b": "file://server/share/a%20b",
    }
    : { "/a b/#c": "file:///a%20b/%23c", "/100%/a?b": "file:///100%25/a%3Fb" };
  for (const [path, url] of Object.entries(urls)) {
    assertEquals(fileUrl(path), url);
    assertEquals(fileURLToPath(url), path);
  }
  assertEquals(fileURLToPath(fileUrl(ROOT)), ROOT);
});

Deno.test("jsrSpecifiers() lists each package at the export paths of its stand-in", async () => {
  const { imports } = await readSettings();
  const specifiers = jsrSpecifiers(imports, await readStandIns());
  assert(specifiers.includes(`${imports["@cliffy/command"]}/help`), specifiers.join());
  for (const specifier of specifiers) {
    assertMatch(specifier, /^jsr:@[a-z]+\/[a-z]+@\^?[\d.]+(\/[a-z]+)?$/);
  }
});

Deno.test("cachedCheck() checks once per hour, and again if the clock was set back or the file is broken", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/result.json`;
  let checks = 0;
  const check = (now: number, result: boolean) =>
    cachedCheck(path, () => Promise.resolve((checks++, result)), now);
  const start = 1_000_000_000_000;
  assertEquals([await check(start, true), checks], [true, 1]);
  assertEquals([await check(start + 3_599_000, false), checks], [true, 1]);
  assertEquals([await check(start + 3_600_000, false), checks], [false, 2]);
  assertEquals([await check(start, true), checks], [true, 3]);
  await Deno.writeTextFile(path, "{");
  assertEquals([await check(start + 1, false), checks], [false, 4]);
  assertEquals((await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name), [
    "result.json",
  ]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("allCached() is true for modules that need no download", async () => {
  assertEquals(await allCached([`${fileUrl(ROOT)}/src/json/mod.ts`]), true);
  assertEquals(await allCached(["jsr:@albert-lab/no-such-package@^1.0.0"]), false);
});

Deno.test("isDue() is true once a day, and again if the clock was set back or the file is broken", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/notice`;
  const start = 1_000_000_000_000, day = 86_400_000;
  const due = (now: number) => isDue(path, now);
  assertEquals([await due(start), await due(start), await due(start + day - 1)], [
    ...[true, false, false],
  ]);
  assertEquals([await due(start + day), await due(start)], [true, true]);
  await Deno.writeTextFile(path, "{");
  assertEquals([await due(start), await due(start)], [true, false]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("registryAnswers() accepts only a registry that has the package", async () => {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const known = new URL(request.url).pathname === "/@std/assert/meta.json";
    return new Response("{}", { status: known ? 200 : 404 });
  });
  const registry = `http://127.0.0.1:${server.addr.port}/`;
  assertEquals(await registryAnswers(registry, ["jsr:@std/assert@^1.0.0"]), true);
  assertEquals(await registryAnswers(registry, ["jsr:@std/other@^1.0.0"]), false);
  await server.shutdown();
  assertEquals(await registryAnswers(registry, ["jsr:@std/assert@^1.0.0"]), false);
});

Deno.test("needsOf() asks for what the device of a command uses", () => {
  const needs = (words: string, tool = "albert") => {
    const { vulkan, blas } = needsOf(tool, words.split(" ").filter((word) => word !== ""));
    return [vulkan, blas];
  };
  assertEquals(needs("pretrain --config nano"), [true, true]);
  assertEquals(needs("pretrain --device auto --blas none"), [true, false]);
  assertEquals(needs("pretrain --device webgpu"), [true, false]);
  for (const cpu of ["--device cpu", "--device=cpu"]) {
    assertEquals(needs(`pretrain ${cpu}`), [false, false]);
    assertEquals(needs(`pretrain ${cpu} --blas auto`), [false, true]);
    assertEquals(needs(`pretrain ${cpu} --blas /my/libblas.so`), [false, false]);
  }
  for (const words of ["pretrain --help", "tokenize --vocab x", ""]) {
    assertEquals(needs(words), [false, false]);
  }
  assertEquals(needs("", "demo"), [true, true]);
  assertEquals(needs("", "docs"), [false, false]);
  assertEquals(needs("plan --adapter rdna3", "kernels"), [false, false]);
  assertEquals(needs("show reduce.sum", "kernels"), [true, true]);
});

Deno.test("toolCommand() gives the albert tool neither all permissions nor --allow-run", () => {
  const config = { path: "/c.json", flags: ["--config", "/c.json", "--no-lock"], jsr: false };
  const args = toolCommand(TOOLS.albert, config, ["help", "--x y"]);
  assertEquals(args.slice(-3), [`${ROOT}/tasks/cli.ts`, "help", "--x y"]);
  assert(args.includes("--no-prompt"));
  for (const forbidden of ["-A", "--allow-all", "--allow-run"]) assert(!args.includes(forbidden));
});

Deno.test({
  name: "hasVulkan() requires a loader and a driver's manifest, or VK_DRIVER_FILES",
  ignore: windows,
  fn: async () => {
    const root = await Deno.makeTempDir();
    const here = (environment = {}) => hasVulkan(environment, root);
    assertEquals(await here(), false);
    await Deno.mkdir(`${root}/usr/share/vulkan/icd.d`, { recursive: true });
    await Deno.mkdir(`${root}/opt/lib`, { recursive: true });
    await Deno.writeTextFile(`${root}/opt/lib/libvulkan.so.1`, "");
    assertEquals(await here({ LD_LIBRARY_PATH: "/opt/lib" }), false);
    await Deno.writeTextFile(`${root}/usr/share/vulkan/icd.d/lvp_icd.json`, "{}");
    assertEquals(await here(), false);
    assertEquals(await here({ LD_LIBRARY_PATH: ":/opt/lib" }), true);
    assertEquals(await here({ VK_DRIVER_FILES: "/my/driver.json" }), true);
    await Deno.remove(root, { recursive: true });
  },
});

Deno.test({
  name: "hasBlas() finds a library at its path, in the system's folders and in LD_LIBRARY_PATH",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const root = await Deno.makeTempDir();
    const here = (environment = {}) => hasBlas(environment, root);
    const put = async (path: string) => {
      await Deno.mkdir(`${root}${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
      await Deno.writeTextFile(`${root}${path}`, "");
    };
    await put("/usr/lib/libblas.so.3"); // the slow reference implementation
    await put("/opt/mkl/libmkl_rt.so.2");
    assertEquals(await here(), false);
    assertEquals(await here({ LD_LIBRARY_PATH: "/opt/mkl" }), true);
    await put("/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblas.so.0");
    assertEquals(await here(), true);
    await Deno.remove(`${root}/usr`, { recursive: true });
    await put("/usr/lib64/libopenblasp.so.0");
    assertEquals(await here(), true);
    await Deno.remove(root, { recursive: true });
  },
});
