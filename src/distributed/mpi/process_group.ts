/**
 * The process group of an MPI job.
 *
 * Collective operations start as nonblocking MPI calls. `MPI_Wait` then runs on one of Deno's threads (it is declared nonblocking), which measured fastest and lets
 * JavaScript and the device continue. If the library does not support threads, the wait blocks.
 *
 * @module
 */
import { type ProcessGroup, SINGLE_PROCESS_GROUP } from "../process_group.ts";
import { type Handles, handlesOf } from "./handles.ts";
import { launchedBy } from "./launcher.ts";
import {
  LIBRARY_VARIABLE,
  loadLibrary,
  MpiError,
  type MpiFunctions,
  type MpiLibrary,
} from "./library.ts";

/** `MPI_THREAD_MULTIPLE`: any thread may make MPI calls at any time. */
const THREAD_MULTIPLE = 3;
/** Bytes compared of a host name. */
const HOST_BYTES = 64;
/** Bytes compared of a host name and its CPU affinity mask (1024 cores, one bit each). */
const PLACE_BYTES = HOST_BYTES + 128;

/**
 * Joins the process group that an MPI launcher started this process into.
 *
 * @returns {@linkcode SINGLE_PROCESS_GROUP} if no launcher started this process
 * @throws {MpiError} if MPI cannot be used: each process would otherwise train the same model alone
 */
export async function joinProcessGroup(): Promise<ProcessGroup> {
  const launched = launchedBy(Deno.env.toObject());
  if (launched === null) return SINGLE_PROCESS_GROUP;
  const { launcher, size, implementations } = launched;
  const started = `${launcher} started ${size} processes`;
  let library;
  try {
    library = loadLibrary(implementations);
  } catch (error) {
    throw new MpiError(`${started}, but ${(error as Error).message}`);
  }
  const group = await MpiProcessGroup.join(library);
  if (group.size === size) return group;
  await group.close();
  throw new MpiError(
    `${started}, but ${group.library} (${library.file}) reports ${group.size}. Use the launcher that belongs to this library, or set ${LIBRARY_VARIABLE} to the launcher's library.`,
  );
}

class MpiProcessGroup implements ProcessGroup {
  readonly rank: number;
  readonly size: number;
  readonly library: string;
  localRank = 0;
  localSize = 1;
  cores = navigator.hardwareConcurrency;
  readonly #functions: MpiFunctions;
  readonly #handles: Handles;
  readonly #threads: boolean;
  /** Arrays that the library reads and writes until its calls are complete; they must not be garbage-collected. */
  readonly #pending = new Set<ArrayBufferView>();

  private constructor(library: MpiLibrary) {
    this.#functions = library.functions;
    this.library = library.description;
    const provided = new Int32Array(1);
    this.#functions.init(null, null, THREAD_MULTIPLE, provided);
    this.#threads = provided[0] >= THREAD_MULTIPLE;
    this.#handles = handlesOf(library);
    const number = new Int32Array(1);
    this.#functions.rank(this.#handles.commWorld, number);
    this.rank = number[0];
    this.#functions.size(this.#handles.commWorld, number);
    this.size = number[0];
  }

  /** Initializes MPI, which a process can do only once. */
  static async join(library: MpiLibrary): Promise<MpiProcessGroup> {
    const group = new MpiProcessGroup(library);
    await group.#findNeighbors();
    return group;
  }

