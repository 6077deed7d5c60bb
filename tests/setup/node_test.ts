// The package as Node has it: the npm package that Deno and JSR make of it.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type DenoConfig, prepareConfig, readSettings } from "../../tasks/launch/config.ts";
import { ROOT } from "../../tasks/launch/files.ts";

const OLDEST_NODE = 22;

/** The program `NODE` or `node`, if it is new enough, or why it cannot be used. */
async function findNode(): Promise<{ path: string; reason: string }> {
  const path = Deno.env.get("NODE") ?? "node";
  try {
    const { stdout } = await new Deno.Command(path, { args: ["--version"] }).output();
    const version = new TextDecoder().decode(stdout).trim();
    const old = Number(/^v(\d+)/.exec(version)?.[1]) < OLDEST_NODE;
    return { path, reason: old ? `, skipped: Node ${version} is older than ${OLDEST_NODE}` : "" };
  } catch {
    return { path, reason: `, skipped: Node ${OLDEST_NODE} is not in PATH` };
  }
}

async function run(program: string, args: string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
    env: {
      NO_COLOR: "1",
      HF_HUB_CACHE: `${cwd}/hub`,
      HF_HUB_OFFLINE: "1",
      XDG_RUNTIME_DIR: Deno.env.get("XDG_RUNTIME_DIR") ?? cwd,
    },
    stdin: "null",
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Makes the npm package in `node_modules` of a folder, without the command, whose packages are JSR's. */
async function installPackage(folder: string): Promise<{ exports: Record<string, unknown> }> {
  const source = `${folder}/source`, modules = `${folder}/node_modules`;
  const { importMap: _, exports, publish, ...settings } = await readSettings() as DenoConfig & {
    publish: { include: string[] };
  };
  delete exports["./cli"];
  const include: string[] = publish.include.filter((path) => !path.startsWith("tasks/"));
  await Deno.mkdir(source);
  for (const path of include) await copy(`${ROOT}/${path}`, `${source}/${path}`);
  const text = JSON.stringify({ ...settings, exports, publish: { ...publish, include } });
  await Deno.writeTextFile(`${source}/deno.json`, text);
  const tarball = `${folder}/package.tgz`;
  const options = ["--quiet", "--allow-dirty", "--no-source-maps", "--output", tarball];
  await run(Deno.execPath(), ["pack", ...options], source);
  await run("tar", ["-xzf", tarball], folder);
  const manifest = JSON.parse(await Deno.readTextFile(`${folder}/package/package.json`));
  const { dependencies } = manifest;
  await Deno.writeTextFile(
    `${folder}/package.json`,
    JSON.stringify({ type: "module", dependencies }),
  );
  await run(
    Deno.execPath(),
    ["install", "--quiet", "--node-modules-dir=auto", "--no-lock"],
    folder,
  );
  await Deno.mkdir(`${modules}/@albert-lab`);
  await Deno.rename(`${folder}/package`, `${modules}/@albert-lab/albert`);
  return manifest;
}

async function copy(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}

/** Trains with one thread and with two, saves, loads, and fills a mask. Runs in Deno and in Node. */
const PROGRAM = `
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { loadPretrained, openDevice, readWeights } from "@albert-lab/albert";
import { GLUE_TASK_NAMES } from "@albert-lab/albert/benchmarks";
import { splitSentences } from "@albert-lab/albert/data";
import { DropoutRandom } from "@albert-lab/albert/tensor";
import { Tokenizer } from "@albert-lab/albert/text";
import { parseSafetensors } from "@albert-lab/albert/weights";
import { pretrain } from "./training_loop.js";

const [folder, textFile] = process.argv.slice(2);
const text = readFileSync(textFile, "utf8");
const results = [GLUE_TASK_NAMES.length, splitSentences("One. Two.").length, typeof DropoutRandom];
mkdirSync(folder);
for (const workers of [1, 2]) {
  const device = await openDevice({ device: "cpu", workers });
  const files = await pretrain(device, { text, vocabSize: 105, steps: 20, onLog() {} });
  for (const [name, content] of files) writeFileSync(folder + "/" + name, content);
  const tensors = parseSafetensors(readFileSync(folder + "/model.safetensors")).tensors.size;
  const tokens = Tokenizer.fromModel(readFileSync(folder + "/spiece.model")).encode("The cow moos.");
  const albert = await loadPretrained(folder, device);
  const [candidates] = await albert.fillMask("The [MASK] wakes up and moos.", 3);
  // The last digit of Math.exp() differs between versions of V8.
  const shown = candidates.map(({ piece, probability }) => [piece, probability.toFixed(9)]);
  results.push([device.description.adapter, tensors, tokens, shown, typeof readWeights]);
  albert.free();
  await device.destroy();
}
const gpu = globalThis.Deno === undefined
  ? await openDevice({ device: "webgpu" }).then(() => "opened", ({ message }) => message)
  : "";
const device = await openDevice({ device: "cpu", workers: 1 });
const hub = globalThis.Deno === undefined
  ? ""
  : await loadPretrained("hf:owner/toy", device).catch(({ message }) => message);
console.log(JSON.stringify({ results, gpu, hub }));
`;

const node = await findNode();

Deno.test({
  name: `in Node, the package trains and fills masks as in Deno${node.reason}`,
  ignore: node.reason !== "",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const config = await prepareConfig(() => {});
    const { exports } = await installPackage(folder);
    const types = Object.values(exports).map((one) => (one as { types: string }).types);
    for (const path of types) await Deno.stat(`${folder}/node_modules/@albert-lab/albert/${path}`);
    assert(types.length > 20);
    const loop = ["transpile", "--quiet", "--no-check", "-o", `${folder}/training_loop.js`];
    await run(Deno.execPath(), [...loop, `${ROOT}/examples/training_loop.ts`], folder);
    await Deno.writeTextFile(`${folder}/program.js`, PROGRAM);
    const text = `${ROOT}/examples/farm.txt`;
    const inNode = JSON.parse(await run(node.path, ["program.js", "from-node", text], folder));
    const args = ["run", "--quiet", "-A", ...config.flags, "program.js", "from-deno", text];
    const inDeno = JSON.parse(await run(Deno.execPath(), args, folder));
    assertEquals(inNode.results, inDeno.results);
    assertEquals(inNode.results.slice(3).map(([adapter]: [string]) => adapter), [
      ...["CPU, 1 thread", "CPU, 2 threads"],
    ]);
    assertStringIncludes(inDeno.hub, "the cache has no complete copy of owner/toy");
    assertStringIncludes(
      inNode.gpu,
      "This runtime has no WebGPU; in Node, install the npm package",
    );
    await Deno.remove(folder, { recursive: true });
  },
});
