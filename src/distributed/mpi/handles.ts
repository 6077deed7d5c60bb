/**
 * The constants of MPI, which every make defines in its own way: Open MPI as addresses of its variables, MPICH as numbers.
 *
 * @module
 */
import type { Make } from "./launcher.ts";
import { MpiError, type MpiLibrary } from "./library.ts";

/** Constants of a library. */
export interface Handles {
  readonly world: bigint;
  readonly float: bigint;
  readonly byte: bigint;
  readonly sum: bigint;
  /** Says that the result overwrites what is sent. */
  readonly inPlace: Deno.PointerValue;
  /** Says that no status is wanted. */
  readonly ignoreStatus: Deno.PointerValue;
}

const OF_MAKE: Readonly<Record<Make, (library: MpiLibrary) => Handles>> = {
  "Open MPI": ({ file }) => {
    const addressOf = symbols(file);
    return {
      world: addressOf("ompi_mpi_comm_world"),
      float: addressOf("ompi_mpi_float"),
      byte: addressOf("ompi_mpi_byte"),
      sum: addressOf("ompi_mpi_op_sum"),
      inPlace: Deno.UnsafePointer.create(1n),
      ignoreStatus: null,
    };
  },
  "MPICH": () => ({
    world: 0x44000000n,
    float: 0x4c00040an,
    byte: 0x4c00010dn,
    sum: 0x58000003n,
    inPlace: Deno.UnsafePointer.create(0xffff_ffff_ffff_ffffn),
    ignoreStatus: Deno.UnsafePointer.create(1n),
  }),
};

/** The constants of a library. */
export function handlesOf(library: MpiLibrary): Handles {
  return OF_MAKE[library.make](library);
}

/** The loader of the system itself, which `Deno.dlopen` has no call for: it reads variables, and we need to know where they lie. */
const LOADER = {
  dlopen: { parameters: ["buffer", "i32"], result: "pointer" },
  dlsym: { parameters: ["pointer", "buffer"], result: "pointer" },
} as const;

/** Where the loader is found, and its RTLD_NOW | RTLD_GLOBAL. */
const LOADERS: Readonly<Record<string, { files: readonly string[]; flags: number }>> = {
  linux: { files: ["libc.so.6", "libdl.so.2"], flags: 0x102 },
  darwin: { files: ["/usr/lib/libSystem.B.dylib"], flags: 0xa },
};

/** Looks up addresses in a library. */
function symbols(file: string): (name: string) => bigint {
  const { files, flags } = LOADERS[Deno.build.os] ?? { files: [], flags: 0 };
  for (const system of files) {
    try {
      const loader = Deno.dlopen(system, LOADER).symbols;
      const handle = loader.dlopen(cString(file), flags);
      return (name) => Deno.UnsafePointer.value(loader.dlsym(handle, cString(name)));
    } catch {
      // an older system keeps it elsewhere
    }
  }
  throw new MpiError(`Open MPI is not supported on ${Deno.build.os}`);
}

function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}
