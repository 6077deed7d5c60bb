/**
 * Finds and loads the system's MPI library through Deno's foreign function interface.
 *
 * @module
 */
import type { MpiImplementation } from "./launcher.ts";

/** Thrown if MPI cannot be used. */
export class MpiError extends Error {
  /** Identifies the class after serialization. */
  override readonly name = "MpiError";
}

/** Environment variable with the path of the MPI library; without it, the usual locations are searched. */
export const LIBRARY_VARIABLE = "ALBERT_MPI";

/** Locations of each implementation's library. The system's loader searches for bare names. */
const FILES: Readonly<Record<MpiImplementation, readonly string[]>> = Deno.build.os === "darwin"
  ? {
    "Open MPI": ["/opt/homebrew/lib/libmpi.40.dylib", "/usr/local/lib/libmpi.40.dylib"],
    "MPICH": ["/opt/homebrew/lib/libmpi.12.dylib", "/usr/local/lib/libmpi.12.dylib"],
  }
  : {
    "Open MPI": ["libmpi.so.40", "/usr/lib64/openmpi/lib/libmpi.so.40"],
    "MPICH": ["libmpich.so.12", "libmpi.so.12", "/usr/lib64/mpich/lib/libmpi.so.12"],
  };

// Handles are pointers in Open MPI and integers in MPICH. Both are passed in a register, so one declaration serves both.
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
  waitOnThread: {
    name: "MPI_Wait",
    parameters: ["pointer", "pointer"],
    result: "i32",
    nonblocking: true,
  },
  abort: { name: "MPI_Abort", parameters: ["usize", "i32"], result: "i32" },
  finalize: { name: "MPI_Finalize", parameters: [], result: "i32" },
} as const;

/** The MPI functions used here. */
export type MpiFunctions = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** A loaded MPI library. */
export interface MpiLibrary {
  readonly implementation: MpiImplementation;
  /** Name and version, such as `Open MPI v4.1.4`. */
  readonly description: string;
  /** The file that was loaded. */
  readonly file: string;
  readonly functions: MpiFunctions;
}

/**
 * Loads the library named by the environment variable `ALBERT_MPI` or, without it, the first library found of these implementations.
 *
 * @throws {MpiError} if no library is found, or the named one is not an MPI library
 */
export function loadLibrary(implementations: readonly MpiImplementation[]): MpiLibrary {
  const named = Deno.env.get(LIBRARY_VARIABLE);
  const files = named === undefined ? implementations.flatMap((name) => FILES[name]) : [named];
  for (const file of files) {
    const functions = open(file);
    if (functions === null) continue;
    const version = libraryVersion(functions);
    const implementation = implementationOf(version);
    if (implementation !== null) {
      return { implementation, description: shortVersion(version), file, functions };
    }
    if (named !== undefined) {
      throw new MpiError(
        `${LIBRARY_VARIABLE} names ${file}, which is ${
          shortVersion(version)
        }, expected Open MPI or MPICH`,
      );
    }
  }
  throw new MpiError(
    named === undefined
      ? `no MPI library was found (searched ${
        files.join(", ")
      }). Install the launcher's MPI implementation, or set ${LIBRARY_VARIABLE} to its library file.`
      : `${LIBRARY_VARIABLE} names ${named}, which is not an MPI library`,
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

/** Reads the library's version text. Allowed before MPI is initialized. */
function libraryVersion(functions: MpiFunctions): string {
  const text = new Uint8Array(8192); // MPICH's maximum; Open MPI's is 256
  const length = new Int32Array(1);
  functions.version(text, length);
  return new TextDecoder().decode(text.subarray(0, length[0])).replaceAll("\0", "");
}

/** Intel MPI and MVAPICH have MPICH's binary interface. */
function implementationOf(version: string): MpiImplementation | null {
  if (version.includes("Open MPI")) return "Open MPI";
  return /MPICH|Intel\(R\) MPI|MVAPICH/.test(version) ? "MPICH" : null;
}

/** Shortens `Open MPI v4.1.4, package: …` and `MPICH Version:	4.0.2\n…` to name and version. */
function shortVersion(version: string): string {
  return version.split(/,|\n/)[0].replace(/\s*Version:\s*/, " v").trim();
}
