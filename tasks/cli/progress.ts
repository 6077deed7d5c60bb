/** How far something is, told on standard error. */
export interface Progress {
  /** Says that `done` of the total is done; `note` follows the figures (`loss 5.21`). */
  update(done: number, note?: string): void;
  /** Prints a line of its own above the bar. */
  say(line: string): void;
  /** Ends the bar; `note` is printed as its last line. */
  end(note?: string): void;
}

/** Where and how a {@linkcode Progress} is shown. */
export interface ProgressOptions {
  /** What is being done: `pretraining`. */
  title: string;
  /** How much there is to do; left out, only what is done is counted. */
  total?: number;
  /** What is counted: `step`, `line`. */
  unit?: string;
  /** Count done before this start (a resumed run), left out of the rate. */
  from?: number;
  /** Prints nothing at all. */
  quiet?: boolean;
  /** Seconds between plain lines where standard error is no terminal. */
  every?: number;
  /** The terminal; standard error unless a test says otherwise. */
  output?: ProgressOutput;
}

/** What a {@linkcode Progress} needs of a terminal. */
export interface ProgressOutput {
  /** Writes text as it is. */
  write(text: string): void;
  /** Whether the line can be drawn over. */
  terminal: boolean;
  /** Width in characters. */
  columns(): number;
  /** Milliseconds. */
  now(): number;
}

/** A bar on a terminal, one plain line every few seconds elsewhere, nothing with `quiet`. */
export function createProgress(options: ProgressOptions): Progress {
  if (options.quiet) return { update() {}, say() {}, end() {} };
  const output = options.output ?? standardError();
  const from = options.from ?? 0;
  const started = output.now();
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
    say(line) {
      clear();
      output.write(`${line}\n`);
      if (output.terminal && shown) output.write(shown);
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
  if (total === undefined) parts.push(`${done} ${unit}s`);
  else {
    const share = total > 0 ? Math.min(1, done / total) : 1;
    if (output.terminal) parts.push(bar(share));
    parts.push(`${done}/${total}`, `${Math.floor(share * 100)}%`);
  }
  if (rate > 0) {
    parts.push(rate >= 1 ? `${figure(rate)} ${unit}s/s` : `${figure(1 / rate)} s/${unit}`);
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

/** `75` as `1:15`, `3725` as `1:02:05`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
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
        return 80; // standard error is a terminal, standard output is not
      }
    },
    now: () => performance.now(),
  };
}
