/**
 * The control page: the first page of the device's memory, which describes the current run to the worker threads.
 *
 * To start a run, the calling thread writes its description, then, in one store, the number of remaining slices. A thread takes a
 * slice by decrementing that number, and reads the description only after it got one. It therefore always reads the description of
 * the run that it works on, and the caller waits for slices, never for threads that have not woken up.
 *
 * @module
 */

/** 32-bit words of the control page. */
export const WORD = {
  /** Changes with every run; idle workers wait on it. */
  sequence: 0,
  /** Remaining slices that no thread has taken; 0 or less if there are none. */
  left: 1,
  /** Slices that are done. */
  done: 2,
  /** Slices of this run. */
  slices: 3,
  items: 4,
  grain: 5,
  /** One of {@linkcode KIND}. */
  kind: 6,
  /** For a SIMD kernel, the index of its function; for a reference, the number of its definition. */
  what: 7,
  /** For a reference, address and length of the definition's text. */
  textAddress: 8,
  textLength: 9,
  /** 1 once a slice of this run has failed, and the length of the error message. */
  failed: 10,
  messageLength: 11,
  /** Number of this run, which invalidates what a thread has prepared for earlier runs. */
  run: 12,
} as const;

/** What workers do next. */
export const KIND = { simd: 0, reference: 1, stop: 2 } as const;

/** Byte addresses in the control page. */
export const ADDRESS = {
  /** The parameter block of a SIMD kernel. */
  parameters: 256,
  /** The uniforms of a reference as float64. */
  uniforms: 1024,
  /** Address and length of each binding of a reference. */
  bindings: 2048,
  message: 4096,
  messageEnd: 8192,
  /** {@linkcode Definition}s as JSON. */
  texts: 8192,
  textsEnd: 65_536,
} as const;

/** A reference with its structural parameters. */
export interface Definition {
  readonly kernel: string;
  readonly structural: Readonly<Record<string, string | number | boolean>>;
}

/** The function of a SIMD kernel: computes items `begin` to `end` with the parameter block at address `parameters`. */
export type SimdFunction = (
  parameters: number,
  begin: number,
  end: number,
  scratch: number,
) => void;
