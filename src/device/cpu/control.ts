/**
 * The first page of the device's memory, through which the calling thread tells the workers what to compute.
 *
 * A run is announced by its description and then, in one store, by the number of slices that are left. A thread takes a slice by
 * decreasing that number, and reads the description only after it got one: so it always reads that of the run it works for,
 * and the caller waits for slices, never for threads that have not woken up.
 *
 * @module
 */

/** Words (32 bits) of the control page. */
export const WORD = {
  /** Changes with every run; idle workers wait for that. */
  sequence: 0,
  /** Slices that nobody has taken; zero or less when there are none. */
  left: 1,
  /** Slices that are done. */
  done: 2,
  /** Slices of this run. */
  slices: 3,
  items: 4,
  grain: 5,
  /** One of {@linkcode KIND}. */
  kind: 6,
  /** Fast path: index of the function. Reference: number of the definition. */
  what: 7,
  /** Reference: where the definition's text is, and how long. */
  textAddress: 8,
  textLength: 9,
  /** 1 once a slice of this run has failed, and the length of the message. */
  failed: 10,
  messageLength: 11,
  /** Number of this run: what a thread has prepared for another one is stale. */
  run: 12,
} as const;

/** What workers are asked to do. */
export const KIND = { fast: 0, reference: 1, stop: 2 } as const;

/** Byte addresses within the control page. */
export const ADDRESS = {
  /** The parameter block of a fast path. */
  parameters: 256,
  /** Uniforms of a reference as float64. */
  uniforms: 1024,
  /** Address and length of each binding of a reference. */
  bindings: 2048,
  message: 4096,
  messageEnd: 8192,
  /** Definitions: which kernel, with which structural parameters, as JSON. */
  texts: 8192,
  textsEnd: 65_536,
} as const;

/** Kernel and structural parameters of a reference, as they travel. */
export interface Definition {
  readonly kernel: string;
  readonly structural: Readonly<Record<string, string | number | boolean>>;
}

/** A fast path's function. */
export type FastFunction = (
  parameters: number,
  begin: number,
  end: number,
  scratch: number,
) => void;
