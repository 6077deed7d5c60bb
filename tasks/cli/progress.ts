/**
 * Progress on standard error: a bar on a terminal, plain lines elsewhere.
 *
 * @module
 */
import { CLEAR_LINE, progressLine, type ProgressState } from "./progress_line.ts";
import { type BarMover, moveBar } from "./progress_timer.ts";
import { isScreen, printable, showsColors, terminalColumns } from "./terminal.ts";

export { duration } from "./progress_line.ts";

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
  /** Starts to draw the bar every second. */
  move(): BarMover;
}

/** Milliseconds between two drawings of a bar. */
const REDRAW = 100;

/** Shows a bar on a terminal, a line every few seconds elsewhere, and nothing with `quiet`. */
export function createProgress(options: ProgressOptions): Progress {
  if (options.quiet) return { update() {}, log() {}, resume() {}, end() {} };
  const output = options.output ?? standardError();
  const { title, unit } = options;
  let started = output.now();
  const between = output.terminal ? REDRAW : (options.every ?? 3) * 1000;
  let last = -Infinity;
  let drawn = "";
  let mover: BarMover | undefined;
  const from = options.from ?? 0;
  let state: ProgressState = { title, unit, total: options.total, done: from, from, note: "" };

  const write = (...texts: string[]) => {
    const all = () => texts.forEach((text) => output.write(text));
    if (mover === undefined) all();
    else mover.pause(all);
  };
  const draw = () => {
    last = output.now();
    const { terminal, colors } = output;
    const style = { terminal, colors, columns: output.columns() };
    const seconds = (last - started) / 1000;
    const line = progressLine(state, seconds, style);
    if (!terminal) return output.write(`${line}\n`);
    drawn = line;
    mover ??= output.move();
    mover.show(state, seconds, style);
    write(CLEAR_LINE + line);
  };
  const lineOf = (text: string) =>
    `${output.terminal ? wrap(printable(text), output.columns()) : text}\n`;
  return {
    update(done, note = state.note, total = state.total) {
      state = { ...state, done, note: output.terminal ? printable(note) : note, total };
      if (output.now() - last >= between || done === total) draw();
    },
    log(line) {
      if (drawn === "") write(lineOf(line));
      else write(CLEAR_LINE, lineOf(line), drawn);
    },
    resume(done) {
      state = { ...state, done, from: done };
      started = output.now();
    },
    end(note) {
      mover?.stop();
      const last = note === undefined ? [] : [lineOf(note)];
      write(...(drawn === "" ? [] : [CLEAR_LINE]), ...last);
      drawn = "";
      mover = undefined;
    },
  };
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
    if (!quiet) printNotice(`albert: ${line}`);
  };
}

/** Prints a line on standard error. The work continues if nobody reads it any more, or if it is a file on a full disk. */
export function printNotice(line: string): void {
  writeNotice(`${Deno.stderr.isTerminal() ? printable(line) : line}\n`);
}

function writeNotice(text: string): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  } catch {
    // There is no other place to report this.
  }
}

function standardError(): ProgressOutput {
  return {
    write: writeNotice,
    terminal: isScreen(Deno.stderr),
    colors: showsColors(Deno.stderr),
    columns: terminalColumns,
    now: () => performance.now(),
    move: moveBar,
  };
}
