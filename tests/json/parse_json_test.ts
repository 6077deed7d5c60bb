import { assertEquals } from "@std/assert";
import { repeatedKey } from "../../src/json/mod.ts";
import fc from "../support/property.ts";

Deno.test("repeatedKey() finds keys and numbers as they are written", () => {
  const numbers: [string, string][] = [];
  const note = (written: string, keys: readonly string[]) => {
    numbers.push([written, keys.join("/")]);
  };
  const json = '{"a":[1,-2.5e+3,{"b\\"":0}],"c":true,"d":"x\\\\","e":"7","\\u0061":null}';
  assertEquals(repeatedKey(json, note), "a");
  assertEquals(numbers, [["1", "a/"], ["-2.5e+3", "a/"], ["0", 'a//b"']]);
  assertEquals(repeatedKey('{"a":{"a":1},"b":{"a":{"b":2}}}'), undefined);
  assertEquals(repeatedKey("12"), undefined);
});

Deno.test("repeatedKey() finds none in what JSON.stringify writes", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    assertEquals(repeatedKey(JSON.stringify(value, null, 1)), undefined);
  }));
});

Deno.test("repeatedKey() reads strings and numbers of any length", () => {
  const long = JSON.stringify({ a: "\n\\".repeat(4_000_000), b: "x".repeat(30_000_000) });
  assertEquals(repeatedKey(long), undefined);
  assertEquals(repeatedKey(`{"a":${"9".repeat(30_000_000)},"a":1}`), "a");
});
