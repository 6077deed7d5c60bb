import { assertEquals } from "@std/assert";
import { formatBytes, formatCount, quote } from "../../src/json/mod.ts";

Deno.test("formatBytes() writes three digits and the largest unit that fits", () => {
  assertEquals(
    [0, 900, 999.6, 1000, 2048, 12_195_257, 71_391_888, 97_300_000, 999_600_000, 999_499_999]
      .map(formatBytes),
    ["0 B", "900 B", "1.00 kB", "1.00 kB", "2.05 kB", "12.2 MB", "71.4 MB", "97.3 MB", "1.00 GB"]
      .concat("999 MB"),
  );
  assertEquals([2 ** 34, 5.48e9, 1.234e15].map(formatBytes), ["17.2 GB", "5.48 GB", "1230 TB"]);
});

Deno.test("quote() writes values as JSON, and numbers that JSON does not have by name", () => {
  assertEquals([0.5, "a\n", undefined, NaN, -Infinity].map(quote), [
    ...["0.5", '"a\\n"', "nothing", "NaN", "-Infinity"],
  ]);
});

Deno.test("formatCount() groups digits, and writes a noun in the number of the count", () => {
  assertEquals([0, 1, 0.6, 999, 1234567].map((n) => formatCount(n)), [
    ...["0", "1", "1", "999", "1,234,567"],
  ]);
  assertEquals([0, 1, 0.6, 2, 1000].map((n) => formatCount(n, "row")), [
    ...["0 rows", "1 row", "1 row", "2 rows", "1,000 rows"],
  ]);
});
