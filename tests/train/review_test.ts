import { assertAlmostEquals, assertEquals } from "@std/assert";
import { reviewClasses } from "../../src/train/mod.ts";

Deno.test("a review has a confusion matrix and the errors of the highest confidence first", () => {
  const gold = [0, 0, 1, 1, 1];
  const logits = [[2, 0], [0, 1], [3, 0], [0, 1], [4, 0]];
  const examples = gold.map((label, i) => ({ id: `${i}`, texts: [`text ${i}`], gold: label }));
  const { confusion, missed, worst } = reviewClasses(["no", "yes"], examples, logits);
  assertEquals(confusion?.counts, [[1, 1], [2, 1]]);
  assertEquals(missed, 3);
  assertEquals(worst.map(({ id }) => id), ["4", "2", "1"]);
  assertEquals([worst[0].gold, worst[0].predicted], ["yes", "no"]);
  assertAlmostEquals(worst[0].confidence!, 1 / (1 + Math.exp(-4)), 1e-12);
});

Deno.test("a review keeps twenty errors and shortens long texts between characters", () => {
  const examples = Array.from(
    { length: 30 },
    (_, i) => ({ id: `${i}`, texts: ["😀".repeat(1000)], gold: 0 }),
  );
  const { missed, worst } = reviewClasses(["a", "b"], examples, examples.map(() => [0, 1]));
  assertEquals([missed, worst.length], [30, 20]);
  assertEquals(worst[0].texts[0], `${"😀".repeat(280)}…`);
});
