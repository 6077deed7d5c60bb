/**
 * Detects and installs a Vulkan driver and a BLAS library.
 *
 * @module
 */
import { BLAS_LIBRARIES, BLAS_PACKAGE } from "../../src/device/cpu/blas_libraries.ts";
import { exists, isDue, usableCacheFolder, writeAtomically } from "./files.ts";
import { cachedCheck } from "./jsr.ts";
import type { Needs } from "./tools.ts";

/** Something of the system that tools use if it is there. */
interface Requirement {
  /** Debian's packages; the message names the last. */
  readonly packages: readonly string[];
  readonly missing: string;
  isInstalled(): Promise<boolean>;
}

const REQUIREMENTS: Readonly<Record<keyof Needs, Requirement>> = {
  vulkan: {
    packages: ["libvulkan1", "mesa-vulkan-drivers"],
    missing: "No Vulkan driver found. Using the CPU device; to use WebGPU, install a driver",
    isInstalled: hasVulkan,
  },
  blas: {
    packages: [BLAS_PACKAGE],
    missing:
      "No BLAS library found. To multiply matrices several times as fast on the CPU, install one",
    isInstalled: hasBlas,
  },
};

/**
 * Installs what a command needs and the system lacks, if this is a Linux of the Debian family and the user is root: Mesa's Vulkan
 * drivers, which include a software driver, and OpenBLAS. Otherwise logs once a day how to install it. `ALBERT_NO_INSTALL=1` disables
 * the installation.
 */
export async function ensureLibraries(needs: Needs, log: (line: string) => void): Promise<void> {
  if (Deno.build.os !== "linux") return;
  let missing = await missingOf(needs);
  if (missing.length === 0) return;
  const cache = await usableCacheFolder();
  if (Deno.env.get("ALBERT_NO_INSTALL") !== "1" && Deno.uid() === 0 && await isDebianFamily()) {
    // Without a network, the installation fails. The cached result avoids a new attempt for each command.
    missing = await underLock(async () => {
      const left = await missingOf(needs); // Another process may have installed it.
      if (left.length === 0) return left;
      const names = left.map(({ packages }) => packages.at(-1));
      await cachedCheck(`${cache}/install-${names.join("-")}.json`, async () => {
        log(`Installing ${names.join(" and ")} (ALBERT_NO_INSTALL=1 disables this).`);
        return await install(left, `${cache}/install.log`, log);
      });
      return await missingOf(needs);
    });
  }
  for (const { missing: message, packages } of missing) {
    if (!await isDue(`${cache}/missing-${packages.at(-1)}`)) continue;
    log(`${message}: apt-get update && apt-get install -y ${packages.join(" ")}`);
  }
}

async function missingOf(needs: Needs): Promise<Requirement[]> {
  const missing: Requirement[] = [];
  for (const name of ["vulkan", "blas"] as const) {
    const requirement = REQUIREMENTS[name];
    if (needs[name] && !await requirement.isInstalled()) missing.push(requirement);
  }
  return missing;
}

type Environment = Record<string, string | undefined>;

/** Whether the loader and the manifest of at least one driver exist under `root`. */
export async function hasVulkan(
  environment: Environment = Deno.env.toObject(),
  root = "",
): Promise<boolean> {
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES, XDG_DATA_HOME, HOME } = environment;
  if (VK_DRIVER_FILES || VK_ICD_FILENAMES) return true; // the user's choice
  const data = [
    XDG_DATA_HOME || `${HOME}/.local/share`,
    ...(environment.XDG_DATA_DIRS || "/usr/local/share").split(":"),
    "/usr/share",
    "/etc",
  ];
  const manifests = await Promise.all(
    data.map((folder) => hasFile(`${root}${folder}/vulkan/icd.d`, ".json")),
  );
  return manifests.includes(true) && await hasLibrary("libvulkan.so.1", environment, root);
}

/** Whether one of the libraries exists under `root` that the CPU device looks for. */
export async function hasBlas(
  environment: Environment = Deno.env.toObject(),
  root = "",
): Promise<boolean> {
  for (const library of BLAS_LIBRARIES.linux) {
    if (await hasLibrary(library, environment, root)) return true;
  }
  return false;
}

/** Whether a library exists at its path or, for a bare name, in a folder of the system's loader. */
async function hasLibrary(name: string, environment: Environment, root: string): Promise<boolean> {
  if (name.startsWith("/")) return await exists(`${root}${name}`);
  const folders = [
    ...(environment.LD_LIBRARY_PATH ?? "").split(":").filter((folder) => folder),
    ...["/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64"],
    `/usr/lib/${Deno.build.arch}-linux-gnu`,
  ];
  const found = await Promise.all(folders.map((folder) => exists(`${root}${folder}/${name}`)));
  return found.includes(true);
}

async function hasFile(folder: string, extension: string): Promise<boolean> {
  try {
    for await (const { name } of Deno.readDir(folder)) if (name.endsWith(extension)) return true;
  } catch {
    // The folder does not exist.
  }
  return false;
}

async function isDebianFamily(): Promise<boolean> {
  try {
    const release = await Deno.readTextFile("/etc/os-release");
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release) && await exists("/usr/bin/apt-get");
  } catch {
    return false;
  }
}

/** Runs one installation at a time on this machine. */
async function underLock<T>(work: () => Promise<T>): Promise<T> {
  const folder = await exists("/run/lock") ? "/run/lock" : "/tmp";
  using file = await Deno.open(`${folder}/albert-lab-install.lock`, { create: true, write: true });
  await file.lock(true);
  return await work();
}

async function install(
  missing: readonly Requirement[],
  logFile: string,
  log: (line: string) => void,
): Promise<boolean> {
  const patience = ["-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20"];
  const steps = [
    ["update", ...patience],
    [
      "install",
      "-y",
      "--no-install-recommends",
      "-o",
      "DPkg::Lock::Timeout=300",
      ...patience,
      ...missing.flatMap(({ packages }) => packages),
    ],
  ];
  let output = "";
  for (const args of steps) {
    const { stdout, stderr } = await new Deno.Command("/usr/bin/apt-get", {
      args,
      env: { DEBIAN_FRONTEND: "noninteractive" },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    output += decoder.decode(stdout) + decoder.decode(stderr);
  }
  await writeAtomically(logFile, output);
  // `apt-get update` fails if a single source is broken, although the installation may work.
  const done = await Promise.all(missing.map(({ isInstalled }) => isInstalled()));
  if (done.includes(false)) log(`The installation failed. See ${logFile}.`);
  return !done.includes(false);
}
