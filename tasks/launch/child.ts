/**
 * The child process of the launcher, its signals and its environment.
 *
 * @module
 */
import { LAZY_PACKAGES } from "./config.ts";
import { usableCacheFolder } from "./files.ts";

/**
 * Signals that arrive within this many milliseconds count as one, since the terminal, `deno task` and the user may each
 * send the same signal.
 */
const ONE_SIGNAL = 500;

/** Runs `deno` with the given arguments on the streams of this process. Returns its exit code. */
export async function runChild(
  args: string[],
  cwd: string,
  env: Record<string, string>,
): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env,
    clearEnv: true,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  const cleanUps = [forwardSignals(child), followParent(child)];
  const { code } = await child.status; // 128 + n if signal n ended it
  for (const cleanUp of cleanUps) cleanUp();
  return code;
}

/** Kills the child if our parent is killed, so that no run continues in the background and keeps its folder locked. */
function followParent(child: Deno.ChildProcess): () => void {
  const parent = Deno.ppid;
  const timer = setInterval(() => {
    if (Deno.ppid !== parent) child.kill("SIGKILL");
  }, 250);
  return () => clearInterval(timer);
}

/** Forwards SIGINT and SIGTERM to the child instead of exiting. Returns a function that stops forwarding. */
function forwardSignals(child: Deno.ChildProcess): () => void {
  // On Windows, each process of a console receives Ctrl-C itself, and SIGTERM does not exist.
  const windows = Deno.build.os === "windows";
  const signals: Deno.Signal[] = windows ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  const listeners = signals.map((signal) => {
    let last = -Infinity;
    const listener = () => {
      const now = performance.now();
      if (windows || now - last < ONE_SIGNAL) return;
      last = now;
      try {
        child.kill(signal);
      } catch {
        // The child has already exited.
      }
    };
    Deno.addSignalListener(signal, listener);
    return () => Deno.removeSignalListener(signal, listener);
  });
  return () => listeners.forEach((remove) => remove());
}

export async function childEnvironment(): Promise<Record<string, string>> {
  const env: Record<string, string> = { ...Deno.env.toObject(), ...LAZY_PACKAGES };
  delete env.INIT_CWD; // A `deno task` that the tool starts would use it.
  env.ALBERT_LAUNCHER = String(Deno.pid); // The tool exits if this process is killed.
  // The tool lacks the permissions to find out whether it may use the folder.
  env.ALBERT_CACHE = await usableCacheFolder();
  if (Deno.build.os === "linux" && !env.XDG_RUNTIME_DIR) {
    // Without this folder, the graphics library writes warnings to standard error.
    env.XDG_RUNTIME_DIR = `${env.ALBERT_CACHE}/run`;
    await Deno.mkdir(env.XDG_RUNTIME_DIR, { recursive: true, mode: 0o700 });
  }
  return env;
}
