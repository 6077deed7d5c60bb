/**
 * Progress on standard error: a bar on a terminal, plain lines elsewhere.
 *
 * @module
 */

/** Progress on standard error. */
export interface Progress {
  /**
   * Shows that `done` of the total is done.
   *
   * @param note follows the numbers (`loss 5.21, 800 tokens/s`); the previous note if absent. Its first part is shown on the narrowest terminal.
   * @param total replaces the total, if it can only be estimated
   */
  update(done: number, note?: string, total?: number): void;
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
  /** Whether the terminal shows colors. */
  colors: boolean;
  /** Width in characters. */
  columns(): number;
  /** Milliseconds. */
  now(): number;
  /** Calls a function every second and returns a function that stops it. */
  everySecond(redraw: () => void): () => void;
}

/** Milliseconds between two drawings of a bar. */
const REDRAW = 100;
/** Clears the line of the bar. */
const CLEAR = "\r\x1b[2K";

/** Shows a bar on a terminal, a line every few seconds elsewhere, and nothing with `quiet`. */
export function createProgress(options: ProgressOptions): Progress {
  if (options.quiet) return { update() {}, log() {}, resume() {}, end() {} };
  const output = options.output ?? standardError();
  let from = options.from ?? 0;
  let started = output.now();
  const between = output.terminal ? REDRAW : (options.every ?? 3) * 1000;
  let last = -Infinity;
  let shown = false, drawn = "";
  let state: State = { ...options, done: from, note: "" };
  let stop: (() => void) | undefined;

  const draw = () => {
    last = output.now();
    const line = progressLine(state, from, (last - started) / 1000, output);
    if (!output.terminal) return output.write(`${line}\n`);
    shown = true;
    drawn = line;
    output.write(CLEAR + line);
  };
  const clear = () => {
    if (shown) output.write(CLEAR);
  };
  return {
    update(done, note = state.note, total = state.total) {
      state = { ...state, done, note, total };
      if (output.terminal) stop ??= output.everySecond(draw);
      if (output.now() - last >= between || done === total) draw();
    },
    log(line) {
      clear();
      output.write(`${output.terminal ? wrap(line, output.columns()) : line}\n`);
      if (shown) output.write(drawn);
    },
    resume(done) {
      from = done;
      state = { ...state, done };
      started = output.now();
    },
    end(note) {
      stop?.();
      clear();
      shown = false;
      if (note !== undefined) {
        output.write(`${output.terminal ? wrap(note, output.columns()) : note}\n`);
      }
    },
  };
}

/** What a line shows. */
interface State extends ProgressOptions {
  readonly done: number;
  readonly note: string;
}

/** A part of the line. Parts of a higher rank are left out first if the line is too long. */
interface Part {
  readonly text: string;
  readonly rank: number;
  readonly style?: string;
}

const BOLD = "1", DIM = "2", GREEN = "32";

function progressLine(
  { title, total, unit = "step", done, note }: State,
  from: number,
  seconds: number,
  output: ProgressOutput,
): string {
  const rate = seconds > 0 ? (done - from) / seconds : 0;
  const parts: Part[] = [{ text: title, rank: 5 }];
  const count = (n: number) => unit === "byte" ? bytes(n) : String(n);
  if (total === undefined) {
    parts.push({ text: count(done) + (unit === "byte" ? "" : ` ${unit}s`), rank: 0 });
  } else {
    const share = total > 0 ? Math.min(1, done / total) : 1;
    if (output.terminal) {
      parts.push({ text: bar(share, 20), rank: 7, style: GREEN });
      parts.push({ text: bar(share, 10), rank: 4, style: GREEN });
    }
    parts.push({ text: `${count(done)}/${count(total)}`, rank: 0 });
    parts.push({ text: `${Math.floor(share * 100)}%`, rank: 6 });
  }
  if (rate > 0) parts.push({ text: rateText(rate, unit), rank: 8, style: DIM });
  if (total !== undefined && done < total) {
    if (rate > 0) parts.push({ text: `${duration((total - done) / rate)} left`, rank: 2 });
    else if (output.terminal && seconds >= 1) parts.push({ text: duration(seconds), rank: 2 });
  }
  const [first, ...others] = note === "" ? [] : note.split(", ");
  if (!output.terminal) {
    return [...fitting(parts, Infinity), ...note === "" ? [] : [{ text: note }]].map(({ text }) =>
      text
    ).join("  ");
  }
  if (first !== undefined) parts.push({ text: first, rank: 1, style: BOLD });
  parts.push(...others.map((text) => ({ text, rank: 3, style: DIM })));
  const columns = Math.max(10, output.columns() - 1);
  const shown = fitting(parts, columns);
  const plain = shown.map(({ text }) => text).join("  ");
  if (!output.colors || plain.length > columns) return plain.slice(0, columns);
  return shown.map(({ text, style }) => style === undefined ? text : `\x1b[${style}m${text}\x1b[0m`)
    .join("  ");
}

/** The parts that fit into a number of columns; of the two bars only one. */
function fitting(parts: readonly Part[], columns: number): readonly Part[] {
  const isBar = ({ text }: Part) => /^[█░]+$/.test(text);
  for (let limit = 9; limit > 0; limit--) {
    const kept = parts.filter(({ rank }) => rank < limit || rank === 0);
    const [long, short] = kept.filter(isBar);
    const once = short === undefined ? kept : kept.filter((part) => part === long || !isBar(part));
    const length = once.reduce((sum, { text }) => sum + text.length + 2, -2);
    if (length <= columns) return once;
  }
  return parts.filter(({ rank }) => rank === 0);
}

function rateText(rate: number, unit: string): string {
  if (unit === "byte") return `${bytes(rate)}/s`;
  return rate >= 1 ? `${figure(rate)} ${unit}s/s` : `${figure(1 / rate)} s/${unit}`;
}

function bar(share: number, width: number): string {
  const full = Math.round(share * width);
  return "█".repeat(full) + "░".repeat(width - full);
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

/**
 * Breaks a line between words. Words longer than a line, such as paths, stay whole.
 *
 * @param end added before each break: ` \` for commands of a shell
 */
export function wrap(line: string, columns: number, end = ""): string {
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(" ")) {
    const longer = current === "" ? word : `${current} ${word}`;
    if (current.trim() === "" || longer.length + end.length < columns) current = longer;
    else {
      lines.push(current + end);
      current = `  ${word}`;
    }
  }
  return [...lines, current].join("\n");
}

/** Returns a function that prints log lines on standard error, or nothing with `--quiet`. */
export function logTo({ quiet }: { readonly quiet?: boolean }): (line: string) => void {
  return (line) => {
    if (!quiet) console.error(`albert: ${line}`);
  };
}

/** Width of the terminal; 80 if standard output is none. */
export function terminalColumns(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 80;
  }
}

function standardError(): ProgressOutput {
  const encoder = new TextEncoder();
  const terminal = Deno.stderr.isTerminal();
  return {
    write: (text) => void Deno.stderr.writeSync(encoder.encode(text)),
    terminal,
    colors: terminal && !Deno.noColor,
    columns: terminalColumns,
    now: () => performance.now(),
    everySecond(redraw) {
      const timer = setInterval(redraw, 1000);
      Deno.unrefTimer(timer);
      return () => clearInterval(timer);
    },
  };
}
