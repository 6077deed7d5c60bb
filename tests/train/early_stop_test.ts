import { assertEquals } from "@std/assert";
import type { RunEvent } from "../../src/train/disk.ts";
import { bestEvaluation } from "../../src/train/loop.ts";

const evaluations = (...losses: number[]) =>
  losses.flatMap((eval_loss, i): RunEvent[] => [
    { step: 10 * i + 5, loss: 0 },
    { step: 10 * (i + 1), eval_loss },
  ]);

Deno.test("bestEvaluation() is null before the first evaluation", () => {
  assertEquals(bestEvaluation([{ step: 1, loss: 3 }], "eval_loss", "lowest"), null);
});

Deno.test("bestEvaluation() counts the evaluations since the best, the earliest of equals", () => {
  const best = (...losses: number[]) =>
    bestEvaluation(evaluations(...losses), "eval_loss", "lowest");
  assertEquals(best(5, 4, 4, 4.5), { step: 20, value: 4, metrics: { loss: 4 }, since: 2 });
  assertEquals(best(5, 4, 3), { step: 30, value: 3, metrics: { loss: 3 }, since: 0 });
});

Deno.test("bestEvaluation() returns the highest value of another field", () => {
  const events = [0.5, 0.7, 0.7, 0.6].map((value, i) => ({ step: i, eval_accuracy: value }));
  assertEquals(bestEvaluation(events, "eval_accuracy", "highest"), {
    step: 1,
    value: 0.7,
    metrics: { accuracy: 0.7 },
    since: 2,
  });
});
