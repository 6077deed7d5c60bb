import { exists, usableCacheFolder, writeWhole } from "./files.ts";
import { kept } from "./jsr.ts";

const PACKAGES = ["libvulkan1", "mesa-vulkan-drivers"];
const INSTALL = `apt-get update && apt-get install -y ${PACKAGES.join(" ")}`;

/**
 * On Linux WebGPU needs a Vulkan driver. Where there is none, root on a Debian family system gets
 * Mesa's installed (it has one for plain processors); everybody else is told how to, and the CPU
 * device does the work. `ALBERT_NO_INSTALL=1` forbids the installation.
 */
export async function ensureVulkan(say: (line: string) => void): Promise<void> {
  if (Deno.build.os !== "linux" || await hasVulkan()) return;
  const manual =
    `No Vulkan driver: computing on the CPU device (for WebGPU install one: ${INSTALL}).`;
  if (Deno.env.get("ALBERT_NO_INSTALL") === "1" || Deno.uid() !== 0 || !await isDebianFamily()) {
    return say(manual);
  }
  // A machine without the network would try in vain before every command: a verdict lasts an hour.
  const cache = await usableCacheFolder();
  const installed = await underLock(async () =>
    await hasVulkan() || await kept(`${cache}/vulkan.json`, async () => {
      say("No Vulkan driver: installing mesa-vulkan-drivers (ALBERT_NO_INSTALL=1 forbids it).");
      return await install(`${cache}/vulkan-install.log`, say);
    })
  );
  if (!installed) say(manual);
}

/** Whether the loader and the manifest of at least one driver are there (under `root`, for tests). */
export async function hasVulkan(
  environment: Record<string, string | undefined> = Deno.env.toObject(),
  root = "",
): Promise<boolean> {
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES, XDG_DATA_HOME, HOME, LD_LIBRARY_PATH } = environment;
  if (VK_DRIVER_FILES || VK_ICD_FILENAMES) return true; // somebody has chosen
  const data = [
    XDG_DATA_HOME || `${HOME}/.local/share`,
    ...(environment.XDG_DATA_DIRS || "/usr/local/share").split(":"),
    "/usr/share",
    "/etc",
  ];
  const manifests = await Promise.all(
    data.map((folder) => holds(`${root}${folder}/vulkan/icd.d`, ".json")),
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

async function holds(folder: string, ending: string): Promise<boolean> {
  try {
    for await (const entry of Deno.readDir(folder)) if (entry.name.endsWith(ending)) return true;
  } catch {
    // no such folder
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

/** One installation at a time on this machine: the others wait and find the driver there. */
async function underLock<T>(work: () => Promise<T>): Promise<T> {
  const folder = await exists("/run/lock") ? "/run/lock" : "/tmp";
  using file = await Deno.open(`${folder}/albert-lab-vulkan.lock`, { create: true, write: true });
  await file.lock(true);
  return await work();
}

async function install(log: string, say: (line: string) => void): Promise<boolean> {
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
  await writeWhole(log, output);
  // An update with one broken source still lets the installation work: the driver is the judge.
  const done = await hasVulkan();
  if (!done) say(`The installation failed, see ${log}.`);
  return done;
}
