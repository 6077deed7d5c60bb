import { assertEquals } from "@std/assert";
import { EvaluationRanking, type RunEvent } from "../../src/runs/mod.ts";

const loss = { field: "eval_loss", lowest: true };

/** Logged steps, each followed by an evaluation. */
const logged = (...losses: number[]) =>
  losses.flatMap((eval_loss, i): RunEvent[] => [
    { step: 10 * i + 5, loss: 0 },
    { step: 10 * (i + 1), eval_loss },
  ]);

function rank(ranking: EvaluationRanking, events: RunEvent[]) {
  for (const event of events) ranking.add(event);
  const { best, since } = ranking;
  return { best: best?.step, since };
}

Deno.test("EvaluationRanking has no best evaluation before the first one", () => {
  assertEquals(rank(new EvaluationRanking(loss), [{ step: 1, loss: 3 }]), {
    best: undefined,
    since: 0,
  });
});

Deno.test("EvaluationRanking counts the evaluations since the best, the earliest of equals", () => {
  assertEquals(rank(new EvaluationRanking(loss), logged(5, 4, 4, 4.5)), { best: 20, since: 2 });
  assertEquals(rank(new EvaluationRanking(loss), logged(5, 4, 3)), { best: 30, since: 0 });
});

Deno.test("EvaluationRanking prefers the highest value of another field", () => {
  const accuracy = { field: "eval_accuracy", lowest: false };
  const events = [0.5, 0.7, 0.7, 0.6].map((value, i) => ({ step: i, eval_accuracy: value }));
  assertEquals(rank(new EvaluationRanking(accuracy), events), { best: 1, since: 2 });
});

Deno.test("EvaluationRanking counts from a step on, but remembers the best before it", () => {
  assertEquals(rank(new EvaluationRanking(loss, 20), logged(4, 5, 6, 7)), { best: 10, since: 2 });
  assertEquals(rank(new EvaluationRanking(loss, 20), logged(4, 5, 3, 7)), { best: 30, since: 1 });
});
