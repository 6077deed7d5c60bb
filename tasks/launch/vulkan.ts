/**
 * Detects and installs a Vulkan driver.
 *
 * @module
 */
import { exists, usableCacheFolder, writeAtomically } from "./files.ts";
import { cachedCheck } from "./jsr.ts";

const PACKAGES = ["libvulkan1", "mesa-vulkan-drivers"];
const INSTALL = `apt-get update && apt-get install -y ${PACKAGES.join(" ")}`;

/**
 * Installs Mesa's Vulkan drivers, which include a software driver, if this is a Linux of the Debian family without a driver
 * and the user is root. Otherwise logs how to install one. `ALBERT_NO_INSTALL=1` disables the installation.
 */
export async function ensureVulkan(log: (line: string) => void): Promise<void> {
  if (Deno.build.os !== "linux" || await hasVulkan()) return;
  const manual =
    `No Vulkan driver found. Using the CPU device; to use WebGPU, install a driver: ${INSTALL}`;
  if (Deno.env.get("ALBERT_NO_INSTALL") === "1" || Deno.uid() !== 0 || !await isDebianFamily()) {
    return log(manual);
  }
  // Without a network, the installation fails. The cached result avoids a new attempt for each command.
  const cache = await usableCacheFolder();
  const installed = await underLock(async () =>
    await hasVulkan() || await cachedCheck(`${cache}/vulkan.json`, async () => {
      log(
        "No Vulkan driver found. Installing mesa-vulkan-drivers (ALBERT_NO_INSTALL=1 disables this).",
      );
      return await install(`${cache}/vulkan-install.log`, log);
    })
  );
  if (!installed) log(manual);
}

/** Whether the loader and the manifest of at least one driver exist under `root`. */
export async function hasVulkan(
  environment: Record<string, string | undefined> = Deno.env.toObject(),
  root = "",
): Promise<boolean> {
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES, XDG_DATA_HOME, HOME, LD_LIBRARY_PATH } = environment;
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
  if (!manifests.includes(true)) return false;
  const folders = [
    ...(LD_LIBRARY_PATH ?? "").split(":").filter((folder) => folder),
    ...["/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64"],
    `/usr/lib/${Deno.build.arch}-linux-gnu`,
  ];
  const loaders = await Promise.all(
    folders.map((folder) => exists(`${root}${folder}/libvulkan.so.1`)),
  );
  return loaders.includes(true);
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
  using file = await Deno.open(`${folder}/albert-lab-vulkan.lock`, { create: true, write: true });
  await file.lock(true);
  return await work();
}

async function install(logFile: string, log: (line: string) => void): Promise<boolean> {
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
      ...PACKAGES,
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
  const done = await hasVulkan();
  if (!done) log(`The installation failed. See ${logFile}.`);
  return done;
}
