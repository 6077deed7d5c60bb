/**
 * MPI constants. Each implementation defines them in its own way: Open MPI as addresses of variables, MPICH as integers.
 *
 * @module
 */
import type { MpiImplementation } from "./launcher.ts";
import { MpiError, type MpiLibrary } from "./library.ts";

/** The MPI constants used here. */
export interface Handles {
  /** `MPI_COMM_WORLD`. */
  readonly commWorld: bigint;
  readonly float: bigint;
  readonly byte: bigint;
  readonly sum: bigint;
  /** `MPI_IN_PLACE`: the result overwrites the input. */
  readonly inPlace: Deno.PointerValue;
  /** `MPI_STATUS_IGNORE`. */
  readonly ignoreStatus: Deno.PointerValue;
}

const HANDLES: Readonly<Record<MpiImplementation, (library: MpiLibrary) => Handles>> = {
  "Open MPI": ({ file }) => {
    const addressOf = symbols(file);
    return {
      commWorld: addressOf("ompi_mpi_comm_world"),
      float: addressOf("ompi_mpi_float"),
      byte: addressOf("ompi_mpi_byte"),
      sum: addressOf("ompi_mpi_op_sum"),
      inPlace: Deno.UnsafePointer.create(1n),
      ignoreStatus: null,
    };
  },
  "MPICH": () => ({
    commWorld: 0x44000000n,
    float: 0x4c00040an,
    byte: 0x4c00010dn,
    sum: 0x58000003n,
    inPlace: Deno.UnsafePointer.create(0xffff_ffff_ffff_ffffn),
    ignoreStatus: Deno.UnsafePointer.create(1n),
  }),
};

/** Returns the constants of a loaded library. */
export function handlesOf(library: MpiLibrary): Handles {
  return HANDLES[library.implementation](library);
}

/** Functions of the system's loader. `Deno.dlopen` can read a variable's value but not its address, which we need. */
const LOADER = {
  dlopen: { parameters: ["buffer", "i32"], result: "pointer" },
  dlsym: { parameters: ["pointer", "buffer"], result: "pointer" },
} as const;

/** Libraries with the loader's functions, and the value of RTLD_NOW | RTLD_GLOBAL. */
const LOADERS: Readonly<Record<string, { files: readonly string[]; flags: number }>> = {
  linux: { files: ["libc.so.6", "libdl.so.2"], flags: 0x102 },
  darwin: { files: ["/usr/lib/libSystem.B.dylib"], flags: 0xa },
};

/** Returns a function that looks up the address of a symbol in a library. */
function symbols(file: string): (name: string) => bigint {
  const { files, flags } = LOADERS[Deno.build.os] ?? { files: [], flags: 0 };
  for (const system of files) {
    try {
      const loader = Deno.dlopen(system, LOADER).symbols;
      const handle = loader.dlopen(cString(file), flags);
      return (name) => Deno.UnsafePointer.value(loader.dlsym(handle, cString(name)));
    } catch {
      // Older systems have it in another library.
    }
  }
  throw new MpiError(`Open MPI is not supported on ${Deno.build.os}`);
}

function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}
