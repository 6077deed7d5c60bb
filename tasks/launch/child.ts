import { usableCacheFolder } from "./files.ts";

/** Signals within this many milliseconds are one: a terminal, `deno task` and a user may all send it. */
const ONE_SIGNAL = 500;

/** Runs `deno` with these words on our own streams; returns its exit code. */
export async function runChild(
  words: string[],
  cwd: string,
  env: Record<string, string>,
): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: words,
    cwd,
    env,
    clearEnv: true,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  const endings = [forwardSignals(child), followParent(child)];
  const { code } = await child.status; // 128 + n where a signal ended it
  for (const end of endings) end();
  return code;
}

/** A run whose task was killed outright must not go on unseen, holding its folder. */
function followParent(child: Deno.ChildProcess): () => void {
  const parent = Deno.ppid;
  const timer = setInterval(() => {
    if (Deno.ppid !== parent) child.kill("SIGKILL");
  }, 250);
  return () => clearInterval(timer);
}

/** Hands SIGINT and SIGTERM on instead of dying of them; the function returned ends that. */
function forwardSignals(child: Deno.ChildProcess): () => void {
  // On Windows every process of a console is told itself, and SIGTERM is not known.
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
        // it has ended already
      }
    };
    Deno.addSignalListener(signal, listener);
    return () => Deno.removeSignalListener(signal, listener);
  });
  return () => listeners.forEach((remove) => remove());
}

/** Our environment, less what concerns this process alone. */
export async function childEnvironment(): Promise<Record<string, string>> {
  const env = Deno.env.toObject();
  delete env.INIT_CWD; // or a `deno task` started by the tool would believe it
  env.ALBERT_LAUNCHER = String(Deno.pid); // the tool ends when we are killed outright
  if (Deno.build.os === "linux" && !env.XDG_RUNTIME_DIR) {
    // Any folder will do; without one the graphics library writes warnings to standard error.
    env.XDG_RUNTIME_DIR = `${await usableCacheFolder()}/run`;
    await Deno.mkdir(env.XDG_RUNTIME_DIR, { recursive: true, mode: 0o700 });
  }
  return env;
}
