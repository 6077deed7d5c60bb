/**
 * Under the launcher: ends this process soon after the launcher was killed outright (SIGKILL cannot be
 * handed on), so that no run goes on unseen. Anywhere else it does nothing.
 */
export function followLauncher(): void {
  const launcher = Deno.ppid;
  if (Deno.env.get("ALBERT_LAUNCHER") !== String(launcher)) return;
  Deno.unrefTimer(setInterval(() => {
    if (Deno.ppid !== launcher) Deno.exit(137);
  }, 250));
}
