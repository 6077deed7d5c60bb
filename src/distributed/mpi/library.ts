/**
 * Finds and loads the system's MPI library through Deno's foreign functions.
 *
 * @module
 */
import type { Make } from "./launcher.ts";

/** MPI could not be used as it should. */
export class MpiError extends Error {
  /** Told apart from other errors by this. */
  override readonly name = "MpiError";
}

/** Names a library instead of those that are looked for. */
export const LIBRARY_VARIABLE = "ALBERT_MPI";

/** Where each make's library may lie; bare names are looked for by the system's loader. */
const FILES: Readonly<Record<Make, readonly string[]>> = Deno.build.os === "darwin"
  ? {
    "Open MPI": ["/opt/homebrew/lib/libmpi.40.dylib", "/usr/local/lib/libmpi.40.dylib"],
    "MPICH": ["/opt/homebrew/lib/libmpi.12.dylib", "/usr/local/lib/libmpi.12.dylib"],
  }
  : {
    "Open MPI": ["libmpi.so.40", "/usr/lib64/openmpi/lib/libmpi.so.40"],
    "MPICH": ["libmpich.so.12", "libmpi.so.12", "/usr/lib64/mpich/lib/libmpi.so.12"],
  };

// Handles are pointers in one make and integers in the other. Either fills a register, so that one declaration serves both.
const SYMBOLS = {
  version: {
    name: "MPI_Get_library_version",
    parameters: ["buffer", "buffer"],
    result: "i32",
  },
  init: {
    name: "MPI_Init_thread",
    parameters: ["pointer", "pointer", "i32", "buffer"],
    result: "i32",
  },
  rank: { name: "MPI_Comm_rank", parameters: ["usize", "buffer"], result: "i32" },
  size: { name: "MPI_Comm_size", parameters: ["usize", "buffer"], result: "i32" },
  broadcast: {
    name: "MPI_Ibcast",
    parameters: ["pointer", "i32", "usize", "i32", "usize", "pointer"],
    result: "i32",
  },
  allReduce: {
    name: "MPI_Iallreduce",
    parameters: ["pointer", "pointer", "i32", "usize", "usize", "usize", "pointer"],
    result: "i32",
  },
  allGather: {
    name: "MPI_Iallgather",
    parameters: ["pointer", "i32", "usize", "pointer", "i32", "usize", "usize", "pointer"],
    result: "i32",
  },
  allToAll: {
    name: "MPI_Ialltoall",
    parameters: ["pointer", "i32", "usize", "pointer", "i32", "usize", "usize", "pointer"],
    result: "i32",
  },
  barrier: { name: "MPI_Ibarrier", parameters: ["usize", "pointer"], result: "i32" },
  wait: { name: "MPI_Wait", parameters: ["pointer", "pointer"], result: "i32" },
  waitBeside: {
    name: "MPI_Wait",
    parameters: ["pointer", "pointer"],
    result: "i32",
    nonblocking: true,
  },
  abort: { name: "MPI_Abort", parameters: ["usize", "i32"], result: "i32" },
  finalize: { name: "MPI_Finalize", parameters: [], result: "i32" },
} as const;

/** The functions of MPI that are used here. */
export type MpiFunctions = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** A loaded library. */
export interface MpiLibrary {
  readonly make: Make;
  /** `Open MPI v4.1.4`. */
  readonly description: string;
  /** The file that was loaded. */
  readonly file: string;
  readonly functions: MpiFunctions;
}

/**
 * Loads the library that the environment names, or else the first of these makes that is there.
 *
 * @throws {MpiError} when there is none, or the one that was named is none.
 */
export function loadLibrary(makes: readonly Make[]): MpiLibrary {
  const named = Deno.env.get(LIBRARY_VARIABLE);
  const files = named === undefined ? makes.flatMap((make) => FILES[make]) : [named];
  for (const file of files) {
    const functions = open(file);
    if (functions === null) continue;
    const version = libraryVersion(functions);
    const make = makeOf(version);
    if (make !== null) return { make, description: shortVersion(version), file, functions };
    if (named !== undefined) {
      throw new MpiError(`${file} is neither Open MPI nor MPICH but ${shortVersion(version)}`);
    }
  }
  throw new MpiError(
    named === undefined
      ? `no MPI library was found (looked for ${
        files.join(", ")
      }): install one of the launcher's make, or name its file in ${LIBRARY_VARIABLE}`
      : `${named}, which ${LIBRARY_VARIABLE} names, is no MPI library`,
  );
}

function open(file: string): MpiFunctions | null {
  try {
    return Deno.dlopen(file, SYMBOLS).symbols;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return null;
  }
}

/** May be called before MPI is initialized. */
function libraryVersion(functions: MpiFunctions): string {
  const text = new Uint8Array(8192); // MPICH's longest, Open MPI's is 256
  const length = new Int32Array(1);
  functions.version(text, length);
  return new TextDecoder().decode(text.subarray(0, length[0])).replaceAll("\0", "");
}

/** Intel's and Cray's libraries have MPICH's binary interface. */
function makeOf(version: string): Make | null {
  if (version.includes("Open MPI")) return "Open MPI";
  return /MPICH|Intel\(R\) MPI|MVAPICH/.test(version) ? "MPICH" : null;
}

/** `Open MPI v4.1.4, package: …` and `MPICH Version:	4.0.2\n…` without what follows. */
function shortVersion(version: string): string {
  return version.split(/,|\n/)[0].replace(/\s*Version:\s*/, " v").trim();
}
