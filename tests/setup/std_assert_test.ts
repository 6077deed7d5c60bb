// What our tests rely on of @std/assert, or of its stand-in if JSR is unavailable.
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";

class Hidden {
  #value: number;
  constructor(value: number) {
    this.#value = value;
  }
  get value(): number {
    return this.#value;
  }
}
class Bare {
  #value: number;
  constructor(value: number) {
    this.#value = value;
  }
  read(): number {
    return this.#value;
  }
}

const cycle = () => {
  const value: Record<string, unknown> = { a: 1 };
  value.self = value;
  return value;
};

for (
  const [name, a, b, equal] of [
    ["0 and -0", 0, -0, true],
    ["NaN", NaN, NaN, true],
    ["elements of typed arrays", new Float32Array([0, NaN]), new Float32Array([-0, NaN]), true],
    ["kinds of typed arrays", new Float32Array([1]), new Float64Array([1]), false],
    ["array buffers", new Uint8Array([1, 2]).buffer, new Uint8Array([1, 3]).buffer, false],
    ["a missing property and undefined", { a: undefined }, {}, false],
    ["names of properties", { a: undefined }, { b: undefined }, false],
    ["a hole and undefined", [undefined], new Array(1), false],
    ["objects without a prototype", Object.create(null), {}, true],
    ["an array and an object", [], {}, false],
    ["order of properties", { a: 1, b: 2 }, { b: 2, a: 1 }, true],
    ["order of maps", new Map([[1, 2], [3, 4]]), new Map([[3, 4], [1, 2]]), true],
    ["keys of maps that are objects", new Map([[{ a: 1 }, 2]]), new Map([[{ a: 1 }, 2]]), true],
    ["sets", new Set([1, 2]), new Set([2, 3]), false],
    ["values of maps", new Map([[1, [2]]]), new Map([[1, [3]]]), false],
    ["dates", new Date(5), new Date(6), false],
    ["flags of regular expressions", /a/g, /a/i, false],
    ["URLs", new URL("http://a/b"), new URL("http://a/c"), false],
    ["messages of errors", new Error("a"), new Error("b"), false],
    ["classes of errors", new Error("a"), new TypeError("a"), false],
    ["getters of classes", new Hidden(1), new Hidden(2), false],
    ["private fields of classes", new Bare(1), new Bare(2), true],
    ["functions", () => 1, () => 1, false],
    ["cycles", cycle(), cycle(), true],
    ["symbols as names", { [Symbol.iterator]: 1 }, { [Symbol.iterator]: 2 }, false],
    ["numbers and strings", 1, "1", false],
    ["null and undefined", null, undefined, false],
  ] as [string, unknown, unknown, boolean][]
) {
  Deno.test(`assertEquals() ${equal ? "accepts" : "distinguishes"} ${name}`, () => {
    if (equal) {
      assertEquals(a, b);
      assertThrows(() => assertNotEquals(a, b), Error, "not to be");
    } else {
      assertNotEquals(a, b);
      assertThrows(() => assertEquals(a, b), Error, "Values are not equal");
    }
  });
}

for (
  const [name, fails, message] of [
    ["assert()", () => assert(0, "why"), "why"],
    ["assertInstanceOf()", () => assertInstanceOf({}, Map), 'instance of "Map" but was "Object"'],
    ["assertMatch()", () => assertMatch("a", /b/), 'to match: "/b/"'],
    ["assertStringIncludes()", () => assertStringIncludes("a", "b"), 'to contain: "b"'],
    ["assertAlmostEquals() by default", () => assertAlmostEquals(1, 1 + 2e-7), "to be close to"],
    ["assertAlmostEquals() at 0", () => assertAlmostEquals(1e-300, 0), "to be close to"],
    ["assertAlmostEquals() of NaN", () => assertAlmostEquals(NaN, 1, 9), "to be close to"],
    ["assertThrows() without an error", () => assertThrows(() => {}), "Expected function to throw"],
    [
      "assertThrows() with another class",
      () =>
        assertThrows(() => {
          throw new Error("a");
        }, TypeError),
      'Expected error to be instance of "TypeError"',
    ],
    [
      "assertThrows() with another message",
      () =>
        assertThrows(
          () => {
            throw new Error("a");
          },
          Error,
          "b",
        ),
      'Expected error message to include "b", but got "a"',
    ],
    [
      "assertThrows() of something else than an error",
      () =>
        assertThrows(() => {
          throw "a";
        }, Error),
      "A non-Error object was thrown",
    ],
  ] as [string, () => void, string][]
) {
  Deno.test(`${name} fails`, () => {
    let found: Error | undefined;
    try {
      fails();
    } catch (error) {
      found = error as Error;
    }
    assert(found?.name === "AssertionError" || found?.constructor.name === "AssertionError");
    assertStringIncludes(found!.message, message);
  });
}

Deno.test("assertRejects() rejects a function that throws, or that returns no promise", async () => {
  const throws = () => {
    throw new Error("a");
  };
  for (const fn of [throws, () => 1]) {
    let message = "";
    await assertRejects(fn as unknown as () => Promise<unknown>).catch((error) =>
      message = error.message
    );
    assertStringIncludes(message, "Function throws when expected to reject");
  }
  const { message } = await assertRejects(
    () => Promise.reject(new Error("a \x1b[1mb")),
    Error,
    "a b",
  )
    .catch((error) => error);
  assertEquals(message, "a \x1b[1mb");
});
