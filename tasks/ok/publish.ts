/**
 * A dry run of publishing to JSR.
 *
 * @module
 */
import type { Config, DenoConfig } from "../launch/config.ts";
import { exists, ROOT } from "../launch/files.ts";
import { denoOutput, type Outcome } from "./deno_command.ts";

/**
 * Runs `deno publish --dry-run`. `deno publish` rejects linked packages. If JSR is unavailable, a copy of the package is
 * checked without the exports that need packages of JSR.
 */
export async function publishDryRun(config: Config): Promise<Outcome> {
  if (config.jsr) {
    return await denoOutput(["publish", "--dry-run", "--allow-dirty", ...config.flags]);
  }
  const folder = await Deno.makeTempDir({ prefix: "albert-publish-" });
  try {
    await copyPackage(folder);
    return await denoOutput(["publish", "--dry-run", "--allow-dirty", "--quiet"], folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function copyPackage(folder: string): Promise<void> {
  const settings: DenoConfig & {
    exports: Record<string, string>;
    publish: { include: string[] };
  } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const left = Object.entries(settings.exports).filter(([, path]) => path.startsWith("./tasks/"));
  console.log(`Cannot reach JSR. Checking without ${left.map(([name]) => name).join(", ")}.`);
  const { name, version, license, exports, imports, compilerOptions } = settings;
  const publish = {
    include: settings.publish.include.filter((path) => !path.startsWith("tasks/")),
  };
  for (const [name] of left) delete exports[name];
  const kept = Object.entries(imports).filter(([, target]) => !target.startsWith("jsr:"));
  for (const path of publish.include) {
    if (await exists(`${ROOT}/${path}`)) await copy(`${ROOT}/${path}`, `${folder}/${path}`);
  }
  await Deno.writeTextFile(
    `${folder}/deno.json`,
    JSON.stringify({
      name,
      version,
      license,
      exports,
      imports: Object.fromEntries(kept),
      compilerOptions,
      publish,
    }),
  );
}

async function copy(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    await copy(`${from}/${entry.name}`, `${to}/${entry.name}`);
  }
}
