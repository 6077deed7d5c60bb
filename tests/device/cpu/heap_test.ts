import { assert, assertEquals } from "@std/assert";
import { Heap, PAGE_BYTES } from "../../../src/device/cpu/heap.ts";
import { seededRandom } from "../../kernels/support/case_arrays.ts";

const PAGES = 64;

function smallHeap(): Heap {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: PAGES, shared: true });
  return new Heap(memory, PAGE_BYTES, PAGES);
}

Deno.test("Heap never allocates a range twice, aligns to 256 bytes, and merges freed ranges", () => {
  const heap = smallHeap();
  const random = seededRandom(1);
  const taken: { address: number; bytes: number }[] = [];
  for (let i = 0; i < 2000; i++) {
    if (random() < 0.5 && taken.length > 0) {
      const [{ address, bytes }] = taken.splice(Math.floor(random() * taken.length), 1);
      heap.free(address, bytes);
      continue;
    }
    const bytes = Math.floor(random() * 100_000);
    const address = heap.allocate(bytes);
    if (address === null) continue;
    assertEquals(address % 256, 0);
    assert(address >= PAGE_BYTES && address + bytes <= PAGES * PAGE_BYTES);
    for (const other of taken) {
      assert(address + bytes <= other.address || other.address + other.bytes <= address);
    }
    taken.push({ address, bytes });
  }
  for (const { address, bytes } of taken) heap.free(address, bytes);
  assertEquals(heap.allocate(heap.capacity), PAGE_BYTES);
  assertEquals(heap.allocate(1), null);
});

Deno.test("Heap.allocateZeroed() clears memory that was written before", () => {
  const heap = smallHeap();
  const address = heap.allocate(1000)!;
  heap.touch(address, 1000);
  new Uint8Array(heap.memory.buffer, address, 1000).fill(7);
  heap.free(address, 1000);
  const again = heap.allocateZeroed(3000)!;
  assertEquals(again, address);
  assert(new Uint8Array(heap.memory.buffer, again, 3000).every((byte) => byte === 0));
});