  async broadcast(bytes: Uint8Array, root = 0): Promise<void> {
    const { commWorld, byte } = this.#handles;
    await this.#complete(
      [bytes],
      (request) =>
        this.#functions.broadcast(at(bytes), bytes.length, byte, root, commWorld, request),
    );
  }

  async allReduce(values: Float32Array): Promise<void> {
    const { commWorld, float, sum, inPlace } = this.#handles;
    const { length } = values;
    await this.#complete(
      [values],
      (request) =>
        this.#functions.allReduce(inPlace, at(values), length, float, sum, commWorld, request),
    );
  }

  async allGather(send: Uint8Array, receive: Uint8Array): Promise<void> {
    await this.#exchange(this.#functions.allGather, send, receive, send.length);
  }

  async allToAll(send: Uint8Array, receive: Uint8Array): Promise<void> {
    await this.#exchange(this.#functions.allToAll, send, receive, send.length / this.size);
  }

  async barrier(): Promise<void> {
    const { commWorld } = this.#handles;
    await this.#complete([], (request) => this.#functions.barrier(commWorld, request));
  }

  abort(code: number): never {
    this.#functions.abort(this.#handles.commWorld, code);
    Deno.exit(code);
  }

  async close(): Promise<void> {
    await this.barrier();
    this.#functions.finalize();
  }

  async #exchange(
    call: MpiFunctions["allGather"],
    send: Uint8Array,
    receive: Uint8Array,
    count: number,
  ): Promise<void> {
    const { commWorld, byte } = this.#handles;
    await this.#complete(
      [send, receive],
      (request) => call(at(send), count, byte, at(receive), count, byte, commWorld, request),
    );
  }

  /** Starts a nonblocking call and waits until it is complete. */
  async #complete(
    data: readonly ArrayBufferView[],
    start: (request: Deno.PointerValue) => unknown,
  ): Promise<void> {
    const request = new BigUint64Array(1); // 8 bytes in Open MPI, 4 in MPICH
    const used = [request, ...data];
    for (const array of used) this.#pending.add(array);
    const address = at(request);
    start(address);
    const { ignoreStatus } = this.#handles;
    if (this.#threads) await this.#functions.waitOnThread(address, ignoreStatus);
    else this.#functions.wait(address, ignoreStatus);
    for (const array of used) this.#pending.delete(array);
  }

  /** Counts the ranks on this machine and those bound to the same cores as this rank. It does not depend on the launcher. */
  async #findNeighbors(): Promise<void> {
    const own = new Uint8Array(PLACE_BYTES);
    new TextEncoder().encodeInto(Deno.hostname(), own.subarray(0, HOST_BYTES));
    own.set(affinityMask(PLACE_BYTES - HOST_BYTES), HOST_BYTES);
    const all = new Uint8Array(this.size * PLACE_BYTES);
    await this.allGather(own, all);
    const ranksWithSame = (bytes: number) =>
      Array.from({ length: this.size }, (_, rank) => rank).filter((rank) =>
        own.subarray(0, bytes).every((byte, i) => byte === all[rank * PLACE_BYTES + i])
      );
    const local = ranksWithSame(HOST_BYTES);
    this.localRank = local.indexOf(this.rank);
    this.localSize = local.length;
    const sharers = ranksWithSame(PLACE_BYTES).length;
    this.cores = Math.max(1, Math.floor(navigator.hardwareConcurrency / sharers));
  }
}

/** Returns the address of an array's bytes. Asking for `buffer` moves a small array out of the garbage-collected heap, so that the address stays valid. */
function at(array: ArrayBufferView): Deno.PointerValue {
  const { buffer, byteOffset } = array;
  return Deno.UnsafePointer.of(new Uint8Array(buffer as ArrayBuffer, byteOffset));
}

/** Returns the cores that this process may run on, one bit per core, on Linux; zeros elsewhere, where launchers do not bind processes. */
function affinityMask(bytes: number): Uint8Array {
  const mask = new Uint8Array(bytes);
  if (Deno.build.os !== "linux") return mask;
  // Reading /proc would need --allow-all in Deno, so we call the C library.
  const system = Deno.dlopen("libc.so.6", {
    sched_getaffinity: { parameters: ["i32", "usize", "buffer"], result: "i32" },
  });
  system.symbols.sched_getaffinity(0, BigInt(mask.length), mask);
  system.close();
  return mask;
}
