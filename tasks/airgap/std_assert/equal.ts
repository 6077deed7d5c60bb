/**
 * Deep equality as in `@std/assert`: `0` equals `-0`, `NaN` equals `NaN`, prototypes must be equal, and a missing property
 * differs from one that is `undefined`. `node:util` cannot do this, since its strict comparison distinguishes `0` and `-0`.
 */
export function equal(a: unknown, b: unknown): boolean {
  return compare(a, b, new Map());
}

function compare(a: unknown, b: unknown, seen: Map<unknown, unknown>): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (prototype(a) !== prototype(b)) return false;
  if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime());
  if (a instanceof RegExp || a instanceof URL || a instanceof URLSearchParams) {
    return String(a) === String(b);
  }
  if (a instanceof ArrayBuffer || a instanceof SharedArrayBuffer) {
    return sameElements(new Uint8Array(a), new Uint8Array(b as ArrayBuffer));
  }
  if (ArrayBuffer.isView(a) && !(a instanceof DataView)) {
    return sameElements(a as Uint8Array, b as Uint8Array);
  }
  if (seen.get(a) === b) return true; // a cycle without a difference so far
  seen.set(a, b);
  if (a instanceof Set || a instanceof Map) {
    return sameEntries([...a.entries()], [...(b as Map<unknown, unknown>).entries()], seen);
  }
  return sameProperties(a, b, seen);
}

/** The prototype of an object. Objects without one count as plain objects. */
function prototype(value: object): unknown {
  return Object.getPrototypeOf(value) ?? Object.prototype;
}

function sameElements(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i] && !Object.is(a[i], b[i])) return false;
  }
  return true;
}

/** Compares the entries of sets and maps in any order. Keys may be objects. */
function sameEntries(
  a: [unknown, unknown][],
  b: [unknown, unknown][],
  seen: Map<unknown, unknown>,
): boolean {
  if (a.length !== b.length) return false;
  const left = new Map(b.map((entry, i) => [i, entry]));
  return a.every(([key, value]) => {
    for (const [i, [otherKey, otherValue]] of left) {
      if (compare(key, otherKey, seen) && compare(value, otherValue, seen)) return left.delete(i);
    }
    return false;
  });
}

function sameProperties(a: object, b: object, seen: Map<unknown, unknown>): boolean {
  if (Object.keys(a).length !== Object.keys(b).length) return false;
  return [...propertiesOf(a).union(propertiesOf(b))].every((key) =>
    key in a && key in b && compare(Reflect.get(a, key), Reflect.get(b, key), seen)
  );
}

/** The names of own and inherited properties, getters of classes included. */
function propertiesOf(value: object): Set<string | symbol> {
  const names = new Set<string | symbol>();
  for (let at = value; at && at !== Object.prototype && at !== Array.prototype;) {
    for (const name of Reflect.ownKeys(at)) names.add(name);
    at = Object.getPrototypeOf(at);
  }
  return names;
}
