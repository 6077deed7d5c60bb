/**
 * A world of many processes under MPI.
 *
 * Collective calls are started without blocking and waited for on a thread of Deno's (`MPI_Wait`, declared nonblocking): of the ways tried it was the quickest, and
 * JavaScript and the device go on meanwhile. Where the library is not made for threads, the wait blocks.
 *
 * @module
 */
import type { World } from "../world.ts";
import { allowedCores } from "./cores.ts";
import { type Handles, handlesOf } from "./handles.ts";
import type { MpiFunctions, MpiLibrary } from "./library.ts";

/** MPI's level of "any thread may call at any time". */
const THREAD_MULTIPLE = 3;
/** Bytes that are compared of a machine's name, and of that with its cores (1024 of them, one a bit). */
const HOST_BYTES = 64;
const PLACE_BYTES = HOST_BYTES + 128;

/** The processes of an `mpirun`. */
export class MpiWorld implements World {
  readonly rank: number;
  readonly size: number;
  readonly library: string;
  localRank = 0;
  localSize = 1;
  cores = navigator.hardwareConcurrency;
  readonly #functions: MpiFunctions;
  readonly #handles: Handles;
  readonly #threads: boolean;
  /** What the library reads and writes until its calls are done: it must not be collected. */
  readonly #underWay = new Set<ArrayBufferView>();

  private constructor(library: MpiLibrary) {
    this.#functions = library.functions;
    this.library = library.description;
    const given = new Int32Array(1);
    this.#functions.init(null, null, THREAD_MULTIPLE, given);
    this.#threads = given[0] >= THREAD_MULTIPLE;
    this.#handles = handlesOf(library);
    const number = new Int32Array(1);
    this.#functions.rank(this.#handles.world, number);
    this.rank = number[0];
    this.#functions.size(this.#handles.world, number);
    this.size = number[0];
  }

  /** Initializes MPI; a process can do so once. */
  static async join(library: MpiLibrary): Promise<MpiWorld> {
    const world = new MpiWorld(library);
    await world.#findNeighbors();
    return world;
  }

  async broadcast(bytes: Uint8Array, root = 0): Promise<void> {
    const { world, byte } = this.#handles;
    await this.#complete(
      [bytes],
      (request) => this.#functions.broadcast(at(bytes), bytes.length, byte, root, world, request),
    );
  }

  async allReduce(values: Float32Array): Promise<void> {
    const { world, float, sum, inPlace } = this.#handles;
    const { length } = values;
    await this.#complete(
      [values],
      (request) =>
        this.#functions.allReduce(inPlace, at(values), length, float, sum, world, request),
    );
  }

  async allGather(send: Uint8Array, receive: Uint8Array): Promise<void> {
    await this.#exchange(this.#functions.allGather, send, receive, send.length);
  }

  async allToAll(send: Uint8Array, receive: Uint8Array): Promise<void> {
    await this.#exchange(this.#functions.allToAll, send, receive, send.length / this.size);
  }

  async barrier(): Promise<void> {
    const { world } = this.#handles;
    await this.#complete([], (request) => this.#functions.barrier(world, request));
  }

  abort(code: number): never {
    this.#functions.abort(this.#handles.world, code);
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
    const { world, byte } = this.#handles;
    await this.#complete(
      [send, receive],
      (request) => call(at(send), count, byte, at(receive), count, byte, world, request),
    );
  }

  /** Starts a call and waits for its end. */
  async #complete(
    data: readonly ArrayBufferView[],
    start: (request: Deno.PointerValue) => unknown,
  ): Promise<void> {
    const request = new BigUint64Array(1); // 8 bytes in Open MPI, 4 in MPICH
    const held = [request, ...data];
    for (const array of held) this.#underWay.add(array);
    const place = at(request);
    start(place);
    const { ignoreStatus } = this.#handles;
    if (this.#threads) await this.#functions.waitBeside(place, ignoreStatus);
    else this.#functions.wait(place, ignoreStatus);
    for (const array of held) this.#underWay.delete(array);
  }

  /** Counts the ranks on this machine and on this rank's cores, whatever started and placed them. */
  async #findNeighbors(): Promise<void> {
    const own = new Uint8Array(PLACE_BYTES);
    new TextEncoder().encodeInto(Deno.hostname(), own.subarray(0, HOST_BYTES));
    own.set(allowedCores(PLACE_BYTES - HOST_BYTES), HOST_BYTES);
    const all = new Uint8Array(this.size * PLACE_BYTES);
    await this.allGather(own, all);
    const alike = (bytes: number) =>
      Array.from({ length: this.size }, (_, rank) => rank).filter((rank) =>
        own.subarray(0, bytes).every((byte, i) => byte === all[rank * PLACE_BYTES + i])
      );
    const here = alike(HOST_BYTES);
    this.localRank = here.indexOf(this.rank);
    this.localSize = here.length;
    const sharers = alike(PLACE_BYTES).length;
    this.cores = Math.max(1, Math.floor(navigator.hardwareConcurrency / sharers));
  }
}

/** Where an array lies. Small ones are moved out of the collected heap by being asked for their buffer. */
function at(array: ArrayBufferView): Deno.PointerValue {
  const { buffer, byteOffset } = array;
  return Deno.UnsafePointer.of(new Uint8Array(buffer as ArrayBuffer, byteOffset));
}
