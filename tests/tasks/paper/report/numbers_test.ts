import { assertEquals } from "@std/assert";
import { columnNumber, hours, parameters, signed } from "../../../../tasks/paper/report/numbers.ts";

Deno.test("numbers are formatted as in the paper", () => {
  assertEquals([99_940_000, 99_960_000, 334_000_000, 11_683_584, 423_000, 812].map(parameters), [
    ...["99.9M", "100M", "334M", "11.7M", "423k", "812"],
  ]);
  assertEquals(columnNumber({ kind: "cost", of: "traffic" }, 71_391_888), "71.4 MB");
  assertEquals([32.4, 9.94, 1, 0.5, 597 / 3600, 248 / 3600, 0.01, 0.001].map(hours), [
    ...["32h", "9.9h", "1.0h", "30 min", "10 min", "4.1 min", "36 s", "3.6 s"],
  ]);
  const steps = (value: number) => columnNumber({ kind: "training", of: "steps" }, value);
  assertEquals([1_500_000, 125_000, 800, 5336].map(steps), ["1.5M", "125k", "800", "5336"]);
  assertEquals(columnNumber({ kind: "speed-up" }, 1.66), "1.7x");
  assertEquals(columnNumber({ kind: "recipe", field: "learningRate" }, 0.00001), "1e-5");
  assertEquals(columnNumber({ kind: "recipe", field: "dropout" }, 0.1), "0.1");
  assertEquals(columnNumber({ kind: "average", of: [] }, 80.06), "80.1");
  assertEquals(columnNumber({ kind: "average", of: [] }, NaN), "not a number");
});

Deno.test("signed() adds a sign to every number except zero", () => {
  assertEquals([1.234, -0.5, 0.001, -0.001].map((x) => signed(x)), [
    ...["+1.23", "−0.50", "0.00", "0.00"],
  ]);
});
