/** Progress on standard error. */
export interface Progress {
  /** Shows that `done` of the total is done. `note` follows the numbers (`loss 5.21`). */
  update(done: number, note?: string): void;
  /** Prints a line above the bar. */
  log(line: string): void;
  /** Computes the rate from now, with `from` done before (a resumed run). */
  resume(from: number): void;
  /** Ends the bar and prints `note` as the last line. */
  end(note?: string): void;
}

/** Options of {@linkcode createProgress}. */
export interface ProgressOptions {
  /** Name of the work: `pretraining`. */
  title: string;
  /** Amount of work; if it is unknown, only the amount done is shown. */
  total?: number;
  /** Unit of the amounts: `step`, `line`; `byte` is shown in kB and MB. */
  unit?: string;
  /** Amount done before the start. */
  from?: number;
  /** Whether to print nothing. */
  quiet?: boolean;
  /** Seconds between lines if standard error is not a terminal. */
  every?: number;
  /** Standard error if absent. */
  output?: ProgressOutput;
}

/** The terminal of a {@linkcode Progress}. */
export interface ProgressOutput {
  /** Writes text unchanged. */
  write(text: string): void;
  /** Whether a line can be overwritten. */
  terminal: boolean;
  /** Width in characters. */
  columns(): number;
  /** Milliseconds. */
  now(): number;
}

/** Shows a bar on a terminal, a line every few seconds elsewhere, and nothing with `quiet`. */
export function createProgress(options: ProgressOptions): Progress {
  if (options.quiet) return { update() {}, log() {}, resume() {}, end() {} };
  const output = options.output ?? standardError();
  let from = options.from ?? 0;
  let started = output.now();
  const between = output.terminal ? 100 : (options.every ?? 3) * 1000;
  let last = -Infinity;
  let shown = "";
  const draw = (line: string) => {
    if (!output.terminal) return output.write(`${line}\n`);
    shown = line.slice(0, Math.max(10, output.columns() - 1));
    output.write(`\r\x1b[2K${shown}`);
  };
  const clear = () => {
    if (output.terminal && shown) output.write("\r\x1b[2K");
  };
  return {
    update(done, note = "") {
      const now = output.now();
      if (now - last < between && done !== options.total) return;
      last = now;
      draw(progressLine(options, done, from, (now - started) / 1000, note, output));
    },
    log(line) {
      clear();
      output.write(`${line}\n`);
      if (output.terminal && shown) output.write(shown);
    },
    resume(done) {
      from = done;
      started = output.now();
    },
    end(note) {
      clear();
      shown = "";
      if (note !== undefined) output.write(`${note}\n`);
    },
  };
}

function progressLine(
  { title, total, unit = "step" }: ProgressOptions,
  done: number,
  from: number,
  seconds: number,
  note: string,
  output: ProgressOutput,
): string {
  const rate = seconds > 0 ? (done - from) / seconds : 0;
  const parts = [title];
  const count = (n: number) => unit === "byte" ? bytes(n) : String(n);
  if (total === undefined) parts.push(`${count(done)}${unit === "byte" ? "" : ` ${unit}s`}`);
  else {
    const share = total > 0 ? Math.min(1, done / total) : 1;
    if (output.terminal) parts.push(bar(share));
    parts.push(`${count(done)}/${count(total)}`, `${Math.floor(share * 100)}%`);
  }
  if (rate > 0) {
    if (unit === "byte") parts.push(`${bytes(rate)}/s`);
    else parts.push(rate >= 1 ? `${figure(rate)} ${unit}s/s` : `${figure(1 / rate)} s/${unit}`);
  }
  if (rate > 0 && total !== undefined && done < total) {
    parts.push(`${duration((total - done) / rate)} left`);
  }
  if (note) parts.push(note);
  return parts.join("  ");
}

function bar(share: number): string {
  const full = Math.round(share * 20);
  return "█".repeat(full) + "░".repeat(20 - full);
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Formats `12195257` as `12.2 MB`. */
function bytes(count: number): string {
  const power = count < 1e3 ? 0 : count < 1e6 ? 1 : count < 1e9 ? 2 : 3;
  const value = count / 1000 ** power;
  return `${power === 0 ? Math.round(value) : figure(value)} ${["B", "kB", "MB", "GB"][power]}`;
}

/** Formats `75` as `1:15` and `3725` as `1:02:05`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Returns a function that prints log lines on standard error, or nothing with `--quiet`. */
export function logTo({ quiet }: { readonly quiet?: boolean }): (line: string) => void {
  return (line) => {
    if (!quiet) console.error(`albert: ${line}`);
  };
}

function standardError(): ProgressOutput {
  const encoder = new TextEncoder();
  return {
    write: (text) => void Deno.stderr.writeSync(encoder.encode(text)),
    terminal: Deno.stderr.isTerminal(),
    columns: () => {
      try {
        return Deno.consoleSize().columns;
      } catch {
        return 80; // Standard error is a terminal, standard output is not.
      }
    },
    now: () => performance.now(),
  };
}
